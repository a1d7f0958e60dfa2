"""From the command `hamrah run` to its first getUpdates, with the database up to date."""

import asyncio
import json
import os
import re
import socket
import sys
from asyncio.subprocess import DEVNULL
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

import httpx

from benchmarks.phones import BOT, TOKEN

_ROOT = Path(__file__).parent.parent
_LONGEST_START = 30
_RESULTS = {"getMe": BOT, "getUpdates": []}


async def seconds_to_start(times: int) -> float:
    """The median; one start more goes before them, which makes the database."""
    with TemporaryDirectory(prefix="hamrah-benchmark-") as folder:
        starts = [await _start(Path(folder)) for _ in range(times + 1)]
    return median(starts[1:])


async def seconds_to_page(times: int) -> float:
    """From a rehearsal's beginning, with no data there yet, to the page and what it asks first."""
    with TemporaryDirectory(prefix="hamrah-benchmark-") as folder:
        return median([await _rehearse(Path(folder) / str(turn)) for turn in range(times)])


async def _rehearse(data: Path) -> float:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    began = perf_counter()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "rehearse"),
        cwd=data.parent,
        env=_environment(data, "http://127.0.0.1:9") | {"HAMRAH_LISTEN": f"127.0.0.1:{port}"},
        stdout=DEVNULL,
        stderr=DEVNULL,
    )
    async with httpx.AsyncClient(trust_env=False) as client, asyncio.timeout(_LONGEST_START):
        for path in ("", "state"):
            await _fetched(client, f"http://127.0.0.1:{port}/chat/{path}")
    seconds = perf_counter() - began
    process.terminate()
    await process.wait()
    return seconds


async def _fetched(client: httpx.AsyncClient, url: str) -> None:
    while True:
        try:
            answer = await client.get(url)
        except httpx.TransportError:
            await asyncio.sleep(0.01)
        else:
            assert answer.status_code == 200
            return


async def _start(folder: Path) -> float:
    asked = asyncio.Event()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        method = await _method(reader)
        if method == "getUpdates":
            asked.set()
        writer.write(_response(_RESULTS.get(method, True)))
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1")
    async with server, asyncio.timeout(_LONGEST_START):
        address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        began = perf_counter()
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "run"),
            cwd=folder,
            env=_environment(folder, address),
            stdout=DEVNULL,
            stderr=DEVNULL,
        )
        await asked.wait()
        seconds = perf_counter() - began
        process.terminate()
        await process.wait()
    return seconds


async def _method(reader: asyncio.StreamReader) -> str:
    """The Bot API's method that is called; its parameters are read and left alone."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
    length = re.search(r"content-length: (\d+)", head)
    await reader.readexactly(int(length[1]) if length else 0)
    called = head.split(" ", 2)[1].rpartition("/")[2]
    return next((name for name in _RESULTS if name.lower() == called), called)


def _response(result: object) -> bytes:
    body = json.dumps({"ok": True, "result": result}).encode()
    head = f"HTTP/1.1 200 OK\r\ncontent-length: {len(body)}\r\nconnection: close\r\n\r\n"
    return head.encode() + body


def _environment(folder: Path, address: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HAMRAH_")}
    return kept | {
        "HAMRAH_DATA": str(folder),
        "HAMRAH_LISTEN": "127.0.0.1:0",
        "HAMRAH_TELEGRAM_API": address,
        "HAMRAH_TELEGRAM_TOKEN": TOKEN,
        "PYTHONPATH": str(_ROOT),
    }
