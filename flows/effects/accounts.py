"""Who works on the trial, and in what language somebody is spoken to."""

from dataclasses import dataclass, field

from flows.roles import Role


@dataclass(frozen=True, slots=True)
class SetLanguage:
    language: str


@dataclass(frozen=True, slots=True)
class PreferChannel:
    """Reach somebody on this channel first, as long as it works; None: in the usual order."""

    person: int
    channel: str | None


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
class SetPin:
    """Keep a new PIN of the person who speaks; `digest` is all that is known of it."""

    digest: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ResetPin:
    """End somebody's PIN, so that they set a new one."""

    person: int


@dataclass(frozen=True, slots=True)
class ProveAlertNumber:
    """Send a code to this number, which is that of the person who speaks once the code comes back
    from it."""

    number: str = field(repr=False)


Administering = (
    SetLanguage
    | PreferChannel
    | InviteStaff
    | GiveRole
    | EndRole
    | CutOff
    | SetPin
    | ResetPin
    | ProveAlertNumber
)
