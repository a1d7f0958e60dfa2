"""What a command's decision makes happen, in the imperative. None of these can hold an arm.

All effects of a turn happen in its one transaction, or none does.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from flows.chart import Milestone
from flows.forms import Answer
from flows.messages import Message
from flows.roles import Role
from flows.text import Text


@dataclass(frozen=True, slots=True)
class Say:
    """Reply to the person who spoke."""

    message: Message


@dataclass(frozen=True, slots=True)
class PopUp:
    """Answer the tap with a text that leaves nothing in the chat."""

    text: Text


@dataclass(frozen=True, slots=True)
class TellRole:
    """Tell everybody who holds the role; the PI and the administrators where nobody does."""

    role: Role
    message: Message


@dataclass(frozen=True, slots=True)
class TellPerson:
    """Tell one person; `until` is when the message would no longer make sense."""

    person: int
    message: Message
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class RunNext:
    """Begin another command for the same person."""

    command: str
    arguments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BeginForm:
    """Fill in a staff instrument about a participant; `visit` where it belongs to one."""

    instrument: str
    participant: int
    visit: str | None = None


@dataclass(frozen=True, slots=True)
class OpenReport:
    """A report of side effects by the participant, now."""

    participant: int


@dataclass(frozen=True, slots=True)
class ContinueForm:
    form_id: int


@dataclass(frozen=True, slots=True)
class SetLanguage:
    language: str


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
class RecordScreeningFailure:
    sex: str
    age: int
    reason: str


@dataclass(frozen=True, slots=True)
class EnrolParticipant:
    """A new participant with consent: identity, and the first milestone."""

    code: str
    sex: str
    age: int
    consented_on: date
    detail: Mapping[str, str]
    name: str = field(repr=False)
    phone: str = field(repr=False)
    born_on: date = field(repr=False)
    witness: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class MakePersonalLink:
    """A link to the participant's own web chat, and its code, sent to the person who asked."""

    participant: int
    code: str


@dataclass(frozen=True, slots=True)
class InviteParticipant:
    """A one-time link with its picture, sent to the person who asked for it."""

    participant: int
    code: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class InviteStaff:
    name: str = field(repr=False)
    roles: tuple[Role, ...]
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class GiveRole:
    person: int
    role: Role


@dataclass(frozen=True, slots=True)
class EndRole:
    person: int
    role: Role


@dataclass(frozen=True, slots=True)
class CutOff:
    """End every role, close every chat, take back every invitation of a person, at once."""

    person: int


@dataclass(frozen=True, slots=True)
class Allocate:
    """Bind the next envelope; a digital one is opened, and its arm shown to the tap alone."""

    participant: int


@dataclass(frozen=True, slots=True)
class ShowArm:
    """Show the arm in the pop-up that answers the tap, and write down that it was shown."""

    participant: int


@dataclass(frozen=True, slots=True)
class ShowSessionNote:
    """Show batch and notes of a session in the pop-up that answers the tap."""

    participant: int
    visit: str


@dataclass(frozen=True, slots=True)
class RecordSessionNote:
    """Batch and notes can name a product: they are kept with the arms."""

    participant: int
    visit: str
    batch: str = field(repr=False)
    notes: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class KeepPaperLetter:
    """Keep the letter that was read twice from the card of a paper envelope."""

    participant: int
    letter: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class CorrectRating:
    form_id: int
    answers: Mapping[str, Answer] = field(repr=False)
    reason: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class LeaveRating:
    """The rater learnt a participant's arm and no longer rates them."""

    participant: int


@dataclass(frozen=True, slots=True)
class AcknowledgeAlert:
    alert_id: int
    done: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class AnswerMail:
    mail_id: int
    words: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ShowAttachment:
    mail_id: int


@dataclass(frozen=True, slots=True)
class ConfirmDefinition:
    definition_hash: str


@dataclass(frozen=True, slots=True)
class SendSummary:
    """The weekly summary as of now, to the person who asked."""


@dataclass(frozen=True, slots=True)
class LeaveFormForLater:
    """Set the form in the foreground aside without asking it again now."""


Effect = (
    Say
    | PopUp
    | TellRole
    | TellPerson
    | RunNext
    | BeginForm
    | OpenReport
    | ContinueForm
    | SetLanguage
    | RecordMilestone
    | RecordScreeningFailure
    | EnrolParticipant
    | InviteParticipant
    | MakePersonalLink
    | InviteStaff
    | GiveRole
    | EndRole
    | CutOff
    | Allocate
    | ShowArm
    | ShowSessionNote
    | RecordSessionNote
    | KeepPaperLetter
    | CorrectRating
    | LeaveRating
    | AcknowledgeAlert
    | AnswerMail
    | ShowAttachment
    | ConfirmDefinition
    | SendSummary
    | LeaveFormForLater
)


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a command does nothing, in words for the person who gave it."""

    why: Text


Decision = tuple[Effect, ...] | Refused
