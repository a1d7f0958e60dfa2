"""How the service is, for whoever watches it; nothing about anybody."""

from datetime import datetime
from http import HTTPStatus
from importlib.metadata import version

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.clock import Clock
from bot.logs import failure
from bot.ticks import Ticks
from storage import outbox
from storage.database import Database


class Health:
    """How the service is, for whoever watches it; nothing about anybody."""

    def __init__(self, database: Database, ticks: Ticks, clock: Clock) -> None:
        self._database = database
        self._ticks = ticks
        self._clock = clock

    @property
    def route(self) -> Route:
        return Route("/health", self.show)

    async def show(self, _: Request) -> Response:
        try:
            oldest = await self._database.read(_oldest_waiting)
        except Exception as error:  # noqa: BLE001 - that it fails is what is asked
            failure("database_unreadable", error)
            return JSONResponse({"database": "failing"}, HTTPStatus.SERVICE_UNAVAILABLE)
        return JSONResponse(
            {
                "version": version("hamrah"),
                "database": "ok",
                "seconds_since_tick": self._age(self._ticks.last_at),
                "seconds_oldest_message_waits": self._age(oldest),
            }
        )

    def _age(self, moment: datetime | None) -> int | None:
        return None if moment is None else int((self._clock.now() - moment).total_seconds())


def _oldest_waiting(connection: Connection) -> datetime | None:
    return outbox.oldest_waiting(connection)
