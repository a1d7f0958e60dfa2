"""Pictures that were received are fetched, checked and kept, one after the other.

Rules that hold here:
- What is to be done is rows: after a start it goes on where it stood, and a row is settled once,
  however often its file was fetched.
- A file is in memory until its row is settled, and nowhere else.
- No picture keeps another from being looked at: what cannot be fetched now is tried again later,
  and given up while its message can still be taken out of the chat.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection
from starlette.routing import BaseRoute

from bot.clock import Clock
from bot.logs import failure
from bot.sending.backoff import delay
from bot.sending.delivery import Delivery
from bot.sending.files import FileAway, Files, FileTooLarge, NoFile
from bot.turn import showing
from bot.turn.desks import Desks
from bot.turn.photographs import settle
from bot.waiting import unless
from flows.photographs import Unfit
from storage import photographs, shown
from storage.database import Database, DatabaseClosed
from storage.passing import is_passing
from storage.photographs import Picture, Received

# Telegram lets a bot remove what is under two days old.
_GIVEN_UP_AFTER = timedelta(days=1)
_LONGEST_DELAY = 600.0
_LONGEST_SLEEP = 3600.0


class Keeping:
    """A part of the service. `run` looks at pictures until the end: one that is being fetched then
    is left for the next start, one that was fetched is finished.
    """

    name = "photographs"
    routes: Sequence[BaseRoute] = ()

    def __init__(self, database: Database, desks: Desks, files: Files, clock: Clock) -> None:
        self._database = database
        self._desks = desks
        self._files = files
        self._clock = clock
        self._wake = asyncio.Event()
        self._stopping = asyncio.Event()
        self._failing = False

    @property
    def state(self) -> str:
        return "failing" if self._failing else "open"

    async def run(self, _delivery: Delivery) -> None:
        self._database.on_commit(photographs.NEWS, self._wake.set)
        while not self._stopping.is_set():
            self._wake.clear()
            await unless(self._wake, self._clock.sleep(await self._look()))

    def end(self) -> None:
        self._stopping.set()
        self._wake.set()

    async def close(self) -> None:
        pass

    async def _look(self) -> float:
        """Do what is due; the seconds until something else is."""
        try:
            await self.do_due()
            next_at = await self._database.read(_next_at)
        except DatabaseClosed:
            return _LONGEST_SLEEP
        except Exception as error:  # noqa: BLE001 - whatever it was, it is tried again
            failure("photographs_failed", error)
            self._failing = True
            return 1.0
        self._failing = False
        seconds = (
            _LONGEST_SLEEP if next_at is None else (next_at - self._clock.now()).total_seconds()
        )
        return min(_LONGEST_SLEEP, max(0.0, seconds))

    async def do_due(self) -> None:
        """Look at every picture that is due, and take back what was shown for long enough."""
        while not self._stopping.is_set():
            due = await self._database.read(photographs.due, at=self._clock.now())
            if due is None:
                break
            await self._do(due)
        oldest_at = await self._database.read(shown.oldest_at)
        if oldest_at is not None and oldest_at <= self._clock.now() - showing.STAYS:
            await self._desks.write(self._database, "take_back", showing.take_back_old)

    async def _do(self, photograph: Received) -> None:
        try:
            found = await self._found(photograph)
        except FileAway:
            await self._put_off(photograph)
        except Exception as error:
            if is_passing(error):
                raise
            failure("photograph_failed", error)
            await self._put_off(photograph)
        else:
            await self._settle(photograph, found)

    async def _found(self, photograph: Received) -> Picture | Unfit:
        """The picture in the file, or why there is none. Raises FileAway."""
        from bot.photographs.checking import check

        asked = self._desks.study.trial.photographs
        reference = await self._database.read(
            photographs.reference, keys=self._desks.keys, photograph=photograph
        )
        assert asked is not None
        assert reference is not None
        try:
            file = await unless(self._stopping, self._files.fetch(reference))
        except FileAway:
            raise
        except FileTooLarge:
            return Unfit.TOO_LARGE
        except NoFile:
            return Unfit.NO_FILE
        if file is None:
            raise FileAway
        return await asyncio.to_thread(check, file.content, asked)

    async def _put_off(self, photograph: Received) -> None:
        now = self._clock.now()
        if now - photograph.received_at > _GIVEN_UP_AFTER:
            await self._settle(photograph, Unfit.AWAY)
            return
        later = now + timedelta(seconds=delay(photograph.attempts + 1, longest=_LONGEST_DELAY))
        await self._database.write(photographs.try_again, photograph=photograph, at=later)

    async def _settle(self, photograph: Received, found: Picture | Unfit) -> None:
        nonce = f"photograph:{photograph.id}"
        await self._desks.write(self._database, nonce, settle, photograph, found)


def _next_at(connection: Connection) -> datetime | None:
    shown_at = shown.oldest_at(connection)
    moments = (
        photographs.next_due_at(connection),
        None if shown_at is None else shown_at + showing.STAYS,
    )
    return min((moment for moment in moments if moment is not None), default=None)
