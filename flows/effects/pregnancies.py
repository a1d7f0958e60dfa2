"""What keeps somebody from a session, and a pregnancy that is followed."""

from dataclasses import dataclass, field
from datetime import date

from flows.text import Text


@dataclass(frozen=True, slots=True)
class OpenPregnancy:
    """Follow a pregnancy from now on, and tell the PI at once."""

    participant: int
    learnt_on: date


@dataclass(frozen=True, slots=True)
class TellOfBlockedSession:
    """Tell the PI at once what keeps somebody from their sessions."""

    participant: int
    visit: str
    reasons: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class FollowPregnancy:
    participant: int
    pregnancy_id: int
    outcome: str
    on: date


@dataclass(frozen=True, slots=True)
class ReceivePregnancy:
    """The PI acknowledges a pregnancy, with what follows from it in words."""

    participant: int
    pregnancy_id: int
    words: str = field(repr=False)


Expecting = OpenPregnancy | TellOfBlockedSession | FollowPregnancy | ReceivePregnancy
