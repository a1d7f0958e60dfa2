"""Wording the core hands over: a key with its parameters, never words.

A moment is in UTC and a time of day belongs to the clinic, so neither depends on where it is read.
Parameters may hold names, so neither a representation nor an exception shows them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import assert_never

# Stands for a name or words of somebody who was erased; the shell words it.
ERASED = "⟨erased⟩"


@dataclass(frozen=True, slots=True)
class Text:
    """Wording by key with its parameters, which the shell turns into the person's language."""

    key: str
    params: tuple[tuple[str, "Param"], ...] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        for name, value in self.params:
            if isinstance(value, datetime) and value.utcoffset() != timedelta(0):
                raise ValueError(f"parameter {name} of {self.key} is a moment that is not in UTC")
            if isinstance(value, time) and value.tzinfo is not None:
                raise ValueError(f"parameter {name} of {self.key} is a time of day with a zone")


Param = str | int | date | datetime | time | Text | tuple[Text, ...]
Json = str | int | Sequence["Json"] | Mapping[str, "Json"]


def text(key: str, /, **params: Param) -> Text:
    return Text(key, tuple(sorted(params.items(), key=lambda param: param[0])))


def text_to_json(value: Text) -> list[Json]:
    """`["visit.due", {"day": {"date": "2025-03-21"}}]`; without parameters, `["visit.month_1"]`."""
    if not value.params:
        return [value.key]
    return [value.key, {name: _param_to_json(param) for name, param in value.params}]


def text_from_json(data: Json) -> Text:
    match data:
        case [str(key)]:
            return Text(key)
        case [str(key), Mapping() as params]:
            return Text(key, tuple((name, _param_from_json(raw)) for name, raw in params.items()))
        case _:
            raise ValueError("stored wording is neither [key] nor [key, parameters]")


def _param_to_json(value: Param) -> Json:
    match value:
        case str() | int():
            return value
        case datetime():
            return {"at": value.isoformat()}
        case date():
            return {"date": value.isoformat()}
        case time():
            return {"time": value.isoformat()}
        case Text():
            return {"text": text_to_json(value)}
        case tuple():
            return [text_to_json(line) for line in value]
        case _:
            assert_never(value)


def _param_from_json(data: Json) -> Param:
    match data:
        case str() | int():
            return data
        case {"at": str(moment)}:
            return datetime.fromisoformat(moment)
        case {"date": str(day)}:
            return date.fromisoformat(day)
        case {"time": str(clock)}:
            return time.fromisoformat(clock)
        case {"text": nested}:
            return text_from_json(nested)
        case [*lines]:
            return tuple(text_from_json(line) for line in lines)
        case _:
            raise ValueError("a parameter of stored wording is of no known kind")
