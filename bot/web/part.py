"""The web chat as a part of the service."""

from collections.abc import Collection, Sequence

from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Mount

from bot.sending.delivery import Delivery, Outlet
from bot.sending.files import Files
from bot.sending.pacing import ChatPace, Pace
from bot.turn.desks import Desks
from bot.web.channel import CHANNEL, WebChannel
from bot.web.chat import Chat
from bot.web.guards import Guards
from bot.web.pages import Pages
from bot.web.scene import Scene
from storage.database import Database

# Everything of the web chat stands below this; a proxy need hand on nothing else of it.
PATH = "/chat"
# A line is written, not sent: the disk sets the pace.
_LINES_PER_SECOND = 1000.0


class WebPart:
    """`origins` are those under which the page is known; `routes` stand beside the chat's."""

    name = CHANNEL

    def __init__(
        self,
        database: Database,
        desks: Desks,
        files: Files,
        scene: Scene,
        origins: Collection[str],
        routes: Sequence[BaseRoute] = (),
    ) -> None:
        self.pages = Pages(database, desks.keys)
        self._clock = desks.clock
        self._channel = WebChannel(database, desks.keys, desks.clock, self.pages, files)
        files.keepers[CHANNEL] = self._channel
        chat = Chat(database, desks, self.pages, scene)
        guarded = [Middleware(Guards, origins=origins)]
        self.routes = [Mount(PATH, routes=[*chat.routes, *routes], middleware=guarded)]

    @property
    def state(self) -> str:
        return "open"

    async def run(self, delivery: Delivery) -> None:
        pace = Pace(self._clock, _LINES_PER_SECOND)
        delivery.open(
            CHANNEL, Outlet(self._channel, pace, ChatPace(self._clock, _LINES_PER_SECOND))
        )
        await self.pages.run()

    def end(self) -> None:
        self.pages.close()

    async def close(self) -> None:
        pass
