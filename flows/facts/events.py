"""Adverse events and pregnancies: codes alone, never their words."""

from dataclasses import dataclass

from flows.adverse_events import Event, Term
from flows.chart import Chart
from flows.pregnancies import Pregnancy


@dataclass(frozen=True, slots=True)
class EventFacts:
    """Of one participant; no chart before one is chosen. `terms` are the problems that an event can
    be named after, `next_number` that of the next event."""

    chart: Chart | None
    terms: tuple[Term, ...]
    next_number: int
    events: tuple[Event, ...] = ()
    pregnancies: tuple[Pregnancy, ...] = ()


@dataclass(frozen=True, slots=True)
class OpenEvent:
    """An open event and whom it is about; `clinician` is None where nobody treats them now."""

    event: Event
    participant: str
    clinician: int | None


@dataclass(frozen=True, slots=True)
class OpenPregnancy:
    pregnancy: Pregnancy
    participant: str
    clinician: int | None


@dataclass(frozen=True, slots=True)
class OpenEventsFacts:
    """Everything that is still open, of all participants."""

    events: tuple[OpenEvent, ...]
    pregnancies: tuple[OpenPregnancy, ...]
