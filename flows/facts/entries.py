"""What staff have entered about a participant, as it stands now."""

from dataclasses import dataclass, field
from datetime import date, datetime

from flows.chart import Chart, Milestone


@dataclass(frozen=True, slots=True)
class Entered:
    """An entry that counts; `on` is its day after any correction."""

    id: int
    milestone: Milestone
    on: date
    visit: str | None
    at: datetime | None
    entered_by: int


@dataclass(frozen=True, slots=True)
class EntryFacts:
    """One participant's entries, newest first; no chart before one is chosen."""

    chart: Chart | None
    entries: tuple[Entered, ...] = ()
    born_on: date | None = field(repr=False, default=None)
