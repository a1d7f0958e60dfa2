"""An update as a messenger sends it becomes an `Incoming`.

What a person sends that this version has no name for is still something they sent; only what
the messenger itself tells about a chat, or repeats about a moving location, is nobody's words.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from telegram import (
    CallbackQuery,
    Chat,
    ChatMember,
    ChatMemberUpdated,
    Contact,
    Location,
    Message,
    Update,
    User,
)

from bot.language.typed_text import sound
from bot.telegram.dialects import Dialect
from bot.turn.incoming import (
    AddedToGroup,
    BlockedBot,
    Content,
    Edited,
    Incoming,
    Sent,
    Tapped,
    Typed,
    UnblockedBot,
)

_LARGEST_NUMBER = 2**63 - 1
_STAYS = {ChatMember.OWNER, ChatMember.ADMINISTRATOR, ChatMember.MEMBER, ChatMember.RESTRICTED}
_PRIVATE_CHANGES: Mapping[str, Content] = {
    ChatMember.BANNED: BlockedBot(),
    ChatMember.MEMBER: UnblockedBot(),
}
# An animation is sent as a document too, so it is looked for first.
_FILES = ("animation", "audio", "document", "sticker", "video", "video_note", "voice")


@dataclass(frozen=True, slots=True)
class _Origin:
    """Where an update is from, and the number that it has there."""

    dialect: Dialect
    number: int


def read_update(raw: Mapping[str, Any], dialect: Dialect) -> Incoming | None:
    """None when the update is nobody's word to us. Raises whatever a malformed one makes go wrong.

    The update's own number must be whole, for it is what the update is known by.
    """
    number = number_of(raw)
    if number is None:
        raise TypeError("an update without a number")
    update = Update.de_json(dict(raw), None)
    origin = _Origin(dialect, number)
    if update.callback_query is not None:
        return _tap(origin, update.callback_query)
    if update.my_chat_member is not None:
        return _membership(origin, update.my_chat_member)
    if update.edited_message is not None:
        return _edited(origin, update.edited_message)
    if update.message is not None:
        return _message(origin, update.message)
    return None


def number_of(raw: object) -> int | None:
    """The number of an update, if it has one that can be kept."""
    number = raw.get("update_id") if isinstance(raw, Mapping) else None
    return number if type(number) is int and abs(number) <= _LARGEST_NUMBER else None


def _message(origin: _Origin, message: Message) -> Incoming | None:
    content = _content(origin, message)
    if content is None:
        return None
    return _incoming(origin, message.chat, message.from_user, content, message)


def _edited(origin: _Origin, message: Message) -> Incoming | None:
    if message.location is not None:
        return None
    return _incoming(origin, message.chat, message.from_user, Edited(), message)


def _incoming(
    origin: _Origin,
    chat: Chat,
    sender: User | None,
    content: Content,
    message: Message | None = None,
) -> Incoming:
    language = None if sender is None else sender.language_code
    return Incoming(
        origin.dialect.channel,
        origin.number,
        str(int(chat.id)),
        content if chat.type == Chat.PRIVATE else AddedToGroup(),
        None if language is None else sound(language),
        None if message is None else _sent_at(message),
        None if message is None else str(message.message_id),
    )


def _sent_at(message: Message) -> datetime | None:
    """A date of 0 stands for one that is not known."""
    return message.date if message.date.timestamp() else None


def _content(origin: _Origin, message: Message) -> Content | None:
    if message.chat.type != Chat.PRIVATE:
        return None if message.left_chat_member is not None else AddedToGroup()
    if message.text is not None:
        return Typed(sound(message.text))
    attached = message.effective_attachment
    if attached is None and message.caption is None and not message.api_kwargs:
        return None
    return Sent(sound(message.caption or _words(attached)), _file(origin, message))


def _words(attached: object) -> str:
    """What an attachment without a file says."""
    match attached:
        case Contact():
            names = (attached.first_name, attached.last_name, attached.phone_number)
            return " ".join(filter(None, names))
        case Location():
            return f"{attached.latitude}, {attached.longitude}"
        case _:
            return ""


def _file(origin: _Origin, message: Message) -> str | None:
    mark = origin.dialect.mark
    if message.photo:
        return sound(f"photo:{mark}{message.photo[-1].file_id}")
    for kind in _FILES:
        file = getattr(message, kind)
        if file is not None:
            return sound(f"{kind}:{mark}{file.file_id}")
    return None


def _tap(origin: _Origin, query: CallbackQuery) -> Incoming:
    """A tap on a message that is no longer shown has its place, but no date."""
    message = query.message
    sender = query.from_user
    tapped = Tapped(
        sound(query.data or ""),
        sound(f"{origin.dialect.mark}{query.id}"),
        None if message is None else str(message.message_id),
    )
    private = Chat(sender.id, Chat.PRIVATE)
    return _incoming(origin, private if message is None else message.chat, sender, tapped)


def _membership(origin: _Origin, change: ChatMemberUpdated) -> Incoming | None:
    status = change.new_chat_member.status
    if change.chat.type == Chat.PRIVATE:
        content = _PRIVATE_CHANGES.get(status)
        if content is None:
            return None
        return _incoming(origin, change.chat, change.from_user, content)
    return _incoming(origin, change.chat, None, AddedToGroup()) if status in _STAYS else None
