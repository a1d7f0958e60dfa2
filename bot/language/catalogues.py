"""Gettext catalogues, read strictly: a key and its wording stand exactly once, complete and final.

Babel drops repeated keys and cuts unclosed quotes in silence, so the lines are also read here.
Every problem is collected, so that one reading tells a translator everything there is to mend.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Literal

from babel.messages.catalog import Message
from babel.messages.pofile import PoFileError, read_po, unescape

from bot.language.calendars import Language

LANGUAGES: tuple[Language, ...] = ("fa", "en")

ProblemKind = Literal[
    "missing_folder",
    "unreadable",
    "duplicate",
    "fuzzy",
    "plural",
    "empty",
    "one_language",
    "placeholders",
    "garbled",
    "digits",
    "half_space",
    "spacing",
    "direction",
    "script",
    "length",
]


@dataclass(frozen=True, slots=True)
class WordingProblem:
    """What is wrong, where it stands, and how to mend it."""

    kind: ProblemKind
    language: Language | None
    key: str
    file: Path
    line: int | None
    detail: str

    def __str__(self) -> str:
        place = str(self.file) if self.line is None else f"{self.file}:{self.line}"
        subject = " ".join(part for part in (self.language, self.key) if part)
        return ": ".join(part for part in (place, subject, self.detail) if part)


class WordingRefused(Exception):
    """The catalogues cannot be used; each line of the message is one problem."""

    def __init__(self, problems: Sequence[WordingProblem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class Entry:
    """One key's wording in one language, and where it stands."""

    text: str
    file: Path
    line: int


@dataclass(frozen=True, slots=True)
class _Statement:
    """A keyword with its quoted text, continued lines included; "?" is a line that is neither."""

    line: int
    keyword: str
    value: str


@dataclass(frozen=True, slots=True)
class _Finding:
    kind: ProblemKind
    line: int | None
    key: str
    detail: str


_LINE = re.compile(r'(?:(?P<keyword>msg\w+(?:\[\d+\])?) )?\s*"(?P<value>(?:[^"\\]|\\.)*)"')
_EDGE = _Statement(0, "", "")


def read_catalogues(folders: Iterable[Path]) -> Mapping[Language, Mapping[str, Entry]]:
    """Merge every `<folder>/<language>/*.po`, or raise `WordingRefused` with all the problems."""
    places = tuple(folders)
    problems = [_missing(folder) for folder in places if not folder.is_dir()]
    catalogues: dict[Language, dict[str, Entry]] = {language: {} for language in LANGUAGES}
    for language, entries in catalogues.items():
        for file in (file for folder in places for file in sorted(folder.glob(f"{language}/*.po"))):
            problems += [
                WordingProblem(found.kind, language, found.key, file, found.line, found.detail)
                for found in _read_into(entries, file)
            ]
    if problems:
        raise WordingRefused(problems)
    return catalogues


def _missing(folder: Path) -> WordingProblem:
    detail = "there is no such folder of catalogues; correct its path"
    return WordingProblem("missing_folder", None, "", folder, None, detail)


def _read_into(entries: dict[str, Entry], file: Path) -> Iterator[_Finding]:
    """Add the file's entries to `entries`, and tell every problem met on the way."""
    try:
        lines = _lines(file)
        statements = _statements(lines)
        malformed = tuple(_malformed(statements))
        yield from malformed
        if not malformed:
            catalogue = read_po(lines, abort_invalid=True)
            for statement, key in _keys(statements):
                yield from _take(entries, key, catalogue.get(key), file, statement.line)
    except UnicodeDecodeError:
        yield _Finding("unreadable", None, "", "not in UTF-8; save the file as UTF-8")
    except (PoFileError, ValueError) as error:
        yield _Finding("unreadable", None, "", f"{error}; mend the entry or the header")


def _lines(file: Path) -> Sequence[str]:
    """The file's lines, those of old entries (`#~`) left empty so that the others keep theirs."""
    lines = file.read_text(encoding="utf-8-sig").split("\n")
    return ["" if line.lstrip().startswith("#~") else line for line in lines]


def _statements(lines: Iterable[str]) -> Sequence[_Statement]:
    found: list[_Statement] = []
    for number, line in enumerate(map(str.strip, lines), start=1):
        if not line or line.startswith("#"):
            continue
        match = _LINE.fullmatch(line)
        if match and match["keyword"]:
            found.append(_Statement(number, match["keyword"], match["value"]))
        elif match and found:
            found[-1] = replace(found[-1], value=found[-1].value + match["value"])
        else:
            found.append(_Statement(number, "?", ""))
    return found


def _malformed(statements: Sequence[_Statement]) -> Iterator[_Finding]:
    """Every statement that does not belong where it stands: msgid and msgstr take turns."""
    for before, statement in pairwise((_EDGE, *statements, _EDGE)):
        match before.keyword, statement.keyword:
            case ("" | "msgstr" | "?", "msgid") | ("msgid" | "?", "msgstr"):
                continue
            case "msgid", "":
                detail = "has no msgstr; write one"
                yield _Finding("unreadable", before.line, unescape(f'"{before.value}"'), detail)
            case _, "":
                continue
            case "msgid", "msgid_plural":
                detail = "has plural forms; write one msgstr and use {placeholders} for numbers"
                yield _Finding("plural", statement.line, unescape(f'"{before.value}"'), detail)
            case ("msgid_plural" | "msgstr[0]" | "msgstr[1]", _):
                continue
            case _, "?":
                detail = (
                    'write a keyword, a space and text in closed quotes (\\" for a quote in it)'
                )
                yield _Finding("unreadable", statement.line, "", detail)
            case _:
                detail = f"{statement.keyword} is out of place; write a msgid, then its one msgstr"
                yield _Finding("unreadable", statement.line, "", detail)


def _keys(statements: Iterable[_Statement]) -> Iterator[tuple[_Statement, str]]:
    for statement in statements:
        if statement.keyword == "msgid" and statement.value:
            yield statement, unescape(f'"{statement.value}"')


def _take(
    entries: dict[str, Entry], key: str, message: Message | None, file: Path, line: int
) -> Iterator[_Finding]:
    assert message is not None, "a key read from the lines is one Babel reads"
    known = entries.get(key)
    if known is not None:
        detail = f"stands already in {known.file}:{known.line}; keep one of the two"
        yield _Finding("duplicate", line, key, detail)
        return
    wording = str(message.string)
    entries[key] = Entry(wording, file, line)
    if message.fuzzy:
        yield _Finding("fuzzy", line, key, 'is marked fuzzy; check it and remove "fuzzy"')
    if not wording.strip():
        yield _Finding("empty", line, key, "has no wording; write its msgstr")
