"""A clock on which a second passes in a millisecond, for everybody alike."""

import asyncio
import time
from datetime import UTC, datetime, timedelta

SPEED = 1000


class FastClock:
    def __init__(self) -> None:
        self._began_at = datetime(2026, 9, 26, 5, 30, tzinfo=UTC)
        self._began = time.monotonic()

    def now(self) -> datetime:
        return self._began_at + timedelta(seconds=(time.monotonic() - self._began) * SPEED)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / SPEED)
