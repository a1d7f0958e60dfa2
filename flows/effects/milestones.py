"""What happened to a participant in the trial, and what of it was entered wrongly."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from flows.chart import Milestone


@dataclass(frozen=True, slots=True)
class RecordMilestone:
    participant: int
    milestone: Milestone
    on: date
    visit: str | None = None
    at: datetime | None = None
    detail: Mapping[str, str] = field(default_factory=dict)
    reason: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class CorrectEntry:
    """What was entered stands beside it. `on` is the right day; None: it was not so at all.
    `before` is the day that it had."""

    participant: int
    entry: int
    milestone: Milestone
    visit: str | None
    before: date
    on: date | None
    wrong: str
    reason: str = field(repr=False)


Marking = RecordMilestone | CorrectEntry
