"""The played Telegram as tests use it: a server process, phones, faults and the list of calls.

with BotApi.start() as api:
    phone = api.phone(first_name="سارا", language_code="fa")
    phone.send("/start")
    phone.wait_for("سلام")
    phone.tap("بله")
"""

import base64
import itertools
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import httpx

from tests.botapi.faults import Kind

TOKEN = "5000000001:AAFakeTokenOfThePlayedBotApi0000001"
BALE_TOKEN = "6000000001:AAFakeTokenOfThePlayedBale000000001"
ROOT = Path(__file__).parents[2]
PATIENCE = 10.0
LONGEST_WAIT = 30.0

Json = Any
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Button:
    text: str
    data: str | None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """A message as the phone shows it now; `body` is what the Bot API tells of it."""

    id: int
    text: str
    by_bot: bool
    keyboard: tuple[tuple[Button, ...], ...]
    earlier: tuple[str, ...]
    changed: int
    body: dict[str, Json]

    @property
    def buttons(self) -> tuple[Button, ...]:
        return tuple(itertools.chain.from_iterable(self.keyboard))

    @property
    def labels(self) -> list[str]:
        return [button.text for button in self.buttons]


@dataclass(frozen=True, slots=True)
class Popup:
    text: str
    show_alert: bool


@dataclass(frozen=True, slots=True)
class Call:
    method: str
    parameters: dict[str, Json]
    outcome: dict[str, Json] | None
    answer_lost: bool
    at: datetime

    @property
    def ok(self) -> bool:
        return bool(self.outcome and self.outcome["ok"])


class ImpossibleError(Exception):
    """The test asked for something a phone could not do."""


