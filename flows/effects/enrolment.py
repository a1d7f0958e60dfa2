"""Who enters the trial, and how they get to their chat."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime


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
class InviteParticipant:
    """A one-time link with its picture, sent to the person who asked for it."""

    participant: int
    code: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class MakePersonalLink:
    """A link to the participant's own web chat, and its code, sent to the person who asked."""

    participant: int
    code: str


@dataclass(frozen=True, slots=True)
class Unlink:
    """End every way between a participant and the chat that was linked to them wrongly; `answers`
    came from it since then."""

    participant: int
    code: str
    answers: int
    since: datetime
    reason: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class CorrectIdentity:
    """Keep the right name or phone beside the wrong one."""

    participant: int
    kind: str
    value: str = field(repr=False)
    reason: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class InviteBySms:
    """A code sent to this number, which is the participant's once the code comes back from it."""

    participant: int
    code: str
    phone: str = field(repr=False)


Enrolling = (
    RecordScreeningFailure
    | EnrolParticipant
    | InviteParticipant
    | InviteBySms
    | MakePersonalLink
    | Unlink
    | CorrectIdentity
)
