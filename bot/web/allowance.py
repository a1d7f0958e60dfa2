"""How much one caller may do at once, and how fast after that."""

from dataclasses import dataclass
from datetime import datetime

from bot.clock import Clock

_REMEMBERED = 1000


@dataclass(slots=True)
class _Left:
    count: float
    at: datetime


class Allowance:
    def __init__(self, clock: Clock, *, burst: int, per_second: float) -> None:
        self._clock = clock
        self._burst = burst
        self._per_second = per_second
        self._left: dict[str, _Left] = {}

    def take(self, caller: str) -> float:
        """Seconds to wait before it may be done; none, and it is counted."""
        now = self._clock.now()
        kept = self._left.get(caller) or _Left(self._burst, now)
        # A wall clock that was set back must not make anybody wait for it to catch up.
        passed = max(0.0, (now - kept.at).total_seconds())
        left = min(self._burst, kept.count + passed * self._per_second)
        if left < 1:
            return (1 - left) / self._per_second
        self._forget_rested(now)
        self._left[caller] = _Left(left - 1, now)
        return 0.0

    def _forget_rested(self, now: datetime) -> None:
        """Whoever rested long enough has a whole allowance again, so the dictionary stays small."""
        if len(self._left) > _REMEMBERED:
            whole = self._burst / self._per_second
            self._left = {
                caller: left
                for caller, left in self._left.items()
                if 0 <= (now - left.at).total_seconds() < whole
            }
