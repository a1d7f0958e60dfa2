"""The date that a messenger gives each of its answers is compared with our clock.

httpx calls these hooks for what is sent anyway; nothing is asked for this.
"""

import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from bot.clock import Clock
from bot.clock_offset import Measurements, offset

Hooks = Mapping[str, list[Callable[[Any], Awaitable[None]]]]

_ASKED = "hamrah_asked"


def comparing(measurements: Measurements, source: str, clock: Clock) -> Hooks:
    async def ask(request: httpx.Request) -> None:
        request.extensions[_ASKED] = time.monotonic()

    async def come(response: httpx.Response) -> None:
        came, now = time.monotonic(), clock.now()
        asked: float = response.request.extensions[_ASKED]
        dated = _dated(response.headers)
        if dated is not None:
            said = offset(dated, now, came - asked)
            measurements.take(source, said, asked=asked, came=came)

    return {"request": [ask], "response": [come]}


def _dated(headers: httpx.Headers) -> datetime | None:
    """None where it says nothing of this moment: whatever comes out of a cache has an age."""
    if "date" not in headers or "age" in headers:
        return None
    try:
        dated = parsedate_to_datetime(headers["date"])
    except ValueError:
        return None
    return None if dated.tzinfo is None else dated
