"""Runs of several bots, one after the other and again, so that a noisy minute harms none alone."""

import asyncio
import gc
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Protocol, Self

from benchmarks.phones import Phones, Seconds, Update

# A bot that leaves a tap unanswered must not hold up the rest.
_PATIENCE = 20


class Measured(Protocol):
    """A bot that is measured; `buttons` begin the questionnaire in each chat."""

    @property
    def buttons(self) -> dict[int, str]: ...

    async def receive(self, update: Update) -> None:
        """Returns when the update could be acknowledged to Telegram."""

    async def kept(self) -> int: ...

    async def end(self) -> None: ...


class Kind(Protocol):
    name: str

    async def begin(self, folder: Path, phones: Phones, persons: int) -> Measured: ...


@dataclass(frozen=True, slots=True)
class Load:
    """At most so many persons fill in the questionnaire, so many side by side, for so long."""

    at_once: int
    persons: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Figures:
    turns_a_second: float
    stored_p50: float
    stored_p99: float
    answered_p50: float
    answered_p99: float

    @classmethod
    def of(cls, seconds: Seconds, whole: float) -> Self:
        stored, answered = (quantiles(it, n=100) for it in (seconds.stored, seconds.answered))
        turns = len(seconds.answered) / whole
        return cls(turns, stored[49], stored[98], answered[49], answered[98])

    @classmethod
    def median_of(cls, runs: Sequence[Self]) -> Self:
        return cls(
            median(it.turns_a_second for it in runs),
            median(it.stored_p50 for it in runs),
            median(it.stored_p99 for it in runs),
            median(it.answered_p50 for it in runs),
            median(it.answered_p99 for it in runs),
        )


async def side_by_side(
    kinds: Sequence[Kind], loads: Sequence[Load], rounds: int
) -> dict[tuple[str, int], Figures]:
    """The medians of each kind under each load, by the kind's name and how many at once."""
    runs: dict[tuple[str, int], list[Figures]] = {}
    for _ in range(rounds):
        for load in loads:
            for kind in kinds:
                figures = await _run(kind, load)
                runs.setdefault((kind.name, load.at_once), []).append(figures)
    return {which: Figures.median_of(figures) for which, figures in runs.items()}


async def _run(kind: Kind, load: Load) -> Figures:
    with TemporaryDirectory(prefix="hamrah-benchmark-") as folder:
        phones = Phones()
        bot = await kind.begin(Path(folder), phones, load.persons)
        try:
            return await _measure(bot, phones, load)
        finally:
            await bot.end()


async def _measure(bot: Measured, phones: Phones, load: Load) -> Figures:
    gc.collect()
    began = perf_counter()
    async with asyncio.timeout(load.seconds + _PATIENCE):
        seconds, finished = await _fill_in(bot, phones, load, began + load.seconds)
    whole = perf_counter() - began
    assert await bot.kept() == finished
    return Figures.of(seconds, whole)


async def _fill_in(bot: Measured, phones: Phones, load: Load, until: float) -> tuple[Seconds, int]:
    """How long the turns took, and how many persons came to the end."""
    seconds, chats = Seconds(), iter(bot.buttons.items())

    async def one_after_the_other() -> int:
        return sum(
            [
                await phones.fill_in(bot.receive, chat, button, until, seconds)
                for chat, button in chats
            ]
        )

    finished = await asyncio.gather(*(one_after_the_other() for _ in range(load.at_once)))
    return seconds, sum(finished)
