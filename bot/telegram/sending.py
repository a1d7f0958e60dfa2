"""What leaves to a messenger: the calls, and what became of each.

Error texts are compared without case, for python-telegram-bot capitalizes them; none of them ever
leaves this module, since they may quote what was sent.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from typing import assert_never

import httpx
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeChat,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
)
from telegram.constants import FileSizeLimit, MessageLimit
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from bot.reports import serious_event
from bot.sending.file_types import type_of
from bot.sending.files import FileAway, Files, FileTooLarge, NoFile, place_of
from bot.sending.link_pictures import picture
from bot.sending.outgoing import (
    Attachment,
    Buttons,
    Change,
    Destination,
    Document,
    Invitation,
    Late,
    Leave,
    Menu,
    NotSent,
    Outcome,
    Outgoing,
    Picture,
    Refused,
    Remove,
    Sent,
    Slower,
    TapAnswer,
    Unknown,
    Unreachable,
    Words,
)
from bot.telegram.dialects import Dialect
from storage.web_chats import File

LONGEST = int(MessageLimit.MAX_TEXT_LENGTH)
LONGEST_POPUP = 200
LONGEST_CAPTION = int(MessageLimit.CAPTION_LENGTH)
# The messenger's own limit; a Bot API server of one's own has none.
LARGEST_FILE = int(FileSizeLimit.FILESIZE_DOWNLOAD)
# The connection was not made, so nothing was asked of the server.
_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)

_STAYS = ("message to delete not found", "message can't be deleted")
_UNREACHABLE = {
    "chat not found": "chat_not_found",
    "bot was blocked": "blocked",
    "user is deactivated": "deactivated",
    "user not found": "chat_not_found",
    "peer_id_invalid": "chat_not_found",
    "no such group or user": "chat_not_found",
    "can't initiate conversation": "not_started",
}


class MessengerChannel:
    def __init__(self, bot: Bot, dialect: Dialect, files: Files) -> None:
        self._bot = bot
        self._dialect = dialect
        self._files = files

    async def send(self, to: Destination, outgoing: Outgoing) -> Outcome:
        try:
            return await self._call(int(to.address), outgoing)
        except TelegramError as error:
            return outcome_of(error)
        except NoFile:
            return Refused("no_file")

    async def fetch(self, file: str) -> File:
        """A file that somebody sent on the messenger, which keeps it. Raises NoFile."""
        try:
            kept = await self._bot.get_file(file)
            if (kept.file_size or 0) > LARGEST_FILE:
                raise FileTooLarge
            content = bytes(await kept.download_as_bytearray())
        except TelegramError as error:
            raise _not_fetched(error) from None
        name = (kept.file_path or "").rpartition("/")[2]
        return File(type_of(content) or "application/octet-stream", name, content)

    async def _show(self, chat: int, shown: Picture) -> Sent:
        """What is shown of a participant is taken back later, by the number that it has there."""
        message = await self._bot.send_photo(
            chat,
            shown.content,
            caption=self._caption(shown.caption),
            protect_content=True if self._dialect.protects else None,
        )
        return Sent(str(message.message_id))

    async def _call(self, chat: int, outgoing: Outgoing) -> Sent:
        match outgoing:
            case Words():
                await self._say(chat, outgoing)
            case Change():
                await self._change(chat, outgoing)
            case Remove(message):
                await self._remove(chat, message)
            case TapAnswer():
                await self._answer_tap(chat, outgoing)
            case Invitation():
                await self._invite(chat, outgoing)
            case Attachment(file):
                await self._attach(chat, file)
            case Picture():
                return await self._show(chat, outgoing)
            case Document(page):
                made = await asyncio.to_thread(serious_event.pdf, page)
                await self._bot.send_document(chat, made, filename=page.name)
            case Menu() if not self._dialect.has_menu:
                pass
            case Menu(commands):
                listed = [BotCommand(name, does) for name, does in commands]
                await self._bot.set_my_commands(listed, scope=BotCommandScopeChat(chat))
            case Leave():
                await self._bot.leave_chat(chat)
            case _:
                assert_never(outgoing)
        return Sent()

    async def _answer_tap(self, chat: int, answer: TapAnswer) -> None:
        """Where no pop-up is shown a message is sent; the answer itself matters no more then."""
        tap, words = answer.tap.removeprefix(self._dialect.mark), answer.text
        if words is not None and self._dialect.shows_no_popup(tap):
            await self._say(chat, Words(answer.said_instead or words))
            with suppress(TelegramError):
                await self._bot.answer_callback_query(tap)
            return
        shown = None if words is None else cut(words, LONGEST_POPUP)
        await self._bot.answer_callback_query(tap, text=shown, show_alert=bool(shown))

    def _caption(self, words: str) -> str:
        return cut(self._dialect.plain(words), LONGEST_CAPTION)

    async def _say(self, chat: int, words: Words) -> None:
        *parts, last = split(self._dialect.plain(words.text))
        for part in parts:
            await self._bot.send_message(chat, part)
        await self._bot.send_message(chat, last, reply_markup=_keyboard(words.buttons))

    async def _change(self, chat: int, change: Change) -> None:
        """What is too long for one message goes on in new ones, the buttons below the last; what
        cannot be changed is left, and said anew.
        """
        first, *rest = split(self._dialect.plain(change.words.text))
        keyboard = None if rest else _keyboard(change.words.buttons)
        try:
            await self._bot.edit_message_text(
                first, chat, int(change.message), reply_markup=keyboard
            )
        except BadRequest as error:
            if not _says(error, "message is not modified"):
                await self._say(chat, change.words)
                return
        if rest:
            await self._say(chat, Words("".join(rest), change.words.buttons))

    async def _remove(self, chat: int, message: str) -> None:
        """A messenger lets a bot remove what is under two days old; anything else stays."""
        try:
            await self._bot.delete_message(chat, int(message))
        except BadRequest as error:
            if not _says(error, *_STAYS):
                raise

    async def _invite(self, chat: int, invitation: Invitation) -> None:
        caption = self._caption(invitation.caption)
        await self._bot.send_photo(chat, picture(invitation.link), caption=caption)

    async def _attach(self, chat: int, file: str) -> None:
        """The messenger's own files are sent by their number, those of other channels whole."""
        place = place_of(file)
        if place.channel == self._dialect.channel and place.kind in self._dialect.resends:
            await self._senders[place.kind](chat, place.file)
            return
        found = await self._files.fetch(file)
        await self._bot.send_document(chat, found.content, filename=found.name or None)

    @property
    def _senders(self) -> dict[str, Callable[[int, str], Awaitable[object]]]:
        bot = self._bot
        return {
            "animation": bot.send_animation,
            "audio": bot.send_audio,
            "document": bot.send_document,
            "photo": bot.send_photo,
            "sticker": bot.send_sticker,
            "video": bot.send_video,
            "video_note": bot.send_video_note,
            "voice": bot.send_voice,
        }


