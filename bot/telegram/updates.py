"""An update as Telegram sends it becomes an `Incoming`.

What a person sends that this version has no name for is still something they sent; only what
Telegram itself tells about a chat, or repeats about a moving location, is nobody's words.
"""

from collections.abc import Mapping
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

CHANNEL = "telegram"
ALLOWED = ("message", "edited_message", "callback_query", "my_chat_member")

_STAYS = {ChatMember.OWNER, ChatMember.ADMINISTRATOR, ChatMember.MEMBER, ChatMember.RESTRICTED}
_PRIVATE_CHANGES: Mapping[str, Content] = {
    ChatMember.BANNED: BlockedBot(),
    ChatMember.MEMBER: UnblockedBot(),
}
# An animation is sent as a document too, so it is looked for first.
_FILES = ("animation", "audio", "document", "sticker", "video", "video_note", "voice")


def read_update(raw: Mapping[str, Any]) -> Incoming | None:
    """None when the update is nobody's word to us. Raises whatever a malformed one makes go wrong.

    The update's own number must be whole, for it is what the update is known by.
    """
    update = Update.de_json(dict(raw), None)
    if not isinstance(update.update_id, int):
        raise TypeError("an update without a number")
    if update.callback_query is not None:
        return _tap(update.update_id, update.callback_query)
    if update.my_chat_member is not None:
        return _membership(update.update_id, update.my_chat_member)
    if update.edited_message is not None:
        return _edited(update.update_id, update.edited_message)
    if update.message is not None:
        return _message(update.update_id, update.message)
    return None


def _message(number: int, message: Message) -> Incoming | None:
    content = _content(message)
    if content is None:
        return None
    return _incoming(number, message.chat, message.from_user, content, message)


def _edited(number: int, message: Message) -> Incoming | None:
    if message.location is not None:
        return None
    return _incoming(number, message.chat, message.from_user, Edited(), message)


def _incoming(
    number: int, chat: Chat, sender: User | None, content: Content, message: Message | None = None
) -> Incoming:
    return Incoming(
        CHANNEL,
        number,
        str(chat.id),
        content if chat.type == Chat.PRIVATE else AddedToGroup(),
        None if sender is None else sender.language_code,
        None if message is None else message.date,
        None if message is None else str(message.message_id),
    )


def _content(message: Message) -> Content | None:
    if message.chat.type != Chat.PRIVATE:
        return None if message.left_chat_member is not None else AddedToGroup()
    if message.text is not None:
        return Typed(message.text)
    attached = message.effective_attachment
    if attached is None and message.caption is None and not message.api_kwargs:
        return None
    return Sent(message.caption or _words(attached), _file(message))


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


def _file(message: Message) -> str | None:
    if message.photo:
        return f"photo:{message.photo[-1].file_id}"
    for kind in _FILES:
        file = getattr(message, kind)
        if file is not None:
            return f"{kind}:{file.file_id}"
    return None


def _tap(number: int, query: CallbackQuery) -> Incoming:
    """A tap on a message that Telegram no longer shows has its place, but no date."""
    message = query.message
    sender = query.from_user
    tapped = Tapped(
        query.data or "", query.id, None if message is None else str(message.message_id)
    )
    private = Chat(sender.id, Chat.PRIVATE)
    return _incoming(number, private if message is None else message.chat, sender, tapped)


def _membership(number: int, change: ChatMemberUpdated) -> Incoming | None:
    status = change.new_chat_member.status
    if change.chat.type == Chat.PRIVATE:
        content = _PRIVATE_CHANGES.get(status)
        if content is None:
            return None
        return _incoming(number, change.chat, change.from_user, content)
    return _incoming(number, change.chat, None, AddedToGroup()) if status in _STAYS else None
