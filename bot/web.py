"""The one web application, on which channels mount their routes, and its server.

The socket is opened first, so that a port in use is known before anything else begins.
"""

import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from http import HTTPStatus
from importlib.metadata import version

import uvicorn
from sqlalchemy import Connection
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.clock import Clock
from bot.logs import failure
from bot.settings import Listen
from bot.ticks import Ticks
from storage import outbox
from storage.database import Database
from storage.failures import Failure

_LAST_REQUESTS = 10


class NoPort(Failure):
    """Nobody can be listened to at {host}:{port} ({why}); stop what uses it, or set HAMRAH_LISTEN
    to another host:port.
    """


class Server(uvicorn.Server):
    """uvicorn without its own signals: the process ends as one, in its own order."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    def stop(self) -> None:
        self.should_exit = True


def open_socket(listen: Listen) -> socket.socket:
    """Named as TCP, or asyncio leaves Nagle's delay of 40 ms on each answer."""
    try:
        family, *_, place = socket.getaddrinfo(listen.host, listen.port, type=socket.SOCK_STREAM)[0]
        opened = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind(place)
        opened.listen()
    except OSError as error:
        why = (error.strerror or "unknown").lower()
        raise NoPort(host=listen.host, port=listen.port, why=why) from None
    return opened


def make_server(routes: Sequence[Route]) -> Server:
    config = uvicorn.Config(
        Starlette(routes=list(routes)),
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        timeout_graceful_shutdown=_LAST_REQUESTS,
    )
    return Server(config)


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
