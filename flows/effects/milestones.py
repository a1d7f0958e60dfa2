"""What happened to a participant in the trial."""

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


Marking = RecordMilestone
