"""A clock that turns out wrong is kept and told once, and once more when it is right again."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection

from bot.clock_offset import IN_A_ROW, Measurements, Offset
from bot.rehearsal.stage import add_staff
from bot.timekeeping import Timekeeping
from bot.trial.definitions import DEFAULT_TRIAL, load_study
from bot.turn.bodies import body_of, message_from_json
from bot.turn.desk import Desk
from bot.turn.desks import Desks
from bot.turn.drifts import judge
from flows.roles import Role
from storage import audit, clock_changes, fates
from storage.database import Database
from storage.keyring import Keyring
from storage.schema import prepare
from storage.sealing import MasterKeys
from tests.bot.hand_clock import HandClock

STUDY = load_study(DEFAULT_TRIAL)
RIGHT, AHEAD, FURTHER, BEHIND = Offset(-1, 1), Offset(94, 96), Offset(399, 401), Offset(-9e3, -8e3)
STAFF = {"administrator": 1, "pi": 2, "both": 3}


class Trial:
    def __init__(self, database: Database, desks: Desks) -> None:
        self.database = database
        self.desks = desks

    async def judge(self, *measured: Offset) -> None:
        for each in measured:
            await self.desks.write(self.database, "clock", judge, each)

    async def told(self, who: str) -> list[str]:
        """What this person was told, in their language."""

        def read(connection: Connection) -> list[str]:
            kept = fates.messages_to(
                connection, keys=self.desks.keys, person_id=STAFF[who], kinds=("message",)
            )
            return [it.body for it in kept]

        language = "fa" if who == "pi" else "en"
        messages = [message_from_json(body_of(it)) for it in await self.database.read(read)]
        return [STUDY.render(words, language) for it in messages for words in it.paragraphs]

    async def kept(self) -> list[tuple[str, dict[str, object], int]]:
        """What the audit trail says of the clock, and how each of these entries is marked."""

        def read(connection: Connection) -> list[tuple[str, dict[str, object], int]]:
            marks = clock_changes.marks(connection)
            verbs = ("clock_drift", "clock_right")
            entries = audit.of_verbs(connection, keys=self.desks.keys, verbs=verbs)
            return [
                (it.act.verb, dict(it.act.detail), marks.off_by("audit", it.id)) for it in entries
            ]

        return await self.database.read(read)


@pytest.fixture
async def trial(tmp_path: Path) -> AsyncIterator[Trial]:
    path, clock = tmp_path / "hamrah.sqlite3", HandClock()
    prepare(path, tmp_path / "backups", clock.now())
    database = Database.open(f"sqlite:///{path}")
    keys = await database.write(Keyring.open, MasterKeys.create(tmp_path / "master.key"))
    made = Trial(database, Desks(keys, STUDY, clock))

    def add(desk: Desk) -> None:
        for name, roles, language in (
            ("administrator", [Role.ADMINISTRATOR], "en"),
            ("pi", [Role.PI], "fa"),
            ("both", [Role.ADMINISTRATOR, Role.PI], "en"),
        ):
            assert add_staff(desk, name, roles, language, ("web", name)) == STAFF[name]

    await made.desks.write(database, "test", add)
    yield made
    await database.close()


async def test_it_is_told_when_it_begins_and_when_it_is_over(trial: Trial) -> None:
    await trial.judge(RIGHT, AHEAD, AHEAD, RIGHT, RIGHT)
    for who in STAFF:
        begun, over = await trial.told(who)
        assert ("۹۵ ثانیه جلو" if who == "pi" else "95 seconds ahead") in begun
        assert "timedatectl" in begun
        assert ("دوباره درست" if who == "pi" else "right again") in over


async def test_what_it_was_wrong_by_is_kept_each_time_that_it_changes(trial: Trial) -> None:
    await trial.judge(AHEAD, FURTHER, Offset(450, 452), BEHIND, RIGHT)
    assert await trial.kept() == [
        ("clock_drift", {"seconds_ahead": 95}, 95),
        ("clock_drift", {"seconds_ahead": 400}, 400),
        ("clock_drift", {"seconds_ahead": -8500}, -8500),
        ("clock_right", {}, 0),
    ]
    assert len(await trial.told("administrator")) == 2


async def test_a_second_drift_is_told_again(trial: Trial) -> None:
    await trial.judge(FURTHER, RIGHT, BEHIND)
    first, _, second = await trial.told("administrator")
    assert "7 minutes ahead" in first
    assert "2 hours behind" in second


@asynccontextmanager
async def started(trial: Trial) -> AsyncIterator[Measurements]:
    """The service as it keeps the time, from a start to its end."""
    measurements, stopping = Measurements(), asyncio.Event()
    keeping = Timekeeping(trial.database, trial.desks, measurements)
    task = asyncio.create_task(keeping.run(stopping))
    yield measurements
    stopping.set()
    await task


async def hear(measurements: Measurements, said: Offset, first: int) -> None:
    """Enough answers, and the time to look at each."""
    for number in range(first, first + IN_A_ROW):
        measurements.take("telegram", said, asked=number, came=number + 0.5)
        await asyncio.sleep(0.05)


async def test_a_start_in_the_middle_neither_loses_nor_doubles_it(trial: Trial) -> None:
    async with started(trial) as measurements:
        await hear(measurements, AHEAD, 0)
        await hear(measurements, AHEAD, 10)
    assert len(await trial.kept()) == 1
    async with started(trial) as measurements:
        await hear(measurements, AHEAD, 0)
        assert len(await trial.kept()) == 1
        await hear(measurements, RIGHT, 10)
    assert [verb for verb, _, _ in await trial.kept()] == ["clock_drift", "clock_right"]
    assert len(await trial.told("administrator")) == 2
