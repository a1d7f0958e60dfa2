"""What happened with a participant, and every message to them, by time."""

from dataclasses import dataclass, field
from datetime import datetime

from flows.chart import Chart
from flows.text import Text


@dataclass(frozen=True, slots=True)
class Happened:
    """One thing done to a participant, or said by them. Never an arm, never an answer."""

    at: datetime
    what: Text = field(repr=False)


@dataclass(frozen=True, slots=True)
class TimelineFacts:
    chart: Chart | None
    happened: tuple[Happened, ...] = ()


@dataclass(frozen=True, slots=True)
class Fate:
    """A message to a participant: when it was due, and what became of it, or why it did not go."""

    at: datetime
    what: Text = field(repr=False)
    fate: Text = field(repr=False)


@dataclass(frozen=True, slots=True)
class MessageFacts:
    chart: Chart | None
    fates: tuple[Fate, ...] = ()
