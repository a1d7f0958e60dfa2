"""Adverse events: opened, assessed, shown, reported, closed. What holds words never shows them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from flows.adverse_events import Assessment, Event, Term


@dataclass(frozen=True, slots=True)
class OpenReportedEvents:
    """Open an event for each problem in a form that was submitted, once."""

    participant: int
    form_id: int
    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class OpenEvent:
    """Open an event that a clinician was told of; `words` name what the list does not."""

    participant: int
    term: Term
    source: str
    words: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class AssessEvent:
    """Keep a further assessment; `words` are its narrative, and what it is if not the term."""

    event: Event
    assessment: Assessment
    words: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class LinkEvent:
    event: Event
    part_of: Event


@dataclass(frozen=True, slots=True)
class CloseEvent:
    event: Event


@dataclass(frozen=True, slots=True)
class ReceiveEvent:
    """The PI acknowledges a serious event, with what follows from it in words."""

    event: Event
    words: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ShowEvent:
    """Send the words of an event to the participant's clinician; they are read when it leaves."""

    event: Event


@dataclass(frozen=True, slots=True)
class SendEventReport:
    """Send the one-page report; a `full` one holds the words."""

    event: Event
    language: str
    full: bool


Assessing = (
    OpenReportedEvents
    | OpenEvent
    | AssessEvent
    | LinkEvent
    | CloseEvent
    | ReceiveEvent
    | ShowEvent
    | SendEventReport
)
