"""What leaves to any channel, in words, before it takes on the channel's own form."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.reports.page import Page

Buttons = Sequence[Sequence[tuple[str, str]]]


@dataclass(frozen=True, slots=True)
class Words:
    """A message; each button has its label and what comes back when it is tapped."""

    text: str = field(repr=False)
    buttons: Buttons = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Change:
    """A message in the place of another; where that is gone, a new one."""

    message: str
    words: Words


@dataclass(frozen=True, slots=True)
class Remove:
    """A message of the person's own leaves the chat: a picture, or a PIN that was typed."""

    message: str


@dataclass(frozen=True, slots=True)
class TapAnswer:
    """The answer to a tap, with a pop-up where it has words. `said_instead` is said in a chat where
    no pop-up can be shown, if the words of the pop-up may not stand there.
    """

    tap: str
    text: str | None = field(repr=False)
    said_instead: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Invitation:
    """A link with its picture; `caption` holds the link too."""

    link: str = field(repr=False)
    caption: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that the channel keeps, such as "photo:AgAC…"."""

    file: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of a participant, which is to leave the chat again."""

    content: bytes = field(repr=False)
    caption: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Side:
    """One half of a comparison, with what is written above it."""

    content: bytes = field(repr=False)
    caption: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two pictures that become one when they leave; drawing it takes a moment."""

    left: Side
    right: Side
    caption: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Document:
    """A report, made into a file by whoever sends it."""

    page: Page


@dataclass(frozen=True, slots=True)
class Menu:
    """The commands that this person may give, each with what it does."""

    commands: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Leave:
    """Out of a group."""


Outgoing = (
    Words
    | Change
    | Remove
    | TapAnswer
    | Invitation
    | Attachment
    | Document
    | Picture
    | Menu
    | Leave
)


@dataclass(frozen=True, slots=True)
class Destination:
    """Whom a message is for, and its own number, the same at each attempt."""

    message_id: int
    person_id: int | None
    address: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Sent:
    """It arrived, or stands there already; as what, where it is to leave again."""

    message: str | None = None


@dataclass(frozen=True, slots=True)
class Late:
    """What it answers can no longer be answered."""


@dataclass(frozen=True, slots=True)
class Unreachable:
    """The person takes no messages at this address any more."""

    reason: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The channel will never take this message."""

    reason: str


@dataclass(frozen=True, slots=True)
class Slower:
    """Nothing was sent; the channel wants to be left alone for so long."""

    seconds: float


@dataclass(frozen=True, slots=True)
class NotSent:
    """Nothing was sent, and it may be tried again. `of_channel`: nobody is reached by it now."""

    reason: str
    of_channel: bool = True


@dataclass(frozen=True, slots=True)
class Held:
    """It may not leave before then, and what is behind it need not wait for it."""

    until: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """Whether it arrived is not known."""

    reason: str


Outcome = Sent | Late | Unreachable | Refused | Slower | NotSent | Held | Unknown
