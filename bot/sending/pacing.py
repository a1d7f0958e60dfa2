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
    """How fast things may follow each other in a chat, after a burst."""

    def __init__(self, clock: Clock, per_second: float = 1, burst: int = BURST) -> None:
        self._clock = clock
        self._per_second = per_second
        self._burst = burst
        self._allowances: dict[str, _Allowance] = {}

    def rest(self, chat: str) -> float:
        """Count what was sent; the seconds until the chat may get its next one."""
        left = self._left(chat) - 1
        self._keep(chat, left)
        return self._until_one(left)

    def take(self, chat: str) -> float:
        """The seconds until something may be taken from the chat; none, and it is counted."""
        left = self._left(chat)
        if left >= 1:
            self._keep(chat, left - 1)
        return self._until_one(left)

    def _left(self, chat: str) -> float:
        now = self._clock.now()
        kept = self._allowances.get(chat) or _Allowance(self._burst, now)
        # A wall clock that was set back must not make anybody wait for it to catch up.
        passed = max(0.0, (now - kept.at).total_seconds())
        return min(self._burst, kept.left + passed * self._per_second)

    def _until_one(self, left: float) -> float:
        return max(0.0, (1 - left) / self._per_second)

    def _keep(self, chat: str, left: float) -> None:
        now = self._clock.now()
        self._allowances[chat] = _Allowance(left, now)
        self._forget(now)

    def _forget(self, now: datetime) -> None:
        """Whoever rested long enough has a whole allowance again, so the dictionary stays small."""
        if len(self._allowances) > 1000:
            whole = self._burst / self._per_second
            self._allowances = {
                chat: kept
                for chat, kept in self._allowances.items()
                if 0 <= (now - kept.at).total_seconds() < whole
            }
