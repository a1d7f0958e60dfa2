"""Small proxies on loopback, which tell what they were asked for.

Whatever name they are asked for, they lead to one port of this machine.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from socket import SHUT_WR, create_connection, socket
from socketserver import BaseRequestHandler, ThreadingTCPServer
from threading import Thread
from urllib.parse import urlsplit

from tests.process.hamrah import PATIENCE

_BEHIND = 1 << 16


@dataclass
class Proxy:
    """`asked` are the hosts that it was to lead to, one a connection."""

    url: str
    asked: list[str] = field(default_factory=list)


@contextmanager
def proxy(scheme: str, port: int) -> Iterator[Proxy]:
    """A proxy for this scheme, `http` or `socks5`, that leads to this port."""
    made = Proxy("")
    ask = {"http": _asked_by_http, "socks5": _asked_by_socks5}[scheme]

    class Handler(BaseRequestHandler):
        def handle(self) -> None:
            host, head = ask(self.request)
            named = f"http://{host}".encode()
            made.asked.append(host)
            with suppress(OSError), create_connection(("127.0.0.1", port), PATIENCE) as there:
                there.sendall(head.replace(named, b""))
                back = Thread(target=_carry, args=(there, self.request), daemon=True)
                back.start()
                _carry(self.request, there, named)
                back.join(PATIENCE)

    with ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        made.url = f"{scheme}://127.0.0.1:{server.server_address[1]}"
        serving = Thread(target=server.serve_forever, args=(0.05,))
        serving.start()
        try:
            yield made
        finally:
            server.shutdown()
            serving.join()


def _asked_by_http(here: socket) -> tuple[str, bytes]:
    """The host in the first line; what was read so far is part of what is carried."""
    head = b""
    while b"\r\n" not in head:
        more = here.recv(_BEHIND)
        if not more:
            return "", b""
        head += more
    target = head.split(b" ", 2)[1].decode()
    return urlsplit(target).hostname or target, head


def _asked_by_socks5(here: socket) -> tuple[str, bytes]:
    """RFC 1928, with names and without a password."""
    _, methods = here.recv(2)
    here.recv(methods)
    here.sendall(b"\x05\x00")
    version, command, _, kind, length = here.recv(5)
    assert (version, command, kind) == (5, 1, 3)
    host = here.recv(length).decode()
    here.recv(2)
    here.sendall(b"\x05\x00\x00\x01" + bytes(6))
    return host, b""


def _carry(here: socket, there: socket, named: bytes = b"") -> None:
    """The server behind is asked for a path; an HTTP proxy is, with the host before it."""
    with suppress(OSError):
        while sent := here.recv(_BEHIND):
            there.sendall(sent.replace(named, b"") if named else sent)
        there.shutdown(SHUT_WR)
