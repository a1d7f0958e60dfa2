"""What arrives from any channel, once its own form is stripped away."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Typed:
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Tapped:
    """A button. `tap` is what must be answered, `message` the message that holds the button."""

    data: str = field(repr=False)
    tap: str
    message: str | None


@dataclass(frozen=True, slots=True)
class Chosen:
    """A numbered choice of a message without buttons: nothing to be answered, nothing to change."""

    data: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Unclear:
    """Words that can mean more than one of the choices, or an answer as well."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A picture, a voice message, a sticker or whatever is no text; `file` is the channel's own
    reference with its kind, such as "photo:AgAC…", if there is a file."""

    caption: str = field(repr=False)
    file: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Edited:
    """A message that was sent before was changed."""


@dataclass(frozen=True, slots=True)
class BlockedBot:
    """The person blocked the bot."""


@dataclass(frozen=True, slots=True)
class UnblockedBot:
    """The person who had blocked the bot lets it write again."""


@dataclass(frozen=True, slots=True)
class AddedToGroup:
    """The bot is in a group, where it has no business."""


Content = (
    Typed | Tapped | Chosen | Unclear | Sent | Edited | BlockedBot | UnblockedBot | AddedToGroup
)


@dataclass(frozen=True, slots=True)
class Incoming:
    """One update. `language` is what the sender's own program is set to, `sent_at` when it was
    sent, and `message` its place in the chat, where the channel says so."""

    channel: str
    update_id: int
    address: str = field(repr=False)
    content: Content
    language: str | None = None
    sent_at: datetime | None = None
    message: str | None = None