class BotApi:
    def __init__(self, url: str, token: str) -> None:
        self.url = url
        self.token = token
        self.base_url = f"{url}/bot"
        self.base_file_url = f"{url}/file/bot"
        self.http = httpx.Client(
            base_url=f"{url}/control", timeout=60, trust_env=False, verify=False
        )

    @classmethod
    @contextmanager
    def start(
        cls,
        *,
        port: int = 0,
        token: str = TOKEN,
        retry_interval: float = 0.2,
        extra: tuple[str, ...] = (),
    ) -> Iterator["BotApi"]:
        """Starts the server, waits until it listens, and ends it at the end of the block."""
        options = {"port": port, "token": token, "retry-interval": retry_interval}
        arguments = [f"--{name}={value}" for name, value in options.items()]
        command = [sys.executable, "-m", "tests.botapi", *arguments, *extra]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
            try:
                assert process.stdout
                announced, _, url = process.stdout.readline().strip().rpartition(" ")
                assert announced == "listening on", "the server did not start"
                api = cls(url, token)
                with api.http:
                    yield api
            finally:
                process.kill()

    @classmethod
    def start_bale(cls, *, port: int = 0) -> AbstractContextManager["BotApi"]:
        """The same as Bale plays it."""
        return cls.start(port=port, token=BALE_TOKEN, extra=("--bale",))

    def act(self, action: str, **given: Json) -> Json:
        answer = self.http.post(f"/{action}", json=given)
        if answer.status_code == httpx.codes.CONFLICT:
            raise ImpossibleError(answer.json()["impossible"])
        answer.raise_for_status()
        return answer.json()

    def reset(self) -> None:
        """A new, empty world in the same process; phones of the old one are gone."""
        self.act("reset")

    def phone(
        self,
        *,
        first_name: str = "Sara",
        language_code: str | None = "fa",
        started: bool = False,
        **person: Json,
    ) -> "Phone":
        """A person; the bot can write to them once they wrote, or at once if they `started`."""
        spoken = {"language_code": language_code} if language_code else {}
        facts = {"first_name": first_name, **spoken, **person}
        added = self.act("add-person", started=started, **facts)
        return Phone(self, added["id"], added["id"], language_code or "")

    def group(self, *, title: str = "Group", **group: Json) -> int:
        """The id of a new group chat with the bot in it; `phone.enter(id)` writes there."""
        added: int = self.act("add-group", title=title, **group)["id"]
        return added

    def push(self, update: dict[str, Json]) -> dict[str, Json]:
        """Sends any object as an update; an absent update_id is filled in."""
        pushed: dict[str, Json] = self.act("push", update=update)
        return pushed

    def repeat(self, update: dict[str, Json], *, fresh: bool) -> dict[str, Json]:
        """The same update again, under its own update_id or a fresh one (and a fresh query id)."""
        repeated: dict[str, Json] = self.act("repeat", update_id=update["update_id"], fresh=fresh)
        return repeated

    def hold(self) -> None:
        """From now on updates wait, until `release`."""
        self.act("hold")

    def release(self, order: list[int] | None = None, *, renumber: bool = False) -> None:
        """Lets the held updates go by their positions: left out, reordered or more than once."""
        self.act("release", order=order, renumber=renumber)

    def renumber(self, next_id: int) -> None:
        """The next update takes this id, as after a week without any."""
        self.act("renumber", next_id=next_id)

    def expire_taps(self) -> None:
        """Every tap until now is too old to be answered."""
        self.act("expire-taps")

    def fail(
        self, method: str, kind: Kind, times: int = 1, *, seconds: float = 1, status: int = 502
    ) -> None:
        """Spoils the next calls of a method ("*": of any): 429 and delay last `seconds`."""
        fault = {"method": method, "kind": kind, "times": times}
        self.act("add-fault", **fault, seconds=seconds, status=status)

    def stop_failing(self) -> None:
        self.act("clear-faults")

    def shift_date(self, seconds: int) -> None:
        """From now on answers are dated so far ahead of the time, or behind it."""
        self.act("shift-date", seconds=seconds)

    def calls(self, method: str | None = None) -> list[Call]:
        shown = self.act("show-calls", **({"method": method} if method else {}))
        return [Call(**call | {"at": datetime.fromtimestamp(call["at"], tz=UTC)}) for call in shown]

    def pending(self) -> list[dict[str, Json]]:
        """Updates that the bot has not confirmed."""
        pending: list[dict[str, Json]] = self.act("show-updates")["pending"]
        return pending

    def version(self) -> int:
        version: int = self.act("changes", after=-1, wait=0)
        return version

    def wait_until(self, find: Callable[[], Found | None], timeout: float = PATIENCE) -> Found:
        """What `find` finds, tried again whenever something changes in the world."""
        until = time.monotonic() + timeout
        while True:
            version = self.version()
            if found := find():
                return found
            left = until - time.monotonic()
            if left <= 0:
                raise TimeoutError("what was waited for did not happen")
            self.act("changes", after=version, wait=min(left, LONGEST_WAIT))


