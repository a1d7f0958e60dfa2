"""The server of the one web application.

The socket is opened first, so that a port in use is known before anything else begins.
"""

import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.routing import BaseRoute

from bot.setting_values import Listen
from bot.web.refusals import Refusals
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


def make_server(routes: Sequence[BaseRoute], refusals: Refusals) -> Server:
    """What a proxy on this machine says of the caller is believed, and nobody else's word."""
    config = uvicorn.Config(
        refusals.counting(Starlette(routes=list(routes))),
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        timeout_graceful_shutdown=_LAST_REQUESTS,
    )
    return Server(config)
