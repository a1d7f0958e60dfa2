"""Queries and deviations by a person; the software writes down its own."""

from dataclasses import dataclass, field
from datetime import date

from flows.queries import QueryAct, QueryKind


@dataclass(frozen=True, slots=True)
class RaiseQuery:
    participant: int
    kind: QueryKind
    words: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class TurnQuery:
    """Answer a query, or close it."""

    query_id: int
    participant: int
    act: QueryAct
    words: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class RecordDeviation:
    participant: int
    on: date
    words: str = field(repr=False)


Querying = RaiseQuery | TurnQuery | RecordDeviation
