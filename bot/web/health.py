"""How the service is, for whoever watches it; nothing about anybody.

A monitor polls it: 200 while the service does its work, 503 when it does not.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from importlib.metadata import version

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.clock import Clock
from bot.logs import failure
from bot.ticks import Ticks
from bot.timekeeping import Timekeeping
from storage import clock_changes, counts, unsent
from storage.database import Database

# A tick comes every half minute; after so many of them something is wrong.
LATE_TICK = timedelta(minutes=5)


Channels = Callable[[], Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Reading:
    """`waiting`: messages that wait, by urgency; `by_state`: all by what became of them;
    `clock_off_by`: as it stands in the record.
    """

    oldest_at: datetime | None
    waiting: Mapping[str, int]
    by_state: Mapping[str, int]
    clock_off_by: int


class Health:
    def __init__(
        self,
        database: Database,
        ticks: Ticks,
        clock: Clock,
        channels: Channels,
        timekeeping: Timekeeping,
    ) -> None:
        self._database = database
        self._ticks = ticks
        self._clock = clock
        self.channels = channels
        self.timekeeping = timekeeping

    @property
    def route(self) -> Route:
        return Route("/health", self.show)

    async def show(self, _: Request) -> Response:
        reading = await self.read()
        if reading is None:
            return JSONResponse({"database": "failing"}, HTTPStatus.SERVICE_UNAVAILABLE)
        late = (self.seconds_since_tick or 0) > LATE_TICK.total_seconds()
        shown = {
            "version": version("hamrah"),
            "database": "ok",
            "ticks": "late" if late else "ok",
            "seconds_since_tick": self.seconds_since_tick,
            "clock": "wrong" if reading.clock_off_by else "ok",
            "seconds_clock_is_off": self.timekeeping.offset,
            "messages_waiting": sum(reading.waiting.values()),
            "seconds_oldest_message_waits": self.age(reading.oldest_at),
            "channels": dict(self.channels()),
        }
        return JSONResponse(shown, HTTPStatus.SERVICE_UNAVAILABLE if late else HTTPStatus.OK)

    async def read(self) -> Reading | None:
        try:
            return await self._database.read(read_service)
        except Exception as error:  # noqa: BLE001 - that it fails is what is asked
            failure("database_unreadable", error)
            return None

    @property
    def seconds_since_tick(self) -> int | None:
        return self.age(self._ticks.last_at)

    def age(self, moment: datetime | None) -> int | None:
        """In seconds."""
        return None if moment is None else int((self._clock.now() - moment).total_seconds())


def read_service(connection: Connection) -> Reading:
    return Reading(
        unsent.oldest_waiting(connection),
        counts.messages_waiting(connection),
        counts.messages_by_state(connection),
        clock_changes.standing(connection),
    )
