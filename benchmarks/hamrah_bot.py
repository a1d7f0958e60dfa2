"""The whole path of this program's turn, from the raw update to the call to the Bot API.

Its pace, which Telegram asks for, is let go: it would be all that is measured.
"""

import asyncio
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Self

from sqlalchemy import Connection
from telegram import Bot

from benchmarks.phones import TOKEN, Phones, Update
from bot.clock import SystemClock
from bot.sending.delivery import Delivery, Outlet
from bot.sending.files import Files
from bot.sending.pacing import ChatPace, Pace
from bot.telegram.dialects import TELEGRAM
from bot.telegram.sending import MessengerChannel
from bot.telegram.updates import read_update
from bot.trial.definitions import DEFAULT_TRIAL, load_study
from bot.trial.study import Study
from bot.turn.desk import Desk
from bot.turn.desks import Desks
from bot.turn.turns import take_turn
from storage import participants, people, responses
from storage.database import Database
from storage.keyring import Keyring
from storage.schema import prepare
from storage.sealing import MasterKeys

INSTRUMENT = "satisfaction"
AS_FAST_AS_POSSIBLE = 1e9


@dataclass(frozen=True, slots=True)
class HamrahBot:
    name = "hamrah"

    database: Database
    desks: Desks
    buttons: dict[int, str]
    delivery: Delivery
    delivering: "asyncio.Task[None]"

    @classmethod
    async def begin(cls, folder: Path, phones: Phones, persons: int) -> Self:
        clock = SystemClock()
        path = folder / "hamrah.sqlite3"
        prepare(path, folder / "backups", clock.now())
        database = Database.open(f"sqlite:///{path}")
        keys = await database.write(Keyring.open, MasterKeys.create(folder / "master.key"))
        desks = Desks(keys, study(), clock)
        buttons = await desks.write(database, "enrolment", _enrol, persons)
        pace, chat_pace = Pace(clock, AS_FAST_AS_POSSIBLE), ChatPace(clock, AS_FAST_AS_POSSIBLE)
        bot = Bot(TOKEN, request=phones, get_updates_request=phones)
        channel = MessengerChannel(bot, TELEGRAM, Files())
        delivery = Delivery(database, desks, clock)
        delivery.open("telegram", Outlet(channel, pace, chat_pace))
        return cls(database, desks, buttons, delivery, asyncio.create_task(delivery.run()))

    async def receive(self, update: Update) -> None:
        incoming = read_update(update, TELEGRAM)
        assert incoming is not None
        nonce = self.desks.nonce_of(incoming)
        await self.desks.write(self.database, nonce, take_turn, incoming)

    async def kept(self) -> int:
        """How many persons' answers are stored and submitted."""
        return await self.database.read(_submitted)

    async def end(self) -> None:
        self.delivery.stop()
        await self.delivering
        await self.database.close()


@cache
def study() -> Study:
    return load_study(DEFAULT_TRIAL)


def _enrol(desk: Desk, persons: int) -> dict[int, str]:
    """Participants who have entered, each with the questionnaire open; the buttons to begin it."""
    return {chat: f"r:fill:{_enrol_one(desk, chat)}" for chat in range(1, persons + 1)}


def _enrol_one(desk: Desk, chat: int) -> int:
    person = people.create(desk.connection, keys=desk.keys, language="fa", name="Sara", at=desk.now)
    participants.enrol(desk.connection, person_id=person, sex="F", age=36, at=desk.now)
    people.bind_address(
        desk.connection,
        keys=desk.keys,
        person_id=person,
        channel="telegram",
        address=str(chat),
        at=desk.now,
    )
    return responses.open_form(
        desk.connection,
        participant=person,
        instrument=INSTRUMENT,
        version=desk.study.latest(INSTRUMENT).version,
        visit="month_1",
        opens_on=desk.today,
        closes_on=None,
        at=desk.now,
    )


def _submitted(connection: Connection) -> int:
    forms = (
        form
        for person in participants.everyone(connection)
        for form in responses.forms_of(connection, person)
    )
    return sum(form.submitted_at is not None for form in forms)
