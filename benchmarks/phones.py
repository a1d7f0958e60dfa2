"""The people of a run, and a Bot API that answers at once: the same for every bot.

A phone taps the first button of what it was shown last, and waits until its tap is answered, the
next buttons are there and the bot has acknowledged the update: as fast as a bot can be asked.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

from telegram.request import BaseRequest, RequestData

TOKEN = "1:benchmark-benchmark-benchmark-bench"
# Begin, six answers, submit.
TURNS = 8

Update = Mapping[str, Any]
Receive = Callable[[Update], Awaitable[None]]

BOT = {"id": 1, "is_bot": True, "first_name": "Hamrah", "username": "hamrah_bot"}


@dataclass(slots=True)
class Seconds:
    """How long each turn took until it was stored, and until all that it says was handed over."""

    stored: list[float] = field(default_factory=list)
    answered: list[float] = field(default_factory=list)


@dataclass(slots=True)
class _Turn:
    """What a phone waits for. After the last tap of all no buttons are shown any more."""

    is_last: bool
    over: "asyncio.Future[float]"
    shown: str | None = None
    tap_is_answered: bool = False

    def show(self, button: str | None) -> None:
        if button is not None or self.is_last:
            self.shown = button or ""
        self._end()

    def answer_tap(self) -> None:
        self.tap_is_answered = True
        self._end()

    def _end(self) -> None:
        if self.tap_is_answered and self.shown is not None and not self.over.done():
            self.over.set_result(perf_counter())


class Phones(BaseRequest):
    def __init__(self) -> None:
        self._turns: dict[int, _Turn] = {}
        self._updates = 0
        self._messages = 0

    async def fill_in(
        self, receive: Receive, chat: int, button: str, until: float, seconds: Seconds
    ) -> bool:
        """One person answers the questionnaire, from the button that begins it to the thanks.

        False when the run's time was over before that.
        """
        for number in range(1, TURNS + 1):
            if perf_counter() > until:
                return False
            over = asyncio.get_running_loop().create_future()
            turn = self._turns[chat] = _Turn(number == TURNS, over)
            began = perf_counter()
            # Everybody who taps at this moment has tapped before the bot turns to the first.
            await asyncio.sleep(0)
            await receive(self._tap(chat, button))
            seconds.stored.append(perf_counter() - began)
            seconds.answered.append(await turn.over - began)
            assert turn.shown is not None
            button = turn.shown
        return True

    def _tap(self, chat: int, data: str) -> Update:
        self._updates += 1
        return {
            "update_id": self._updates,
            "callback_query": {
                "id": f"{chat}:{self._updates}",
                "from": {"id": chat, "is_bot": False, "first_name": "Sara", "language_code": "fa"},
                "chat_instance": "1",
                "message": {**self._message(chat), "from": BOT, "text": "?"},
                "data": data,
            },
        }

    def _message(self, chat: int) -> dict[str, Any]:
        self._messages += 1
        kind = {"id": chat, "type": "private", "first_name": "Sara"}
        return {"message_id": self._messages, "date": 1_790_000_000, "chat": kind}

    @property
    def read_timeout(self) -> float | None:
        return None

    async def initialize(self) -> None:
        """There is nothing to connect to."""

    async def shutdown(self) -> None:
        """There is nothing to close."""

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, *_: Any, **__: Any
    ) -> tuple[int, bytes]:
        assert method == "POST"
        sent = {} if request_data is None else request_data.parameters
        result = self._called(url.rpartition("/")[2], sent)
        return 200, json.dumps({"ok": True, "result": result}).encode()

    def _called(self, name: str, sent: Mapping[str, Any]) -> object:
        match name:
            case "getMe":
                return BOT
            case "answerCallbackQuery":
                self._turns[int(sent["callback_query_id"].partition(":")[0])].answer_tap()
                return True
            case "sendMessage":
                self._turns[sent["chat_id"]].show(_first_button(sent))
                return {**self._message(sent["chat_id"]), "text": sent["text"]}
            case _:
                raise ValueError(f"nobody expected {name}")


def _first_button(sent: Mapping[str, Any]) -> str | None:
    if "reply_markup" not in sent:
        return None
    data: str = sent["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
    return data
