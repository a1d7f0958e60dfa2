"""The words that are recognized in what a person types, read from the catalogues.

Recognition takes the words of every language at once, whatever the person's own language is.
Words are kept compact (see `typed_text.compact`), so half-spaces and spaces make no difference;
the words of stopping, which are looked for inside whole messages, are kept as `words_of`.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Literal

from bot.language.calendars import WEEKDAYS
from bot.language.typed_text import compact, normalize, words_of

Calendar = Literal["jalali", "gregorian"]
# Gives the variants of a key in one language.
Variants = Callable[[str], Sequence[str]]
Phrases = tuple[str, ...]

CALENDARS: tuple[Calendar, ...] = ("jalali", "gregorian")
_DAYS = {
    "day_before_yesterday": -2,
    "yesterday": -1,
    "today": 0,
    "tomorrow": 1,
    "day_after_tomorrow": 2,
}


class DayPart(Enum):
    AM = "am"
    MORNING = "morning"
    NOON = "noon"
    PM = "pm"
    EVENING = "evening"
    NIGHT = "night"


@dataclass(frozen=True, slots=True)
class TimeWords:
    parts: Mapping[str, DayPart]
    before: Collection[str]
    after: Collection[str]
    half: Collection[str]
    quarter: Collection[str]
    minutes: Collection[str]


@dataclass(frozen=True, slots=True, eq=False)
class StopWords:
    """The words of one language; `bot.language.stop_words` tells what each is for."""

    alone: frozenset[str]
    filler: frozenset[str]
    opening: Phrases
    between: Phrases
    closing: Phrases
    refused: Phrases
    condition: Phrases


@dataclass(frozen=True, slots=True, eq=False)
class Lexicon:
    """Read once and told apart by identity, so that the patterns made of it are kept."""

    days: Mapping[str, int]
    weekdays: Mapping[str, int]
    months: Mapping[str, tuple[Calendar, int]]
    ordinals: Collection[str]
    date_fillers: Collection[str]
    times: TimeWords
    options: Collection[str]
    conjunctions: Collection[str]
    participant_prefixes: Collection[str]
    start: frozenset[str]
    stop: tuple[StopWords, ...]


def any_of(words: Iterable[str]) -> str:
    """A pattern for any of the words, the longest first."""
    return "(?:" + "|".join(map(re.escape, sorted(words, key=len, reverse=True))) + ")"


def read_lexicon(languages: Sequence[Variants]) -> Lexicon:
    def words(*keys: str) -> frozenset[str]:
        return frozenset(
            compact(normalize(word)) for key in keys for read in languages for word in read(key)
        )

    return Lexicon(
        days={word: after for day, after in _DAYS.items() for word in words(f"typed.day.{day}")},
        weekdays={
            word: number
            for number, name in enumerate(WEEKDAYS)
            for word in words(f"calendar.weekday.{name}", f"typed.weekday.{name}")
        },
        months={
            word: (calendar, month)
            for calendar in CALENDARS
            for month in range(1, 13)
            for word in words(
                f"calendar.month.{calendar}.{month}", f"typed.month.{calendar}.{month}"
            )
        },
        ordinals=words("typed.date.ordinal"),
        date_fillers=words("typed.date.filler"),
        times=TimeWords(
            parts={word: part for part in DayPart for word in words(f"typed.time.{part.value}")},
            before=words("typed.time.prefix"),
            after=words("typed.time.hour"),
            half=words("typed.time.half"),
            quarter=words("typed.time.quarter"),
            minutes=words("typed.time.minutes"),
        ),
        options=words("typed.option"),
        conjunctions=words("typed.and"),
        participant_prefixes=words("typed.participant_prefix"),
        start=frozenset(_phrase(word) for read in languages for word in read("typed.start")),
        stop=tuple(map(_stop_words, languages)),
    )


def _stop_words(variants: Variants) -> StopWords:
    def phrases(name: str) -> Phrases:
        return tuple(map(_phrase, variants(f"typed.stop.{name}")))

    return StopWords(
        alone=frozenset(phrases("alone")),
        filler=frozenset(phrases("filler")),
        opening=phrases("opening"),
        between=phrases("between"),
        closing=phrases("closing"),
        refused=phrases("refused"),
        condition=phrases("condition"),
    )


def _phrase(text: str) -> str:
    return " ".join(words_of(text))
