"""A clock that can be moved forward. Only a rehearsal has one."""

import asyncio
from datetime import UTC, datetime, timedelta
from math import ceil


class MovableClock:
    """It goes as any clock does, from a moment that is ahead."""

    def __init__(self, seconds_ahead: int) -> None:
        self.seconds_ahead = seconds_ahead

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.seconds_ahead)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def move_to(self, moment: datetime) -> None:
        """Forward to a moment; never back."""
        self.seconds_ahead += max(0, ceil((moment - self.now()).total_seconds()))
