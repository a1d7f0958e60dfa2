"""How many requests were refused since the start, by status.

Whoever knocks without the secret is counted, and fills no log, however often they knock.
"""

from collections import Counter
from http import HTTPStatus

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Refusals:
    def __init__(self) -> None:
        self.by_status = Counter[str]()

    def counting(self, app: ASGIApp) -> ASGIApp:
        """The app, whose refusals are counted."""

        async def counted(scope: Scope, receive: Receive, send: Send) -> None:
            async def send_on(message: Message) -> None:
                if message["type"] == "http.response.start":
                    self._note(message["status"])
                await send(message)

            await app(scope, receive, send_on)

        return counted

    def _note(self, status: int) -> None:
        if HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR:
            self.by_status[str(status)] += 1
