"""The phones of a rehearsal, its clock, and what to try next: what a page shows, and may do."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from http import HTTPStatus
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bot.rehearsal import stage
from bot.rehearsal.guide import guide
from bot.rehearsal.moving import WAYS, Moving
from bot.turn.desk import Desk
from bot.turn.desks import Desks
from bot.web.answering import Refused, answered
from bot.web.bodies import read_object
from bot.web.pages import Pages
from bot.web.phones import phone
from storage import planned, web_chats
from storage.database import Database, DatabaseClosed

_LARGEST = 1024
# More phones than a trial in a browser needs; each is a column on the page.
MOST_PHONES = 40


class Rehearsal:
    """Every phone is shown to whoever opens the page: nobody here is real."""

    page = "rehearsal.html"
    words = ("web.", "rehearsal.", "role.")

    def __init__(self, database: Database, desks: Desks, epoch: str) -> None:
        self.epoch = epoch
        self.again: asyncio.Event = asyncio.Event()
        self._database = database
        self._desks = desks
        self._moving: Moving | None = None
        self._changed = asyncio.Event()
        database.on_commit(web_chats.NEWS, self._changed.set)

    @property
    def routes(self) -> list[BaseRoute]:
        return [
            Route("/rehearsal/phones", self.add_phone, methods=["POST"]),
            Route("/rehearsal/clock", self.move_clock, methods=["POST"]),
            Route("/rehearsal/wipe", self.wipe, methods=["POST"]),
        ]

    def set_in_motion(self, moving: Moving) -> None:
        self._moving = moving

    async def prepare(self, language: str) -> None:
        await self._desks.write(self._database, "rehearsal", stage.prepare, language)

    def chats_of(self, _desk: Desk, _token: str) -> None:
        """Every chat."""

    def beside(self, desk: Desk) -> Mapping[str, Any]:
        return {
            "clock": self._clock_shown(planned.next_due_at(desk.connection)),
            "guide": guide(desk),
        }

    async def run(self, pages: Pages) -> None:
        """Tell the pages when a phone has become somebody's, or another step is next."""
        told: dict[str, Any] = {}
        with suppress(DatabaseClosed):
            while not pages.closing:
                await self._changed.wait()
                self._changed.clear()
                for name, content in (await self._desks.read(self._database, _told)).items():
                    if told.get(name) != content:
                        pages.tell(name, content)
                        told[name] = content

    def end(self) -> None:
        self._changed.set()

    @answered
    async def add_phone(self, request: Request) -> Response:
        await self._checked(request)
        if len(await self._database.read(web_chats.all_chats)) >= MOST_PHONES:
            raise Refused(HTTPStatus.CONFLICT)
        chat = await self._desks.write(self._database, "phone", stage.add_phone)
        self._changed.set()
        return JSONResponse({"id": chat})

    @answered
    async def move_clock(self, request: Request) -> Response:
        how = (await self._checked(request)).get("move")
        if how not in WAYS or self._moving is None:
            raise Refused(HTTPStatus.BAD_REQUEST)
        await asyncio.shield(asyncio.ensure_future(self._moving.move(str(how))))
        return Response(status_code=HTTPStatus.NO_CONTENT)

    @answered
    async def wipe(self, request: Request) -> Response:
        await self._checked(request)
        self.again.set()
        return Response(status_code=HTTPStatus.NO_CONTENT)

    async def _checked(self, request: Request) -> dict[str, Any]:
        given = await read_object(request, _LARGEST)
        if given.get("epoch") != self.epoch:
            raise Refused(HTTPStatus.GONE)
        return given

    def _clock_shown(self, next_at: datetime | None) -> dict[str, object]:
        moving = self._moving
        return {} if moving is None else moving.shown(next_at)


def _told(desk: Desk) -> dict[str, Any]:
    return {
        "phones": [phone(desk, chat) for chat in web_chats.all_chats(desk.connection)],
        "guide": guide(desk),
    }
