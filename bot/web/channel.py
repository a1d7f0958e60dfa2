"""What leaves to a web chat: lines that are kept, and answers to taps that are not."""

import asyncio
import json
from typing import assert_never

from sqlalchemy import Connection

from bot.clock import Clock
from bot.reports import serious_event
from bot.sending.files import Files, NoFile
from bot.sending.link_pictures import picture
from bot.sending.outgoing import (
    Attachment,
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
    TapAnswer,
    Words,
)
from bot.web import lines
from bot.web.lines import FileShown
from bot.web.pages import Pages
from storage import web_chats
from storage.database import Database
from storage.keyring import Keyring
from storage.web_chats import File, NewLine

CHANNEL = "web"
_NAME_OF_LINK_PICTURE = "link.png"
_NAME_OF_PICTURE = "picture.jpg"


class WebChannel:
    def __init__(
        self, database: Database, keys: Keyring, clock: Clock, pages: Pages, files: Files
    ) -> None:
        self._database = database
        self._keys = keys
        self._clock = clock
        self._pages = pages
        self._files = files

    async def send(self, to: Destination, outgoing: Outgoing) -> Outcome:
        match outgoing:
            case Words():
                await self._write(to, lines.content_of(outgoing))
            case Change():
                await self._database.write(self._change, to, outgoing)
            case Remove(message):
                await self._database.write(self._remove, to, message)
            case TapAnswer():
                return self._answer_tap(outgoing)
            case Invitation(link, caption):
                drawn = File("image/png", _NAME_OF_LINK_PICTURE, picture(link))
                await self._database.write(self._show_file, to, drawn, Words(caption))
            case Attachment(file):
                return await self._attach(to, file)
            case Picture():
                shown = File("image/jpeg", _NAME_OF_PICTURE, outgoing.content)
                words = Words(outgoing.caption)
                line = await self._database.write(self._show_file, to, shown, words)
                return Sent(str(line))
            case Document(page):
                made = await asyncio.to_thread(serious_event.pdf, page)
                drawn = File("application/pdf", page.name, made)
                await self._database.write(self._show_file, to, drawn, Words(""))
            case Menu(commands):
                content = json.dumps([[name, does] for name, does in commands], ensure_ascii=False)
                await self._database.write(self._put_menu, to, content)
            case Leave():
                return Refused("no_group")
            case _:
                assert_never(outgoing)
        return Sent()

    async def fetch(self, file: str) -> File:
        """A file that somebody sent in a web chat, by its number."""
        found = await self._database.read(web_chats.file, keys=self._keys, file_id=int(file))
        if found is None:
            raise NoFile
        return found

    def _answer_tap(self, answer: TapAnswer) -> Outcome:
        """A pop-up is shown to whoever is there to see it, and kept nowhere."""
        chat, _, tap = answer.tap.partition(":")
        if not self._pages.is_open(int(chat)):
            return Late() if answer.text is None else NotSent("no_page", of_channel=False)
        told = {"phone": int(chat), "tap": tap, "text": answer.text}
        self._pages.tell("tap", told, int(chat))
        return Sent()

    async def _write(self, to: Destination, content: str) -> None:
        await self._database.write(self._add, to, content)

    def _add(self, connection: Connection, to: Destination, content: str) -> int | None:
        """At a second attempt the line stands there already."""
        return web_chats.add(
            connection,
            keys=self._keys,
            new=_new_line(to, _key(to), lines.BOT, content),
            at=self._clock.now(),
        )

    def _put_menu(self, connection: Connection, to: Destination, content: str) -> None:
        web_chats.put(
            connection,
            keys=self._keys,
            new=_new_line(to, lines.MENU_KEY, lines.MENU, content),
            at=self._clock.now(),
        )

    def _change(self, connection: Connection, to: Destination, change: Change) -> None:
        """In the place of another line; where that is gone, a new one."""
        content = lines.content_of(change.words)
        there = change.message.isdecimal() and web_chats.change(
            connection,
            keys=self._keys,
            chat=int(to.address),
            line_id=int(change.message),
            content=content,
        )
        if not there:
            self._add(connection, to, content)

    def _remove(self, connection: Connection, to: Destination, message: str) -> None:
        """The line stays as a mark that something was there; its words and its file go."""
        chat, line_id = int(to.address), int(message)
        line = web_chats.line(connection, keys=self._keys, chats=(chat,), line_id=line_id)
        file_id = None if line is None else lines.file_in(line.content)
        if file_id is not None:
            web_chats.forget_file(connection, file_id)
        content = lines.removed_content()
        web_chats.change(connection, keys=self._keys, chat=chat, line_id=line_id, content=content)

    async def _attach(self, to: Destination, file: str) -> Outcome:
        try:
            found = await self._files.fetch(file)
        except NoFile:
            return Refused("no_file")
        await self._database.write(self._show_file, to, found, Words(""))
        return Sent()

    def _show_file(self, connection: Connection, to: Destination, file: File, words: Words) -> int:
        """The number of the line, which may stand there already: then its file does too."""
        standing = web_chats.with_key(
            connection, keys=self._keys, chats=(int(to.address),), key=_key(to)
        )
        if standing:
            return standing[0].id
        file_id = web_chats.keep_file(
            connection, keys=self._keys, person_id=to.person_id, file=file, at=self._clock.now()
        )
        shown = FileShown(file_id, file.type, file.name)
        line = self._add(connection, to, lines.content_of(words, shown))
        assert line is not None
        return line


def _key(to: Destination) -> str:
    return web_chats.key_of(to.message_id)


def _new_line(to: Destination, key: str, author: str, content: str) -> NewLine:
    return NewLine(int(to.address), to.person_id, key, author, content)
