"""What a command may read before it decides. No class here has a field for an arm.

`RaterFacts` is all that a rater's commands can see: codes and visits, and nothing of treatment,
side effects, answers or mail.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from flows.chart import Chart
from flows.forms import AlertLevel
from flows.instruments import Instrument
from flows.roles import Role
from flows.schedule import Due
from flows.text import Text


@dataclass(frozen=True, slots=True)
class NoFacts:
    """For commands that need to know nothing."""


@dataclass(frozen=True, slots=True)
class Person:
    id: int
    name: str = field(repr=False)
    roles: tuple[Role, ...] = ()
    entered: bool = True
    knows_an_arm: bool = False


@dataclass(frozen=True, slots=True)
class FormState:
    form_id: int
    title: Text
    instrument: str
    visit: str | None
    is_open: bool
    submitted: bool
    closes_on: date | None


@dataclass(frozen=True, slots=True)
class ParticipantFacts:
    """One participant as coordinator, clinician and allocator see them; no chart before one is
    chosen. `envelope` is the number of the bound envelope, `letter_kept` says that a paper one was
    read in."""

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


@dataclass(frozen=True, slots=True)
class EnrolmentFacts:
    enrolment_confirmed: bool
    enrolled: int
    next_code: str
    staff: tuple[Person, ...]


@dataclass(frozen=True, slots=True)
class StaffFacts:
    """Everybody who holds a role. `namesake_knows_an_arm`: somebody of the name being invited was
    once told an arm; a role that ended does not make them blind again."""

    staff: tuple[Person, ...]
    namesake_knows_an_arm: bool = False


@dataclass(frozen=True, slots=True)
class Rating:
    form_id: int
    code: str
    participant: int
    visit: str


@dataclass(frozen=True, slots=True)
class RaterFacts:
    """`instrument` is the rating scale, `due` the worklist, `locked` what this rater submitted."""

    instrument: Instrument | None
    due: tuple[Rating, ...]
    locked: tuple[Rating, ...]
    other_raters: int
    named: int | None = None


@dataclass(frozen=True, slots=True)
class AlertFact:
    id: int
    code: str
    term: Text
    level: AlertLevel
    raised_at: datetime


@dataclass(frozen=True, slots=True)
class AlertFacts:
    alerts: tuple[AlertFact, ...]


@dataclass(frozen=True, slots=True)
class Letter:
    id: int
    code: str
    received_at: datetime
    has_attachment: bool
    words: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class MailFacts:
    letters: tuple[Letter, ...]


@dataclass(frozen=True, slots=True)
class OwnFacts:
    """What a participant's own commands see of them. `messaging_asked`: whether they have ever said
    if they agree to be messaged."""

    chart: Chart | None
    due: Mapping[str, Due] = field(default_factory=dict)
    forms: tuple[FormState, ...] = ()
    form_in_foreground: bool = False
    messaging_asked: bool = False


@dataclass(frozen=True, slots=True)
class ProtocolFacts:
    definition_hash: str
    confirmed: bool


Facts = (
    NoFacts
    | ParticipantFacts
    | EnrolmentFacts
    | StaffFacts
    | RaterFacts
    | AlertFacts
    | MailFacts
    | OwnFacts
    | ProtocolFacts
)
