"""How far our clock is from the messengers', as the dates of their answers tell.

Rules that hold here:
- An answer was dated at some moment between its request and its receipt: what took long says less,
  and nothing is taken for known that is not.
- What passes in between is told by the monotonic clock, so setting ours meanwhile misleads nobody.
- One answer proves nothing. The last few of each messenger that was heard lately have to agree,
  each asked for after the one before it had come.
"""

import asyncio
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

# Reminders, windows and the moments in the audit trail are read in minutes, and what keeps a clock
# right keeps it to milliseconds. Less could not be told of an answer for which half a minute was
# waited, which are all that there are while nobody writes.
LIMIT = 60
IN_A_ROW = 3
# The header has no fraction of a second, and some servers make it anew but once a second.
GRAIN = 2
_LATELY = 600


@dataclass(frozen=True, slots=True)
class Offset:
    """Our clock less theirs lies between the two, in seconds: above 0, ours is ahead."""

    least: float
    most: float

    @property
    def seconds(self) -> int:
        return round((self.least + self.most) / 2)

    @property
    def is_small(self) -> bool:
        return self.least >= -LIMIT and self.most <= LIMIT

    def is_far_from(self, seconds: float) -> bool:
        """Whether it is surely more than the limit from there."""
        return self.least > seconds + LIMIT or self.most < seconds - LIMIT


def offset(dated: datetime, now: datetime, took: float) -> Offset:
    """What an answer says that came `now`, so many seconds after it was asked for."""
    ahead = (now - dated).total_seconds()
    return Offset(ahead - took - GRAIN, ahead)


def judged(standing: int, measured: Offset) -> int:
    """By how many seconds our clock is taken to be wrong from now on, 0 for right.

    What is not surely right nor surely wrong changes nothing, so a clock at the limit does not go
    to and fro. One that is wrong by another minute is wrong anew.
    """
    if measured.is_small:
        return 0
    if measured.is_far_from(0) and measured.is_far_from(standing):
        return measured.seconds
    return standing


@dataclass(frozen=True, slots=True)
class _Taken:
    offset: Offset
    came: float


class Measurements:
    """What the messengers' answers said lately. `news` is set by each that counts."""

    def __init__(self) -> None:
        self.news = asyncio.Event()
        self._last: dict[str, deque[_Taken]] = {}

    def take(self, source: str, said: Offset, *, asked: float, came: float) -> None:
        """`asked` and `came` are of the monotonic clock."""
        last = self._last.setdefault(source, deque(maxlen=IN_A_ROW))
        if last and asked < last[-1].came:
            return
        last.append(_Taken(said, came))
        self.news.set()

    def offset(self) -> Offset | None:
        """None while too little was heard, and while not all that was heard fits together."""
        offsets = self._lately().values()
        known = [it for it in offsets if it is not None]
        return _overlap(known) if known and len(known) == len(offsets) else None

    def by_source(self) -> Mapping[str, Offset]:
        """The same by each messenger alone, where it is known."""
        return {source: it for source, it in self._lately().items() if it is not None}

    def _lately(self) -> Mapping[str, Offset | None]:
        newest = max((last[-1].came for last in self._last.values()), default=0)
        return {
            source: _overlap(it.offset for it in last) if len(last) == IN_A_ROW else None
            for source, last in self._last.items()
            if newest - last[-1].came <= _LATELY
        }


def _overlap(offsets: Iterable[Offset]) -> Offset | None:
    """What all of them say; None where two contradict each other."""
    said = tuple(offsets)
    least, most = max(it.least for it in said), min(it.most for it in said)
    return Offset(least, most) if least <= most else None
