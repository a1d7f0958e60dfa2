"""A real Kannel with an operator on loopback: what is sent reaches a handset, which can answer.

Kannel's `fake` operator speaks lines: "<from> <to> ucs2 <escaped UTF-16BE>" goes in, and
"<from> <to> ucs-2|text <…>", or "… udh <header> data|text <…>" for a part of a long one, comes out.
"""

import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote_from_bytes, unquote_to_bytes

import httpx

from tests.process.hamrah import PATIENCE, free_port

USER, PASSWORD, NUMBER = "clinic", "clinic-secret", "300012345"
PROGRAMS = ("bearerbox", "smsbox")
_STATUS = "test-status"

_CONFIGURATION = """
group = core
admin-port = {admin}
admin-interface = 127.0.0.1
admin-password = test-admin
status-password = {status}
smsbox-port = {box}
smsbox-interface = 127.0.0.1
box-allow-ip = 127.0.0.1
dlr-storage = internal

group = smsc
smsc = fake
smsc-id = operator
port = {operator}
our-host = 127.0.0.1
connect-allow-ip = 127.0.0.1

group = smsbox
bearerbox-host = 127.0.0.1
bearerbox-port = {box}
sendsms-port = {sendsms}
sendsms-interface = 127.0.0.1
global-sender = {number}
http-request-retry = 5
http-queue-delay = 1
mo-recode = true

group = sendsms-user
username = {user}
password = {password}
concatenation = true
max-messages = 6

group = sms-service
keyword = default
catch-all = yes
post-url = "{callback}/incoming?id=%I&from=%p&sent=%T"
max-messages = 0
"""


def until(holds: Callable[[], bool], timeout: float = PATIENCE) -> None:
    end = time.monotonic() + timeout
    while not holds():
        assert time.monotonic() < end, "it did not come about in time"
        time.sleep(0.05)


@dataclass
class Operator:
    """Kannel, to be started and stopped; its ports stay the same."""

    folder: Path
    callback: str
    ports: dict[str, int] = field(
        default_factory=lambda: {it: free_port() for it in ("admin", "box", "operator", "sendsms")}
    )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.ports['sendsms']}"

    @contextmanager
    def running(self) -> Iterator[None]:
        configuration = self.folder / "kannel.conf"
        configuration.write_text(
            _CONFIGURATION.format(
                **self.ports,
                status=_STATUS,
                user=USER,
                password=PASSWORD,
                number=NUMBER,
                callback=self.callback,
            )
        )
        started = []
        try:
            for program in PROGRAMS:
                with (self.folder / f"{program}.log").open("ab") as log:
                    command = [program, "-v", "2", str(configuration)]
                    started.append(subprocess.Popen(command, stdout=log, stderr=log))
                until(lambda: self._status() is not None)
            until(lambda: "smsbox" in (self._status() or ""))
            yield
        finally:
            for process in reversed(started):
                _stop(process)

    def _status(self) -> str | None:
        with suppress(httpx.HTTPError):
            address = f"http://127.0.0.1:{self.ports['admin']}/status.txt"
            return httpx.get(address, params={"password": _STATUS}, trust_env=False).text
        return None

    @contextmanager
    def handset(self) -> Iterator["Handset"]:
        """While nobody is connected the operator is away."""
        with _connected(self.ports["operator"]) as connection:
            handset = Handset(connection)
            threading.Thread(target=handset.listen, daemon=True).start()
            yield handset
            connection.shutdown(socket.SHUT_RDWR)


def _connected(port: int) -> socket.socket:
    end = time.monotonic() + PATIENCE
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port))
        except ConnectionRefusedError:
            assert time.monotonic() < end
            time.sleep(0.05)


def _stop(process: "subprocess.Popen[bytes]") -> None:
    """Kannel waits for a second signal while something is queued."""
    for ending in (signal.SIGTERM, signal.SIGTERM, signal.SIGKILL):
        process.send_signal(ending)
        with suppress(subprocess.TimeoutExpired):
            process.wait(3)
            return
    process.wait(PATIENCE)


@dataclass
class Handset:
    """Every phone of the operator's: what reached each number, long messages joined."""

    connection: socket.socket
    shown: list[tuple[str, str]] = field(default_factory=list)
    _parts: dict[tuple[str, int], dict[int, str]] = field(default_factory=dict)

    def send(self, number: str, words: str) -> None:
        escaped = quote_from_bytes(words.encode("utf-16-be"), safe="")
        self.connection.sendall(f"{number} {NUMBER} ucs2 {escaped}\n".encode())

    def listen(self) -> None:
        with suppress(OSError), self.connection.makefile("rb") as lines:
            for line in lines:
                self._take(line.decode("latin-1").rstrip("\r\n"))

    def _take(self, line: str) -> None:
        _, number, kind, rest = line.split(" ", 3)
        if kind != "udh":
            self.shown.append((number, _read(rest)))
            return
        header, _, rest = rest.split(" ", 2)
        *_, reference, total, part = _bytes(header)
        parts = self._parts.setdefault((number, reference), {})
        parts[part] = _read(rest)
        if len(parts) == total:
            self.shown.append((number, "".join(parts[it] for it in sorted(parts))))

    def texts(self, number: str) -> list[str]:
        return [words for to, words in self.shown if to == number]

    def wait_for(self, number: str, words: str) -> str:
        """The first message to this number that holds these words."""
        until(lambda: any(words in it for it in self.texts(number)))
        return next(it for it in self.texts(number) if words in it)


def _bytes(escaped: str) -> bytes:
    return unquote_to_bytes(escaped.replace("+", " "))


def _read(escaped: str) -> str:
    """A part of a long message does not say how it is written; Persian has bytes of no letter."""
    raw = _bytes(escaped)
    return raw.decode("latin-1" if all(byte >= ord("\n") for byte in raw) else "utf-16-be")
