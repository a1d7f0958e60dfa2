"""TOML files become dataclasses; each thing that does not fit is named with its place.

cattrs does the work. It is told to take no value for another (no "5" for 5) and no unknown key, and
its findings are put into sentences for whoever writes the file.
"""

import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date, time
from enum import Enum
from pathlib import Path
from typing import TypeVar

from cattrs import (
    BaseValidationError,
    ClassValidationError,
    Converter,
    ForbiddenExtraKeysError,
    IterableValidationError,
)

T = TypeVar("T")

_NAMES = {
    str: "a text in quotes",
    int: "a whole number",
    bool: "true or false",
    date: "a date such as 2027-03-21",
    time: "a time such as 08:00:00",
}


@dataclass(frozen=True, slots=True)
class DefinitionProblem:
    """What is wrong in a file, where, and what would be right."""

    file: Path
    place: str
    detail: str

    def __str__(self) -> str:
        return ": ".join(part for part in (str(self.file), self.place, self.detail) if part)


class DefinitionRefused(Exception):
    """The trial's folder cannot be used; each line of the message is one problem."""

    def __init__(self, problems: list[DefinitionProblem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)


def read_toml(file: Path, kind: type[T]) -> T:
    """Read a TOML file into a dataclass. Raises DefinitionRefused with every misfit in it."""
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DefinitionRefused([DefinitionProblem(file, "", "there is no such file")]) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DefinitionRefused([DefinitionProblem(file, "", f"is not TOML: {error}")]) from None
    try:
        return _CONVERTER.structure(content, kind)
    except BaseValidationError as error:
        found = [DefinitionProblem(file, *it) for it in _findings(error, "")]
        raise DefinitionRefused(found) from None


def canonical(value: object) -> str:
    """A dataclass as text that stays the same when the software learns further options."""
    plain = Converter(omit_if_default=True).unstructure(value)
    return json.dumps(plain, sort_keys=True, ensure_ascii=False)


class _Misfit(ValueError):
    """A value of the wrong kind; the message says what belongs there."""


def _plain(value: object, kind: type) -> object:
    if issubclass(kind, Enum):
        return _one_of(value, kind)
    if type(value) is not kind:
        raise _Misfit(f"must be {_NAMES[kind]}")
    return value


def _one_of(value: object, kind: type[Enum]) -> Enum:
    known = {member.value: member for member in kind}
    if not isinstance(value, str) or value not in known:
        allowed = ", ".join(f'"{name}"' for name in known)
        raise _Misfit(f"must be one of {allowed}")
    return known[value]


def _converter() -> Converter:
    converter = Converter(forbid_extra_keys=True, detailed_validation=True)
    # cattrs hands their subclasses, such as our enums, to the hooks of `str` and `int` too.
    for plain in _NAMES:
        converter.register_structure_hook(plain, _plain)
    return converter


_CONVERTER = _converter()


def _findings(error: BaseException, place: str) -> Iterator[tuple[str, str]]:
    match error:
        case ClassValidationError():
            yield from _in_class(error, place)
        case IterableValidationError():
            noted, rest = error.group_exceptions()
            for inner, note in noted:
                index = note.index + 1 if isinstance(note.index, int) else note.index
                yield from _findings(inner, f"{place}[{index}]")
            for plain in rest:
                yield from _findings(plain, place)
        case ForbiddenExtraKeysError():
            known = ", ".join(sorted(field.name for field in fields(error.cl)))
            for key in sorted(error.extra_fields):
                yield _at(place, key), f"is not known here; what is known: {known}"
        case KeyError():
            yield _at(place, str(error.args[0])), "is missing"
        case _Misfit():
            yield place, str(error)
        case _:
            yield place, "does not fit here: a table or list of another kind is expected"


def _in_class(error: ClassValidationError, place: str) -> Iterator[tuple[str, str]]:
    noted, rest = error.group_exceptions()
    for inner, note in noted:
        yield from (
            _findings(inner, place)
            if isinstance(inner, KeyError)
            else _findings(inner, _at(place, note.name))
        )
    for plain in rest:
        yield from _findings(plain, place)


def _at(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name
