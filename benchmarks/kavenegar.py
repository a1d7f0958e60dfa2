"""A Kavenegar on loopback, in a process of its own, which takes whatever comes as fast as it can.

One call in a hundred fails the first time: by turns it is refused as a gateway that is down, and
breaks off after the SMS was taken. One SMS in ten is delivered, and reported so when asked.
"""

import asyncio
import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

KEY, LINE = "key", "10004346"
_ONE_IN = 100
_DELIVERED, _QUEUED = 10, 1


@dataclass
class Operator:
    """`taken` are the SMS by the sender's number of each, `phones` how many came to each phone."""

    taken: dict[str, int] = field(default_factory=dict)
    phones: Counter[str] = field(default_factory=Counter)
    failed: set[str] = field(default_factory=set)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while (answer := self._answer(*await _request(reader))) is not None:
                status, said = answer
                body = json.dumps(said).encode()
                head = f"HTTP/1.1 {status} -\r\nContent-Length: {len(body)}\r\n\r\n"
                writer.write(head.encode() + body)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def _answer(self, path: str, given: dict[str, str]) -> tuple[int, Any] | None:
        """What is answered, or nothing: the call breaks off."""
        match path.rpartition("/")[2]:
            case "send.json":
                return self._send(given["localid"], given["receptor"])
            case "status.json":
                return 200, {"entries": [_status(it) for it in given["messageid"].split(",")]}
            case "counts":
                return 200, {
                    "phones": len(self.phones),
                    "most": max(self.phones.values(), default=0),
                    "failures": len(self.failed),
                }
            case _:
                return 200, {"entries": None}

    def _send(self, number: str, phone: str) -> tuple[int, Any] | None:
        fails = int(number) % _ONE_IN == 0 and number not in self.failed
        if fails:
            self.failed.add(number)
            if len(self.failed) % 2:
                return 503, {"entries": None}
        if number not in self.taken:
            self.taken[number] = len(self.taken) + 1
            self.phones[phone] += 1
        entry = {"messageid": self.taken[number], "status": _QUEUED}
        return None if fails else (200, {"entries": [entry]})


def _status(message: str) -> dict[str, Any]:
    is_delivered = int(message) % 10 == 0
    return {"messageid": message, "status": _DELIVERED if is_delivered else _QUEUED}


async def _request(reader: asyncio.StreamReader) -> tuple[str, dict[str, str]]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    length = next(
        (
            int(line.partition(":")[2])
            for line in head.splitlines()
            if line.lower().startswith("content-length:")
        ),
        0,
    )
    body = (await reader.readexactly(length)).decode()
    return head.split(" ", 2)[1], dict(parse_qsl(body))


async def main() -> None:
    server = await asyncio.start_server(Operator().serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