def _not_fetched(error: TelegramError) -> NoFile:
    """A bad request is bad at each attempt; anything else may pass."""
    if isinstance(error, BadRequest):
        return FileTooLarge() if _says(error, "file is too big") else NoFile()
    return FileAway()


def outcome_of(error: TelegramError) -> Outcome:
    match error:
        case RetryAfter():
            return Slower(seconds_of(error))
        case Forbidden():
            return Unreachable(_reason(error) or "forbidden")
        case ChatMigrated():
            return Unreachable("chat_not_found")
        case BadRequest() if _says(error, "message is not modified"):
            return Sent()
        case BadRequest() if _says(error, "query is too old"):
            return Late()
        case BadRequest():
            reason = _reason(error)
            return Refused("bad_request") if reason is None else Unreachable(reason)
        case InvalidToken():
            return NotSent("token_refused")
        case NetworkError() if isinstance(error.__cause__, _NEVER_SENT):
            return NotSent("no_connection")
        case _:
            return Unknown("no_answer")


def seconds_of(error: RetryAfter) -> float:
    wait = error.retry_after
    return float(wait) if isinstance(wait, int) else wait.total_seconds()


def _reason(error: TelegramError) -> str | None:
    return next((reason for words, reason in _UNREACHABLE.items() if _says(error, words)), None)


def _says(error: TelegramError, *words: str) -> bool:
    said = error.message.casefold()
    return any(word in said for word in words)


def _keyboard(buttons: Buttons) -> InlineKeyboardMarkup | None:
    if not buttons:
        return None
    return InlineKeyboardMarkup(
        [
            [InlineKeyboardButton(label, callback_data=data) for label, data in row]
            for row in buttons
        ]
    )


def split(words: str, longest: int = LONGEST) -> list[str]:
    """Parts that a messenger takes, cut at the ends of lines where there are any.

    It counts UTF-16 units, in which an emoji is two.
    """
    return [part for part in _parts(words, longest) if part.strip()] or [words]


def _parts(words: str, longest: int) -> Iterator[str]:
    while _units(words) > longest:
        head = cut(words, longest, ellipsis_="")
        end = head.rfind("\n") + 1 or len(head)
        yield words[:end]
        words = words[end:]
    yield words


def cut(words: str, longest: int, ellipsis_: str = "…") -> str:
    """As much as fits, with a mark that something is missing."""
    if _units(words) <= longest:
        return words
    raw = words.encode("utf-16-le")[: 2 * (longest - len(ellipsis_))]
    return raw.decode("utf-16-le", errors="ignore") + ellipsis_


def _units(words: str) -> int:
    return len(words.encode("utf-16-le")) // 2
