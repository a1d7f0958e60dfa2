"""As many messages as the channel takes, evenly, the most urgent first.

Telegram takes about 30 messages a second in all, and about one a second in a chat, with short
bursts. Thirty at once would be refused as too many, so each waits for the one before it.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from heapq import heappop, heappush
from itertools import count

from bot.clock import Clock

Waiting = tuple[int, int, "asyncio.Future[None]"]

BURST = 3


class Pace:
    """Lets one pass after the other, each an interval behind the last."""

    def __init__(self, clock: Clock, per_second: float = 30) -> None:
        self._clock = clock
        self._interval = 1 / per_second
        self._waiting: list[Waiting] = []
        self._order = count()
        self._letting: asyncio.Task[None] | None = None
        self._pauses: set[asyncio.Task[None]] = set()
        self._open = asyncio.Event()
        self._open.set()

    async def admit(self, urgency: int) -> None:
        """Returns when it is this one's turn."""
        mine = asyncio.get_running_loop().create_future()
        heappush(self._waiting, (urgency, next(self._order), mine))
        if self._letting is None:
            self._letting = asyncio.create_task(self._let_pass())
        await mine

    def close(self) -> None:
        """Send away whoever waits."""
        for *_, waiting in self._waiting:
            waiting.cancel()

    def pause(self, seconds: float) -> None:
        """Let nobody pass for so long."""
        self._open.clear()
        pause = asyncio.create_task(self._clock.sleep(seconds))
        self._pauses.add(pause)
        pause.add_done_callback(self._end_pause)

    def _end_pause(self, pause: "asyncio.Task[None]") -> None:
        self._pauses.discard(pause)
        if not self._pauses:
            self._open.set()

    async def _let_pass(self) -> None:
        while self._waiting:
            await self._open.wait()
            *_, waiting = heappop(self._waiting)
            if not waiting.done():
                waiting.set_result(None)
                await self._clock.sleep(self._interval)
        self._letting = None


@dataclass(slots=True)
class _Allowance:
    left: float
    at: datetime


class ChatPace:
    """How long a chat must rest after a message."""

    def __init__(self, clock: Clock, per_second: float = 1) -> None:
        self._clock = clock
        self._per_second = per_second
        self._allowances: dict[str, _Allowance] = {}

    def rest(self, chat: str) -> float:
        """Count a message; the seconds until the chat may get its next one."""
        now = self._clock.now()
        kept = self._allowances.get(chat) or _Allowance(BURST, now)
        # A wall clock that was set back must not make anybody wait for it to catch up.
        passed = max(0.0, (now - kept.at).total_seconds())
        left = min(BURST, kept.left + passed * self._per_second) - 1
        self._allowances[chat] = _Allowance(left, now)
        self._forget(now)
        return max(0.0, (1 - left) / self._per_second)

    def _forget(self, now: datetime) -> None:
        """Whoever rested long enough has a whole allowance again, so the dictionary stays small."""
        if len(self._allowances) > 1000:
            whole = BURST / self._per_second
            self._allowances = {
                chat: kept
                for chat, kept in self._allowances.items()
                if 0 <= (now - kept.at).total_seconds() < whole
            }
