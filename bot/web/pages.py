"""The open pages, and what they are told, as it happens.

Rules that hold here:
- A page hears of every line that was written or edited, in the order in which that was committed,
  and after a lost connection of those that it missed. It can be told of one twice.
- What a page hears beside lines (a pop-up, the clock) is kept nowhere: whoever is not there to
  hear it never does.
- A page that does not keep up is closed; it comes back and asks for what it missed.
"""

import asyncio
import json
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from bot.logs import failure
from bot.web import lines
from storage import personal_links, web_chats
from storage.database import Database, DatabaseClosed
from storage.keyring import Keyring
from storage.web_chats import Line

FIRST_LINES = 200
_WAITING = 1000
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that a page is told; `cursor` is where it goes on after this."""

    name: str
    content: str = field(repr=False)
    cursor: int | None = None

    @property
    def event(self) -> str:
        """As a server-sent event. JSON has no line breaks of its own."""
        number = "" if self.cursor is None else f"id: {self.cursor}\n"
        return f"event: {self.name}\n{number}data: {self.content}\n\n"


# Said to a page so that it asks whether its reader may still look; never sent on.
CHECK = Told("check", "")


class Page:
    """One open page; `chats` are those that it shows, None is all."""

    def __init__(self, chats: Collection[int] | None) -> None:
        self.chats = chats
        self._waiting: asyncio.Queue[Told | None] = asyncio.Queue(_WAITING)
        self._heard = -1

    def shows(self, chat: int) -> bool:
        return self.chats is None or chat in self.chats

    def tell(self, told: Told) -> None:
        try:
            self._waiting.put_nowait(told)
        except asyncio.QueueFull:
            self.close()

    def close(self) -> None:
        while not self._waiting.empty():
            self._waiting.get_nowait()
        self._waiting.put_nowait(None)

    def is_new(self, told: Told) -> bool:
        """Whether a page has not heard this yet, as lines come in their order."""
        if told.cursor is None:
            return True
        if told.cursor <= self._heard:
            return False
        self._heard = told.cursor
        return True

    async def next(self, patience: float) -> Told | None:
        """The next thing to tell; raises TimeoutError after a while, None is the end."""
        async with asyncio.timeout(patience):
            return await self._waiting.get()


class Pages:
    def __init__(self, database: Database, keys: Keyring) -> None:
        self._database = database
        self._keys = keys
        self._open: set[Page] = set()
        self._wake = asyncio.Event()
        self._change = 0
        self._begun = asyncio.Event()
        self._closing = False
        database.on_commit(web_chats.NEWS, self._wake.set)
        database.on_commit(personal_links.NEWS, self._check)

    @property
    def closing(self) -> bool:
        return self._closing

    def is_open(self, chat: int) -> bool:
        """Whether anybody has this chat before them."""
        return any(page.shows(chat) for page in self._open)

    def tell(self, name: str, content: Any, chat: int | None = None) -> None:
        """Tell every page that shows this chat; without a chat, every page."""
        told = Told(name, json.dumps(content, ensure_ascii=False))
        for page in self._open:
            if chat is None or page.shows(chat):
                page.tell(told)

    def close(self) -> None:
        self._closing = True
        self._wake.set()
        for page in self._open:
            page.close()

    def _check(self) -> None:
        for page in self._open:
            page.tell(CHECK)

    @contextmanager
    def opened(self, chats: Collection[int] | None) -> Iterator[Page]:
        page = Page(chats)
        self._open.add(page)
        try:
            yield page
        finally:
            self._open.discard(page)

    async def missed(self, page: Page, cursor: int | None) -> list[Told]:
        """What a page that has just been opened does not show yet.

        Of what is written after this, `run` tells; so that has to have begun.
        """
        await self._begun.wait()
        found = await self._database.read(_missed, keys=self._keys, chats=page.chats, cursor=cursor)
        return [_told(line) for line in found]

    async def run(self) -> None:
        """Tell the pages of each line, until they are closed."""
        with suppress(DatabaseClosed):
            self._change = await self._database.read(web_chats.last_change)
            self._begun.set()
            while not self._closing:
                await self._wake.wait()
                self._wake.clear()
                await self._tell_of_changes()

    async def _tell_of_changes(self) -> None:
        try:
            while changed := await self._database.read(
                web_chats.changed_since, keys=self._keys, change=self._change, limit=_AT_ONCE
            ):
                self._change = changed[-1].changed
                for line in changed:
                    self._tell_of(line)
        except DatabaseClosed:
            raise
        except Exception as error:  # noqa: BLE001 - the next line that is written tries again
            failure("lines_unreadable", error)

    def _tell_of(self, line: Line) -> None:
        showing = [page for page in self._open if page.shows(line.chat)]
        if showing:
            told = _told(line)
            for page in showing:
                page.tell(told)


def _missed(
    connection: Connection, *, keys: Keyring, chats: Collection[int] | None, cursor: int | None
) -> list[Line]:
    """In the order of their changes, so that a connection lost among them loses none.

    A menu is a line that stands from the beginning, however much was said since.
    """
    all_of = web_chats.all_chats(connection) if chats is None else chats
    if cursor is not None:
        return web_chats.changed_in(connection, keys=keys, chats=all_of, change=cursor)
    newest = {
        line.id: line
        for chat in all_of
        for line in web_chats.newest(connection, keys=keys, chat=chat, count=FIRST_LINES)
    }
    menus = web_chats.with_key(connection, keys=keys, chats=all_of, key=lines.MENU_KEY)
    newest.update((menu.id, menu) for menu in menus)
    return sorted(newest.values(), key=lambda line: line.changed)


def _told(line: Line) -> Told:
    name = "menu" if line.author == lines.MENU else "line"
    content = json.dumps(lines.shown(line), ensure_ascii=False)
    return Told(name, content, line.changed)
