"""What the messengers' answers say of our clock is kept, as soon as it changes what stands."""

import asyncio
from collections.abc import Mapping

from bot.clock_offset import Measurements, judged
from bot.logs import failure
from bot.turn.desks import Desks
from bot.turn.drifts import judge
from bot.waiting import unless
from storage.database import Database


class Timekeeping:
    """Where no messenger is heard, nothing is ever compared."""

    def __init__(self, database: Database, desks: Desks, measurements: Measurements) -> None:
        self._database = database
        self._desks = desks
        self._measurements = measurements
        self._standing: int | None = None

    @property
    def offset(self) -> int | None:
        """As all messengers measure it now, in seconds."""
        measured = self._measurements.offset()
        return None if measured is None else measured.seconds

    def by_channel(self) -> Mapping[str, float]:
        return {name: it.seconds for name, it in self._measurements.by_source().items()}

    async def run(self, stopping: asyncio.Event) -> None:
        news = self._measurements.news
        while not stopping.is_set():
            if await unless(stopping, news.wait()):
                news.clear()
                await self._settle()

    async def _settle(self) -> None:
        measured = self._measurements.offset()
        if measured is None:
            return
        if self._standing is not None and judged(self._standing, measured) == self._standing:
            return
        try:
            self._standing = await self._desks.write(self._database, "clock", judge, measured)
        except Exception as error:  # noqa: BLE001 - the next answer tries it again
            failure("clock_not_judged", error)
