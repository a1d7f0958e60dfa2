"""The state of the played Telegram: people, chats, messages, taps, files, webhook.

Everything lives in one event loop; `touch` tells whoever waits that something changed.
"""

import asyncio
import itertools
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.botapi.bale import OLD_CLIENT
from tests.botapi.errors import bad_request, forbidden
from tests.botapi.faults import Faults
from tests.botapi.markup import Markup, inline
from tests.botapi.updates import Updates

Body = dict[str, Any]
BOT_NAME = "hamrah_test_bot"
BALE_NAME = "hamrah_bale_bot"


@dataclass(slots=True)
class Message:
    """A message as the phone shows it; `body` is what the Bot API tells of it."""

    body: Body
    by_bot: bool
    markup: Markup | None = None
    edits: list[Body] = field(default_factory=list)
    changed: int = 0

    @property
    def told(self) -> Body:
        keyboard = inline(self.markup)
        return self.body | ({"reply_markup": keyboard} if keyboard else {})


@dataclass(slots=True)
class Chat:
    body: Body
    message_ids: Iterator[int]
    started: bool = False
    blocked: bool = False
    left: bool = False
    messages: dict[int, Message] = field(default_factory=dict)
    popups: list[Body] = field(default_factory=list)
    actions: list[str] = field(default_factory=list)

    @property
    def is_private(self) -> bool:
        return bool(self.body["type"] == "private")

    def require_open(self) -> None:
        if self.blocked:
            raise forbidden("bot was blocked by the user")
        if self.left:
            raise forbidden(f"bot is not a member of the {self.body['type']} chat")


@dataclass(slots=True)
class Tap:
    """A callback query that waits for its answer: the spinner on the button."""

    chat: Chat
    answered: bool = False
    expired: bool = False


@dataclass(slots=True)
class Webhook:
    url: str = ""
    secret: str | None = None
    set_at: float = float("-inf")
    allowed: list[str] | None = None
    last_error: str | None = None
    last_error_at: int | None = None


@dataclass(slots=True)
class Call:
    method: str
    parameters: Body
    at: float
    outcome: Body | None = None
    answer_lost: bool = False


@dataclass(slots=True)
class StoredFile:
    path: str
    content: bytes


class World:
    def __init__(self, token: str, *, is_bale: bool = False) -> None:
        self.token = token
        self.is_bale = is_bale
        self.old_clients: set[int] = set()
        self.bot: Body = {
            "id": int(token.partition(":")[0]),
            "is_bot": True,
            "first_name": "Hamrah",
            "username": BALE_NAME if is_bale else BOT_NAME,
        }
        self.users: dict[int, Body] = {}
        self.chats: dict[int, Chat] = {}
        self.updates = Updates(next_id=random.randint(10**8, 10**9))
        self.taps: dict[str, Tap] = {}
        self.files: dict[str, StoredFile] = {}
        self.commands: dict[tuple[str, str], list[Body]] = {}
        self.calls: list[Call] = []
        self.faults = Faults()
        self.webhook = Webhook()
        self.logged_out = False
        self.seconds_ahead = 0
        self.poll = 0
        self.poll_ended_by = ""
        self.version = 0
        self._changed = asyncio.Event()
        self._ids = itertools.count(random.randint(10**15, 10**16))
        self._private_message_ids = itertools.count(1)
        self._person_ids = itertools.count(7_000_000_001)
        self._group_ids = itertools.count(-1_002_000_000_001, -1)

    def touch(self) -> None:
        self.version += 1
        self._changed.set()
        self._changed = asyncio.Event()

    async def change(self, until: float | None) -> bool:
        """True once something changes, False when the monotonic time `until` comes first."""
        changed = self._changed
        try:
            await asyncio.wait_for(changed.wait(), seconds_until(until))
        except TimeoutError:
            return False
        return True

    def fresh_id(self) -> str:
        return str(next(self._ids))

    def fresh_tap(self, person_id: int) -> str:
        """A number, by which Bale lets one tell the taps on old clients."""
        if not self.is_bale:
            return self.fresh_id()
        return f"{OLD_CLIENT if person_id in self.old_clients else 2}{self.fresh_id()}"

    def add_person(self, given: Body, *, started: bool) -> Body:
        person = {"id": next(self._person_ids), "is_bot": False, **given}
        named = {"first_name", "last_name", "username"}
        shown = {name: part for name, part in person.items() if name in named}
        body = {"id": person["id"], "type": "private", **shown}
        self.users[person["id"]] = person
        self.chats[person["id"]] = Chat(body, self._private_message_ids, started=started)
        return person

    def add_group(self, given: Body) -> Body:
        body = {"id": next(self._group_ids), "type": "supergroup", "title": "Group", **given}
        self.chats[body["id"]] = Chat(body, itertools.count(1), started=True)
        return body

    def chat(self, chat_id: int | str) -> Chat:
        """The chat a call is about, if the bot knows it."""
        chat = self.chats.get(chat_id) if isinstance(chat_id, int) else None
        if chat is None or not chat.started:
            raise bad_request("chat not found")
        return chat

    def open_chat(self, chat_id: int | str) -> Chat:
        chat = self.chat(chat_id)
        chat.require_open()
        return chat

    def store_message(
        self, chat: Chat, sender: Body, content: Body, markup: Markup | None = None
    ) -> Message:
        head = {
            "message_id": next(chat.message_ids),
            "from": sender,
            "chat": chat.body,
            "date": int(time.time()),
        }
        message = Message(head | content, by_bot=sender is self.bot, markup=markup)
        chat.messages[message.body["message_id"]] = message
        self.mark_changed(message)
        return message

    def mark_changed(self, message: Message) -> None:
        self.touch()
        message.changed = self.version

    def store_file(self, folder: str, name: str, content: bytes) -> Body:
        file_id = (
            f"{self.bot['id']}:{self.fresh_id()}:1" if self.is_bale else f"file-{self.fresh_id()}"
        )
        self.files[file_id] = StoredFile(f"{folder}/{file_id}-{name}", content)
        return {"file_id": file_id, "file_unique_id": f"unique-{file_id}"}

    def stored(self, file_id: str) -> StoredFile:
        if file_id not in self.files:
            raise bad_request("wrong file identifier/HTTP URL specified")
        return self.files[file_id]

    def end_poll(self, reason: str) -> int:
        """A newer poller, or a webhook, ends the long poll that waits now."""
        self.poll += 1
        self.poll_ended_by = reason
        self.touch()
        return self.poll


def seconds_until(monotonic: float | None) -> float | None:
    return None if monotonic is None else max(0.0, monotonic - time.monotonic())
