"""A clock that is moved by hand, so that a test says when an hour has passed."""

import asyncio
from datetime import UTC, datetime, timedelta

# Shorter rests are of no account in a test that counts hours.
SHORT = 5.0


class HandClock:
    def __init__(self) -> None:
        self._now = datetime(2026, 9, 26, 5, 30, tzinfo=UTC)
        self._sleeping: set[tuple[datetime, asyncio.Future[None]]] = set()

    def now(self) -> datetime:
        return self._now

    async def sleep(self, seconds: float) -> None:
        if seconds <= SHORT:
            await asyncio.sleep(0)
            return
        woken = asyncio.get_running_loop().create_future()
        mine = (self._now + timedelta(seconds=seconds), woken)
        self._sleeping.add(mine)
        try:
            await woken
        finally:
            self._sleeping.discard(mine)

    def advance(self, by: timedelta) -> None:
        self._now += by
        for until, woken in self._sleeping:
            if until <= self._now and not woken.done():
                woken.set_result(None)
