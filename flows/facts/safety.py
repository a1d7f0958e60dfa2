"""Alerts that wait, and those that were lately acknowledged."""

from dataclasses import dataclass, field
from datetime import datetime

from flows.facts.people import Person
from flows.forms import AlertLevel
from flows.text import Text


@dataclass(frozen=True, slots=True)
class Told:
    """Who was told of an alert, and when for the first time."""

    person: Person
    at: datetime


@dataclass(frozen=True, slots=True)
class AlertFact:
    """`clinician` is the participant's, who may assess `event`, the number of the adverse event
    that the alert opened; None once it is assessed."""

    id: int
    code: str
    term: Text
    level: AlertLevel
    raised_at: datetime
    told: tuple[Told, ...] = ()
    clinician: int | None = None
    event: int | None = None


@dataclass(frozen=True, slots=True)
class Acknowledged:
    id: int
    code: str
    raised_at: datetime
    acknowledged_at: datetime
    by: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class AlertFacts:
    alerts: tuple[AlertFact, ...]
    acknowledged: tuple[Acknowledged, ...] = ()
