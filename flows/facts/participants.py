"""One participant: as staff see them, and as they see themselves."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date

from flows.adverse_events import Event
from flows.chart import Chart
from flows.facts.people import Person
from flows.schedule import Due
from flows.text import ERASED, Text


@dataclass(frozen=True, slots=True)
class FormState:
    form_id: int
    title: Text
    instrument: str
    visit: str | None
    is_open: bool
    submitted: bool
    opens_on: date
    closes_on: date | None


@dataclass(frozen=True, slots=True)
class ParticipantFacts:
    """One participant as coordinator, clinician and allocator see them; no chart before one is
    chosen. `envelope` is the number of the bound envelope, `letter_kept` says that a paper one was
    read in; `linked_on`: where a chat is theirs, also one that takes no messages now.
    `corrections`: how many wait for the clinician to decide. `sharing`: the codes of others who are
    reached by SMS at the same number."""

    chart: Chart | None
    name: str = field(repr=False, default="")
    due: Mapping[str, Due] = field(default_factory=dict)
    forms: tuple[FormState, ...] = ()
    clinicians: tuple[Person, ...] = ()
    envelope: int | None = None
    letter_kept: bool = False
    envelopes_left: int = 0
    enrolment_confirmed: bool = False
    reached_on: str | None = None
    phone: str = field(repr=False, default="")
    letters: int = 0
    alerts: int = 0
    queries: int = 0
    events: tuple[Event, ...] = ()
    trial_unblinded: bool = False
    corrections: int = 0
    linked_on: AbstractSet[str] = frozenset()
    sharing: tuple[str, ...] = ()

    @property
    def is_erased(self) -> bool:
        return self.name == ERASED


@dataclass(frozen=True, slots=True)
class OwnFacts:
    """What a participant's own commands see of them. `messaging_asked`: whether they have ever said
    if they agree to be messaged."""

    chart: Chart | None
    due: Mapping[str, Due] = field(default_factory=dict)
    forms: tuple[FormState, ...] = ()
    form_in_foreground: bool = False
    messaging_asked: bool = False
