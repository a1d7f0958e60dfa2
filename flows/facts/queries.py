"""Queries that are not closed, and deviations. Free texts in them can name a product: coordinator,
clinician and PI alone read these.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from flows.chart import Chart
from flows.queries import QueryKind, QueryState
from flows.text import Text


@dataclass(frozen=True, slots=True)
class QueryFact:
    """`raised_by` is None for the software; `answers` are names with words, oldest first."""

    id: int
    participant: int
    code: str
    kind: QueryKind
    state: QueryState
    subject: Text | None
    raised_by: int | None
    raised_name: str = field(repr=False)
    words: str = field(repr=False)
    answers: tuple[tuple[str, str], ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class QueryFacts:
    """`chart` where they are about one participant; else everybody's."""

    chart: Chart | None
    queries: tuple[QueryFact, ...]


@dataclass(frozen=True, slots=True)
class DeviationFact:
    """`name` is that of whoever recorded it, empty for the software."""

    code: str
    kind: str
    on: date
    visit: str | None
    detail: Mapping[str, str]
    reason: str = field(repr=False)
    name: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class DeviationFacts:
    """The newest, of `count` in all."""

    count: int
    deviations: tuple[DeviationFact, ...]
