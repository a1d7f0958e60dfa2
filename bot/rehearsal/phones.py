"""Phones that are no more than lists of what reached them, and the means to answer.

A phone whose name ends in "-sms" has no bot: SMS alone reach it.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from bot.reports.page import Page
from bot.turn.incoming import Content, Edited, Sent, Tapped, Typed
from flows.text import Text, text

BY_SMS = "-sms"


class NotPlayable(Exception):
    """What was to be done cannot be done, and why, in words for whoever wrote it."""

    def __init__(self, why: Text) -> None:
        super().__init__(why.key)
        self.why = why


@dataclass
class Shown:
    """A message as it stands on a phone."""

    number: int
    words: str
    buttons: list[list[tuple[str, str]]]
    kind: str = "message"


class Receives(Protocol):
    """Where what is done on a phone arrives."""

    async def receive(self, phone: "Phone", content: Content) -> None: ...

    def next_tap(self) -> str:
        """A name for the next tap."""


@dataclass
class Phone:
    """Somebody's phone: what reached it, and the means to answer."""

    world: Receives
    name: str
    address: str
    channel: str = "telegram"
    shown: list[Shown] = field(default_factory=list)
    popups: list[str] = field(default_factory=list)
    invitation: str = ""
    silent_taps: int = 0
    removed: list[str] = field(default_factory=list)
    pictures: dict[int, bytes] = field(default_factory=dict)
    documents: list[Page] = field(default_factory=list)
    taken_back: int = 0

    @classmethod
    def named(cls, world: Receives, name: str) -> "Phone":
        """The number of an SMS phone ends like the code of whose it is."""
        if not name.endswith(BY_SMS):
            return cls(world, name, f"chat-of-{name}")
        digits = "".join(filter(str.isdecimal, name)) or "9999"
        return cls(world, name, f"+98912000{digits:0>4}", "sms")

    async def send(self, words: str) -> None:
        await self.world.receive(self, Typed(words))

    async def answer_with_code(self) -> None:
        """Send back the digits that came last, as they were written."""
        codes = (re.search(r"\d{6}", it.words) for it in reversed(self.shown))
        code = next(filter(None, codes), None)
        if code is None:
            raise NotPlayable(text("cli.chat.no_code", phone=self.name))
        await self.send(code[0])

    async def send_file(self, caption: str = "", file: str | None = "photo:x") -> None:
        await self.world.receive(self, Sent(caption, file))

    async def edit(self) -> None:
        await self.world.receive(self, Edited())

    async def tap(self, label: str) -> None:
        """Tap the newest button whose label holds these words."""
        shown, data = self._button(lambda words, _: label in words)
        await self.tap_data(data, shown)

    async def choose(self, code: str) -> None:
        """Tap the newest button for this option, in whatever language it is worded."""
        shown, data = self._button(
            lambda _, data: data == code or data.endswith((f":{code}", f":+{code}"))
        )
        await self.tap_data(data, shown)

    def is_asked(self, code: str) -> bool:
        """Whether the last message has a button for this option."""
        rows = self.shown[-1].buttons
        return any(data.endswith(f":{code}") for row in rows for _, data in row)

    async def press(self, what: str) -> None:
        """Tap the newest button of this kind: S submits, d is done, b goes back."""
        shown, data = self._button(lambda _, data: data.startswith(f"{what}:"))
        await self.tap_data(data, shown)

    async def tap_data(self, data: str, shown: int | None = None) -> None:
        number = self.shown[-1].number if shown is None and self.shown else shown
        await self.world.receive(self, Tapped(data, self.world.next_tap(), str(number)))

    def _button(self, fits: Callable[[str, str], bool]) -> tuple[int, str]:
        for message in reversed(self.shown):
            for row in message.buttons:
                for words, data in row:
                    if fits(words, data):
                        return message.number, data
        raise NotPlayable(text("cli.chat.no_button", phone=self.name))

    @property
    def last(self) -> str:
        return self.shown[-1].words
