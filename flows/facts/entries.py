"""What staff have entered about a participant, as it stands now."""

from dataclasses import dataclass, field
from datetime import date, datetime

from flows.chart import Chart, Milestone
from flows.instruments import FilledBy
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
    entered_at: datetime


@dataclass(frozen=True, slots=True)
class EnteredForm:
    """A form in which answers stand that staff entered: for the participant, or about them.

    `on` is the original day of the answers; `led_to` what was recorded by itself because of them.
    """

    form_id: int
    title: Text
    instrument: str
    visit: str | None
    on: date
    filled_by: FilledBy
    led_to: tuple[Entered, ...] = ()

    @property
    def is_of_staff(self) -> bool:
        return self.filled_by is not FilledBy.PARTICIPANT


@dataclass(frozen=True, slots=True)
class EntryFacts:
    """One participant's entries, newest first; no chart before one is chosen."""

    chart: Chart | None
    entries: tuple[Entered, ...] = ()
    born_on: date | None = field(repr=False, default=None)
    forms: tuple[EnteredForm, ...] = ()