class Phone:
    """A person's phone, looking at one chat."""

    def __init__(self, api: BotApi, person_id: int, chat_id: int, language_code: str) -> None:
        self.api = api
        self.person_id = person_id
        self.chat_id = chat_id
        self.language_code = language_code
        self.acted_at_version = 0

    def enter(self, chat_id: int) -> "Phone":
        """The same person, looking at a group."""
        return Phone(self.api, self.person_id, chat_id, self.language_code)

    def act(self, action: str, **given: Json) -> Json:
        self.acted_at_version = self.api.version()
        ids = {"person_id": self.person_id, "chat_id": self.chat_id}
        return self.api.act(action, **ids, **given)

    def send(self, text: str, *, forwarded_from: str | None = None) -> Json:
        """Returns the update, as the other deeds do: for `api.repeat`."""
        return self.act("write", text=text, forwarded_from=forwarded_from)

    def send_other(self, kind: str, **facts: Json) -> Json:
        """A sticker, voice, photo or document; `facts` join the message (a caption)."""
        return self.act("write", kind=kind, facts=facts)

    def send_file(self, kind: str, content: bytes, **facts: Json) -> Json:
        """A photo or a document with this content."""
        encoded = base64.b64encode(content).decode()
        return self.act("write", kind=kind, content=encoded, facts=facts)

    def share_contact(self, phone_number: str, **facts: Json) -> Json:
        """The person's own number, unless `facts` name another user_id."""
        own = {"phone_number": phone_number, "first_name": "Sara", "user_id": self.person_id}
        return self.act("write", kind="contact", facts=own | facts)

    def edit(self, text: str, message: int = -1) -> Json:
        """Edits one of the person's own messages, counted among these."""
        own = [shown for shown in self.messages() if not shown.by_bot]
        return self.act("rewrite", message_id=own[message].id, text=text)

    def tap(self, label: str, message: int = -1) -> Json:
        """Taps a button; `message` counts among the messages that have an inline keyboard."""
        with_keyboard = [shown for shown in self.messages() if shown.keyboard]
        if not with_keyboard:
            raise ImpossibleError("no message has buttons")
        on_screen = with_keyboard[message]
        for button in on_screen.buttons:
            if button.text == label:
                return self.act("tap", message_id=on_screen.id, data=button.data)
        raise ImpossibleError(f"{label!r} is not among {on_screen.labels}")

    def tap_data(self, message_id: int, data: str, *, forged: bool = False) -> Json:
        """Taps by callback data; forged data need not be on any button of the message."""
        return self.act("tap", message_id=message_id, data=data, forged=forged)

    def block(self) -> None:
        self.act("block", blocked=True)

    def unblock(self) -> None:
        self.act("block", blocked=False)

    def screen(self) -> dict[str, Json]:
        """Everything the chat shows, as the server tells it."""
        screen: dict[str, Json] = self.api.act("show-chat", chat_id=self.chat_id)
        return screen

    def messages(self) -> list[Message]:
        return [message_of(shown) for shown in self.screen()["messages"]]

    def texts(self) -> list[str]:
        """The texts of the bot's messages."""
        return [message.text for message in self.messages() if message.by_bot]

    def popups(self) -> list[Popup]:
        shown = self.screen()["popups"]
        return [Popup(popup["text"], popup["show_alert"]) for popup in shown]

    def spinning(self) -> int:
        """How many taps still wait for their answer."""
        spinning: int = self.screen()["spinning"]
        return spinning

    def reply_keyboard(self) -> list[str]:
        """The labels of the keyboard below the chat."""
        rows = (self.screen()["reply_keyboard"] or {}).get("keyboard", [])
        return [button["text"] for row in rows for button in row]

    def commands(self) -> dict[str, str]:
        """The command menu as this phone shows it."""
        ids = {"chat_id": self.chat_id, "language_code": self.language_code}
        menu = self.api.act("show-commands", **ids)
        return {entry["command"]: entry["description"] for entry in menu}

    def wait_for(
        self, wanted: str | Callable[[Message], bool], timeout: float = PATIENCE
    ) -> Message:
        """The first message of the bot, sent or edited since this phone's last deed, that fits."""

        def fits(message: Message) -> bool:
            return wanted in message.text if isinstance(wanted, str) else wanted(message)

        def find() -> Message | None:
            return next(filter(fits, self.news()), None)

        return self._wait(find, timeout)

    def wait_for_popup(self, wanted: str, timeout: float = PATIENCE) -> Popup:
        def find() -> Popup | None:
            return next((popup for popup in self.popups() if wanted in popup.text), None)

        return self._wait(find, timeout)

    def news(self) -> list[Message]:
        """The bot's messages that were sent or edited since this phone's last deed."""
        return [
            message
            for message in self.messages()
            if message.by_bot and message.changed > self.acted_at_version
        ]

    def _wait(self, find: Callable[[], Found | None], timeout: float) -> Found:
        try:
            return self.api.wait_until(find, timeout)
        except TimeoutError as error:
            raise TimeoutError(f"not seen; the bot's messages are {self.texts()}") from error


def message_of(shown: dict[str, Json]) -> Message:
    body = shown["body"]
    rows = body.get("reply_markup", {}).get("inline_keyboard", [])
    return Message(
        id=body["message_id"],
        text=text_of(body),
        by_bot=shown["by_bot"],
        keyboard=tuple(tuple(button_of(button) for button in row) for row in rows),
        earlier=tuple(text_of(edit) for edit in shown["edits"]),
        changed=shown["changed"],
        body=body,
    )


def text_of(body: dict[str, Json]) -> str:
    return str(body.get("text", body.get("caption", "")))


def button_of(button: dict[str, Json]) -> Button:
    return Button(button["text"], button.get("callback_data"), button.get("url"))
