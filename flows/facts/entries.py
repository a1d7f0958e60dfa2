"""What staff have entered about a participant, as it stands now."""

from dataclasses import dataclass, field
from datetime import date, datetime

from flows.chart import Chart, Milestone
from flows.text import Text


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
class EnteredForm:
    """A questionnaire in which answers stand that staff entered; `on` is their original day."""

    form_id: int
    title: Text
    instrument: str
    visit: str | None
    on: date


@dataclass(frozen=True, slots=True)
class EntryFacts:
    """One participant's entries, newest first; no chart before one is chosen."""

    chart: Chart | None
    entries: tuple[Entered, ...] = ()
    born_on: date | None = field(repr=False, default=None)
    forms: tuple[EnteredForm, ...] = ()
