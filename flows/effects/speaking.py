"""What is said, and to whom."""

from dataclasses import dataclass
from datetime import datetime

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


Saying = Say | PopUp | TellRole | TellPerson
