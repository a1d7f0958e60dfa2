"""Updates are fetched, taken, and confirmed only after the commit of all of them.

No offset is kept across starts: the messenger brings again what was not confirmed, and what was
taken before is known by its number. python-telegram-bot's own polling confirms before anything is
done.
"""

import asyncio
from collections.abc import Collection, Sequence
from typing import Any

from telegram import Bot
from telegram.error import Conflict, RetryAfter, TelegramError

from bot.clock import Clock
from bot.logs import failure, log, warn
from bot.sending.backoff import delay
from bot.telegram.receiving import Receiving, next_offset
from bot.telegram.sending import seconds_of
from bot.waiting import unless
from storage.passing import is_passing

LONG_POLL = 30
_LONGEST_DELAY = 30
_ANSWER_LATE_AFTER = 15


class Polling:
    """`run` fetches until `stopping`; a batch that is being taken is finished first."""

    def __init__(
        self,
        bot: Bot,
        receiving: Receiving,
        updates: Collection[str] | None,
        clock: Clock,
        stopping: asyncio.Event,
    ) -> None:
        self._bot = bot
        self._receiving = receiving
        self._asked: dict[str, Any] = {"timeout": LONG_POLL}
        if updates is not None:
            self._asked["allowed_updates"] = list(updates)
        self._clock = clock
        self._stopping = stopping
        self._failed = 0
        self._offset: int | None = None

    @property
    def is_failing(self) -> bool:
        """Whether the last attempt to fetch or to take updates failed."""
        return self._failed > 0

    async def run(self) -> None:
        await unless(self._stopping, self._leave_webhook())
        log("polling_begins")
        while not self._stopping.is_set():
            batch = await unless(self._stopping, self._fetch())
            if batch:
                await self._take(batch)

    async def _fetch(self) -> Sequence[dict[str, Any]]:
        """The next batch; after a failure none, and later."""
        asked = self._asked | ({} if self._offset is None else {"offset": self._offset})
        try:
            batch: list[dict[str, Any]] = await self._bot.do_api_request(
                "getUpdates", asked, read_timeout=LONG_POLL + _ANSWER_LATE_AFTER
            )
        except TelegramError as error:
            await self._wait_after(error)
            return ()
        self._failed = 0
        return batch

    async def _take(self, batch: Sequence[dict[str, Any]]) -> None:
        """Take a batch, again and again until the disk takes it; only then go on."""
        try:
            await self._receiving.take_all(batch)
        except Exception as error:
            if not is_passing(error):
                raise
            failure("updates_not_stored", error, count=len(batch))
            seconds = delay(self._count_failure(), longest=_LONGEST_DELAY)
            await unless(self._stopping, self._clock.sleep(seconds))
            return
        self._failed = 0
        self._offset = next_offset(batch)

    async def _leave_webhook(self) -> None:
        """While the messenger has somewhere to bring updates, they cannot be fetched."""
        while True:
            try:
                await self._bot.delete_webhook()
            except TelegramError as error:
                await self._wait_after(error)
            else:
                return

    async def _wait_after(self, error: TelegramError) -> None:
        attempt = self._count_failure()
        seconds = delay(attempt, longest=_LONGEST_DELAY)
        match error:
            case RetryAfter():
                seconds = seconds_of(error)
            case Conflict():
                warn("another_copy_polls", attempt=attempt)
            case _:
                failure("updates_not_fetched", error, attempt=attempt)
        await self._clock.sleep(seconds)

    def _count_failure(self) -> int:
        self._failed += 1
        return self._failed
