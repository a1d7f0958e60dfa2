"""Wording by key becomes words in the person's language: strictly, or not at all.

A placeholder is `{name}` and nothing more, and it is filled once: braces in what a person wrote
stay as they are. Numbers and dates follow the language; text keeps the digits it came with, and
loses what would turn round the words behind it, or is no letter at all.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Self, assert_never
from unicodedata import bidirectional
from zoneinfo import ZoneInfo

from bot.language.calendars import (
    Language,
    format_date,
    format_time,
    isolate,
    local,
    to_persian_digits,
)
from bot.language.catalogues import (
    LANGUAGES,
    Entry,
    ProblemKind,
    WordingProblem,
    WordingRefused,
    read_catalogues,
)
from flows.text import ERASED, Param, Text, text

__all__ = [
    "LANGUAGES",
    "PLACEHOLDER",
    "Entry",
    "Language",
    "ProblemKind",
    "UnknownWording",
    "Wording",
    "WordingProblem",
    "WordingRefused",
]

PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")

_REORDERS = re.compile(r"[A-Za-z0-9۰-۹]")
# Marks that begin or end a direction of writing, and controls but for line ends and tabs.
_NOT_SHOWN = re.compile(r"[\u202a-\u202e\u2066-\u2069\x00-\x08\x0b-\x1f\x7f-\x9f]")


class UnknownWording(Exception):
    """A key, or a placeholder's parameter, that the code and the catalogues do not share."""


@dataclass(frozen=True, slots=True)
class Wording:
    catalogues: Mapping[Language, Mapping[str, Entry]] = field(repr=False)

    @classmethod
    def load(cls, folders: Sequence[Path]) -> Self:
        """Read `<folder>/<language>/*.po` of every folder, or raise `WordingRefused`."""
        return cls(read_catalogues(folders))

    def has(self, key: str) -> bool:
        return all(key in catalogue for catalogue in self.catalogues.values())

    def keys(self, language: Language) -> frozenset[str]:
        return frozenset(self.catalogues[language])

    def entry(self, key: str, language: Language) -> Entry:
        found = self.catalogues[language].get(key)
        if found is None:
            raise UnknownWording(f"no wording {key} in {language}")
        return found

    def raw(self, key: str, language: Language) -> str:
        """The wording as it stands in the catalogue, placeholders included."""
        return self.entry(key, language).text

    def variants(self, key: str, language: Language) -> tuple[str, ...]:
        """The words recognized for a key, written `one|other`."""
        return tuple(word.strip() for word in self.raw(key, language).split("|"))

    def digest(self, key: str, language: Language) -> str:
        """A fingerprint of the wording, by which a consent tells what exactly was agreed to."""
        return sha256(self.raw(key, language).encode()).hexdigest()

    def render(self, value: Text, language: Language, zone: ZoneInfo) -> str:
        params = dict(value.params)

        def fill(placeholder: re.Match[str]) -> str:
            name = placeholder[1]
            if name not in params:
                raise UnknownWording(f"wording {value.key} in {language} needs {name}")
            return self._words(params[name], language, zone)

        return PLACEHOLDER.sub(fill, self.raw(value.key, language))

    def _words(self, value: Param, language: Language, zone: ZoneInfo) -> str:
        match value:
            case str() if ERASED in value:
                return _plain(value.replace(ERASED, self.raw("erased", language)), language)
            case str() | int():
                return _plain(value, language)
            case datetime():
                at = local(value, zone)
                moment = text("calendar.moment", date=at.date(), time=at.time())
                return self.render(moment, language, zone)
            case date():
                return format_date(value, language, partial(self.raw, language=language))
            case time():
                return format_time(value, language)
            case Text():
                return self.render(value, language, zone)
            case tuple():
                return "\n".join(self.render(line, language, zone) for line in value)
            case _:
                assert_never(value)


def _plain(value: str | int, language: Language) -> str:
    if isinstance(value, int):
        return to_persian_digits(str(value)) if language == "fa" else str(value)
    shown = _NOT_SHOWN.sub("", value)
    reorders = _is_right_to_left(shown) if language == "en" else _REORDERS.search(shown)
    return isolate(shown) if reorders else shown


def _is_right_to_left(value: str) -> bool:
    """Whether a text, such as a name, would reorder the English around it."""
    return any(bidirectional(letter) in {"R", "AL"} for letter in value)
