"""How long to wait before trying again: longer each time, up to a limit, never all at once."""

from collections.abc import Iterator
from random import SystemRandom

_chance = SystemRandom()


def delay(attempt: int, *, first: float = 1, longest: float = 300) -> float:
    """Seconds before the next attempt after this one, the first being 1."""
    doubled: float = first * 2 ** min(attempt - 1, 30)
    return min(longest, doubled) * _chance.uniform(0.75, 1)


def delays(*, first: float = 1, longest: float = 30) -> Iterator[float]:
    attempt = 0
    while True:
        attempt += 1
        yield delay(attempt, first=first, longest=longest)
