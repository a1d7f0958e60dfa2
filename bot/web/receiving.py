"""What comes in from a web chat: a turn of its own each, however often the page sends it."""

import hashlib
from collections.abc import Callable
from dataclasses import replace

from bot.ingress import Ingress
from bot.sending.outgoing import Words
from bot.turn.desk import Desk
from bot.turn.desks import Desks
from bot.turn.incoming import Content, Incoming, Sent, Tapped, Typed
from bot.turn.turns import take_turn
from bot.web import lines
from bot.web.channel import CHANNEL
from bot.web.lines import FileShown
from storage import people, web_chats
from storage.database import Database
from storage.web_chats import File, NewLine

# Writes down what somebody sent, as the number of its line and what it is; None when it stands
# there already.
Show = Callable[[Desk], tuple[int, Content] | None]


class Receiving:
    """`key` is the page's own for what it sends, the same at each attempt. What returns was
    committed.
    """

    def __init__(self, database: Database, desks: Desks) -> None:
        self._database = database
        self._desks = desks
        self._ingress = Ingress(database, desks)

    async def words(self, chat: int, key: str, words: str, language: str | None) -> None:
        def show(desk: Desk) -> tuple[int, Content] | None:
            line = _add_line(desk, chat, key, lines.content_of(Words(words)))
            return None if line is None else (line, Typed(words))

        await self._take_shown(self._incoming(chat, key, Typed(words), language), show)

    async def file(self, chat: int, key: str, file: File, language: str | None) -> None:
        def show(desk: Desk) -> tuple[int, Content] | None:
            return _keep_file(desk, chat, key, file)

        await self._take_shown(self._incoming(chat, key, Sent("", None), language), show)

    async def tap(self, chat: int, key: str, line: int, data: str, language: str | None) -> None:
        tapped = Tapped(data, f"{chat}:{key}", str(line))
        await self._ingress.take(self._incoming(chat, key, tapped, language), key)

    async def _take_shown(self, incoming: Incoming, show: Show) -> None:
        """The line and its turn are one. Where the turn fails by our fault the line stands all the
        same, below it the answer that tells of it.
        """

        def turn(desk: Desk, incoming: Incoming) -> None:
            shown = show(desk)
            if shown is not None:
                line, content = shown
                take_turn(desk, replace(incoming, content=content, message=str(line)))

        if not await self._ingress.take(incoming, "", turn):
            await self._desks.write(self._database, "line", show)

    def _incoming(self, chat: int, key: str, content: Content, language: str | None) -> Incoming:
        now = self._desks.clock.now()
        return Incoming(CHANNEL, _number(chat, key), str(chat), content, language, now)


def _number(chat: int, key: str) -> int:
    """A page's key as the number of an update."""
    digest = hashlib.sha256(f"{chat}:{key}".encode()).digest()
    return int.from_bytes(digest[:8]) >> 1


def _add_line(desk: Desk, chat: int, key: str, content: str) -> int | None:
    new = NewLine(chat, _person_at(desk, chat), key, lines.PERSON, content)
    return web_chats.add(desk.connection, keys=desk.keys, new=new, at=desk.now)


def _keep_file(desk: Desk, chat: int, key: str, file: File) -> tuple[int, Content] | None:
    if web_chats.has_key(desk.connection, chat=chat, key=key):
        return None
    file_id = web_chats.keep_file(
        desk.connection, keys=desk.keys, person_id=_person_at(desk, chat), file=file, at=desk.now
    )
    shown = FileShown(file_id, file.type, file.name)
    line = _add_line(desk, chat, key, lines.content_of(Words(""), shown))
    return None if line is None else (line, Sent("", f"{CHANNEL}:{file_id}"))


def _person_at(desk: Desk, chat: int) -> int | None:
    speaker = people.speaker_at(desk.connection, keys=desk.keys, channel=CHANNEL, address=str(chat))
    return None if speaker is None else speaker.person_id
