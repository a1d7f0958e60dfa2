"""The clock is moved forward: everything due meanwhile happens in its order, as it would have."""

import asyncio
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot.rehearsal.clock import MovableClock
from bot.service import Service
from bot.web.pages import Pages
from storage import planned, rehearsals
from storage.database import Database

_SPANS = {"hour": timedelta(hours=1), "day": timedelta(days=1)}
WAYS = (*_SPANS, "next")


class Moving:
    def __init__(
        self, database: Database, clock: MovableClock, service: Service, pages: Pages
    ) -> None:
        self._database = database
        self._clock = clock
        self._service = service
        self._pages = pages
        self._at_work = asyncio.Lock()
        self._is_moving = False

    async def move(self, how: str) -> None:
        """By an hour, a day, or to the next thing due. Asked twice at once, it moves twice."""
        async with self._at_work:
            self._is_moving = True
            try:
                await self._move(how)
            finally:
                self._is_moving = False
                await self.tell()

    async def tell(self) -> None:
        next_at = await self._database.read(planned.next_due_at)
        self._pages.tell("clock", self.shown(next_at))

    def shown(self, next_at: datetime | None) -> dict[str, object]:
        """The clock as a page is told of it."""
        return {
            "now": self._clock.now().isoformat(),
            "next": None if next_at is None else next_at.isoformat(),
            "moving": self._is_moving,
        }

    async def _move(self, how: str) -> None:
        next_at = await self._database.read(planned.next_due_at)
        target = self._clock.now() + _SPANS[how] if how in _SPANS else next_at
        if target is None:
            return
        while (due_at := await self._database.read(planned.next_due_at)) and due_at <= target:
            await self._be_at(due_at)
        await self._be_at(target)

    async def _be_at(self, moment: datetime) -> None:
        """Be there, and do what is due there, before anything later."""
        self._clock.move_to(moment)
        await self._database.write(_keep, self._clock.seconds_ahead)
        await self.tell()
        await self._service.ticks.tick()
        self._service.delivery.wake()
        await self._service.delivery.emptied()


def _keep(connection: Connection, seconds: int) -> None:
    rehearsals.set_ahead(connection, seconds=seconds)
