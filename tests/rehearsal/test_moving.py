"""The clock of a rehearsal: what is due happens in its order, as it would have."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.rehearsal import stage
from bot.rehearsal.clock import MovableClock
from bot.rehearsal.moving import Moving
from bot.rehearsal.running import RehearsalPart
from bot.rehearsal.scene import Rehearsal
from bot.sending.files import Files
from bot.service import Service
from bot.setting_values import Listen
from bot.trial.definitions import DEFAULT_TRIAL, load_study
from bot.turn.desks import Desks
from bot.turn.links import Links
from bot.web.server import open_socket
from storage import planned, rehearsals, tables
from storage.database import Database
from storage.keyring import Keyring
from storage.rehearsals import LiveData
from storage.rehearsals import Rehearsal as Begun
from storage.schema import prepare
from storage.sealing import MasterKeys

STUDY = load_study(DEFAULT_TRIAL)


@asynccontextmanager
async def rehearsing(
    folder: Path, seconds_ahead: int = 0
) -> AsyncIterator[tuple[Database, MovableClock, Moving]]:
    path, clock = folder / "hamrah.sqlite3", MovableClock(seconds_ahead)
    prepare(path, folder / "backups", clock.now())
    database = Database.open(f"sqlite:///{path}")
    keys = await database.write(Keyring.open, MasterKeys.create(folder / "master.key"))
    await database.write(rehearsals.take_up, beginning=Begun("epoch", 0), path=path)
    desks = Desks(keys, STUDY, clock, Links({"web": "http://x/#start={}".format}))
    scene = Rehearsal(database, desks, "epoch")
    part = RehearsalPart(database, desks, Files(), scene, ["http://x"])
    stopping = asyncio.Event()
    await desks.write(database, "stage", stage.prepare, "en")
    with open_socket(Listen("127.0.0.1", 0)) as listener:
        service = Service(database, desks, [part], listener, stopping)
        moving = Moving(database, clock, service, part.pages)
        scene.set_in_motion(moving)
        running = asyncio.create_task(service.run())
        await service.begun.wait()
        yield database, clock, moving
        stopping.set()
        await running
    await database.close()


async def test_the_next_thing_due_happens_at_its_own_moment(tmp_path: Path) -> None:
    """At first that is the weekly summary, which reaches the PI's phone when it is due."""
    async with rehearsing(tmp_path) as (database, clock, moving):
        due_at = await database.read(planned.next_due_at)
        assert due_at is not None
        await moving.move("next")
        assert timedelta(0) <= clock.now() - due_at < timedelta(seconds=30)
        line = tables.web_line
        newest = select(line.c.at).order_by(line.c.changed.desc()).limit(1)
        at = await database.read(lambda it: it.execute(newest).scalar_one())
        assert timedelta(0) <= at - due_at < timedelta(seconds=30)


async def test_time_goes_on_by_itself_however_far_ahead_the_clock_is(tmp_path: Path) -> None:
    """What is due is looked for at the beginning, and not only when the clock gets there."""
    async with rehearsing(tmp_path, 30 * 86_400) as (_database, _clock, moving):
        async with asyncio.timeout(10):
            while moving._service.ticks.last_at is None:  # noqa: ASYNC110 - nobody tells of it
                await asyncio.sleep(0.01)


async def test_two_weeks_are_walked_through_in_order(tmp_path: Path) -> None:
    """Each summary is written in its own week, though all that time passes in a moment."""
    async with rehearsing(tmp_path) as (database, clock, moving):
        began_at = clock.now()
        for _ in range(15):
            await moving.move("day")
        assert clock.now() - began_at >= timedelta(days=15)
        outbox = tables.outbox
        made = select(outbox.c.made_at).where(outbox.c.made_at > began_at + timedelta(hours=1))
        moments = await database.read(lambda it: list(it.scalars(made.order_by(outbox.c.id))))
        assert moments == sorted(moments)
        assert len({moment.date() for moment in moments}) >= 2
        found = await database.read(rehearsals.find)
        assert found is not None
        assert found.seconds_ahead >= 15 * 86_400


async def test_a_database_with_a_trial_in_it_is_not_rehearsed_on(tmp_path: Path) -> None:
    async with rehearsing(tmp_path) as (database, _clock, _moving):
        found = await database.write(rehearsals.take_up, beginning=Begun("other", 0), path=tmp_path)
        assert found.epoch == "epoch"
        await database.write(lambda it: it.execute(tables.rehearsal.delete()))
        with pytest.raises(LiveData, match="no rehearsal"):
            await database.write(rehearsals.take_up, beginning=Begun("other", 0), path=tmp_path)
