"""Pictures are fetched, checked and kept after the commit: once, and whatever the channel does."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, func, select

from bot.photographs.keeping import Keeping
from bot.rehearsal.pictures import DrawnFiles
from bot.rehearsal.stage import add_staff
from bot.sending.delivery import Delivery
from bot.sending.files import FileAway, Files, NoFile
from bot.trial.definitions import DEFAULT_TRIAL, load_study
from bot.turn import photographs as pictures
from bot.turn.bodies import body_of
from bot.turn.desk import Desk
from bot.turn.desks import Desks
from flows.chart import Milestone
from flows.roles import Role
from storage import participants, people, photographs, tables
from storage.database import Database
from storage.keyring import Keyring
from storage.participants import NewMilestone
from storage.photographs import NewShot, Picture
from storage.schema import prepare
from storage.sealing import MasterKeys
from storage.web_chats import File
from tests.bot.fast_clock import FastClock

STUDY = load_study(DEFAULT_TRIAL)
VIEWS = [view.name for view in STUDY.trial.views]
ON = date(2026, 9, 26)


@dataclass
class Channel:
    """A channel that keeps files, and hands them over as it is told."""

    answer: Callable[[str, int], str]
    asked: list[str] = field(default_factory=list)

    async def fetch(self, file: str) -> File:
        self.asked.append(file)
        return await DrawnFiles.fetch(self.answer(file, len(self.asked)))


def as_named(file: str, _times: int) -> str:
    return file


@dataclass
class Clinic:
    """A clinician who sends pictures of one participant."""

    database: Database
    desks: Desks
    clock: FastClock
    clinician: int
    participant: int
    channel: Channel
    messages: int = 0

    async def send(self, file: str = "sharp picture", view: str = "frontal") -> None:
        self.messages += 1
        message = str(self.messages)

        def receive(desk: Desk) -> None:
            address = people.current_address(desk.connection, self.clinician)
            assert address is not None
            new = NewShot(
                self.participant,
                "baseline",
                view,
                ON,
                self.clinician,
                address,
                f"{address}:{message}",
                message,
            )
            photographs.receive(
                desk.connection, keys=desk.keys, new=new, file=f"photo:{file}", at=desk.now
            )

        await self.desks.write(self.database, f"send:{message}", receive)

    def keeping(self) -> Keeping:
        files = Files()
        files.keepers["telegram"] = self.channel
        return Keeping(self.database, self.desks, files, self.clock)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Keeping]:
        keeping = self.keeping()
        delivery = Delivery(self.database, self.desks, self.clock)
        task = asyncio.create_task(keeping.run(delivery))
        try:
            yield keeping
        finally:
            keeping.end()
            await task

    async def rows(self) -> list[tuple[str, str, str | None]]:
        table = tables.photograph

        def read(connection: Connection) -> list[tuple[str, str, str | None]]:
            rows = connection.execute(select(table).order_by(table.c.id))
            return [(row.view, row.state, row.reason) for row in rows]

        return await self.database.read(read)

    async def until_settled(self) -> list[tuple[str, str, str | None]]:
        async with asyncio.timeout(20):
            while True:
                rows = await self.rows()
                if not any(state == "received" for _, state, _ in rows):
                    return rows
                await asyncio.sleep(0.005)

    async def until(self, done: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not done():  # noqa: ASYNC110 - what is waited for is told by nobody
                await asyncio.sleep(0.005)

    async def told(self) -> list[tuple[str, dict[str, Any]]]:
        """What leaves to the clinician, by kind."""

        def read(connection: Connection) -> list[tuple[str, dict[str, Any]]]:
            key = self.desks.keys.of(connection, self.clinician)
            rows = connection.execute(select(tables.outbox).order_by(tables.outbox.c.id))
            return [(row.kind, body_of(key.open(row.body))) for row in rows]

        return await self.database.read(read)

    async def count(self) -> int:
        table = tables.photograph_file
        query = select(func.count()).select_from(table)
        return await self.database.read(lambda it: it.execute(query).scalar_one())


@pytest.fixture
async def clinic(tmp_path: Path) -> AsyncIterator[Clinic]:
    path, clock = tmp_path / "hamrah.sqlite3", FastClock()
    prepare(path, tmp_path / "backups", clock.now())
    database = Database.open(f"sqlite:///{path}")
    keys = await database.write(Keyring.open, MasterKeys.create(tmp_path / "master.key"))
    desks = Desks(keys, STUDY, clock)

    def begin(desk: Desk) -> tuple[int, int]:
        clinician = add_staff(desk, "Zahra", [Role.CLINICIAN], "en", ("telegram", "1"))
        person = people.create(
            desk.connection, keys=desk.keys, language="en", name="Sara", at=desk.now
        )
        participants.enrol(desk.connection, person_id=person, sex="F", age=30, at=desk.now)
        consented = NewMilestone(Milestone.CONSENTED, ON, detail={"photographs": "YES"})
        participants.record(
            desk.connection,
            keys=desk.keys,
            participant=person,
            new=consented,
            recorded_by=clinician,
            at=desk.now,
        )
        return clinician, person

    clinician, participant = await desks.write(database, "begin", begin)
    yield Clinic(database, desks, clock, clinician, participant, Channel(as_named))
    await database.close()


async def test_a_picture_is_kept_sealed_and_its_message_leaves_the_chat(clinic: Clinic) -> None:
    async with clinic.running():
        await clinic.send()
        assert await clinic.until_settled() == [("frontal", "kept", None)]
    ((kind, body),) = await clinic.told()
    assert (kind, body) == ("remove", {"message": "1"})
    sealed, file = await clinic.database.read(
        lambda it: (
            it.execute(select(tables.photograph_file.c.content)).scalar_one(),
            it.execute(select(tables.photograph.c.file)).scalar_one(),
        )
    )
    assert file is None
    assert b"JFIF" not in sealed.raw
    kept = await clinic.database.read(
        photographs.content,
        keys=clinic.desks.keys,
        participant=clinic.participant,
        visit="baseline",
        view="frontal",
    )
    assert kept is not None
    assert b"JFIF" in kept


async def test_what_was_received_before_the_start_is_looked_at(clinic: Clinic) -> None:
    await clinic.send(view="vertex")
    async with clinic.running():
        assert await clinic.until_settled() == [("vertex", "kept", None)]


async def test_a_channel_that_is_away_is_asked_again_and_keeps_nobody_waiting(
    clinic: Clinic,
) -> None:
    def later(file: str, times: int) -> str:
        return "lost picture" if file == "first" and times < 5 else "sharp picture"

    clinic.channel.answer = later
    await clinic.send("first")
    await clinic.send("second", "vertex")
    async with clinic.running():
        rows = await clinic.until_settled()
    assert [state for _, state, _ in rows] == ["kept", "kept"]
    assert clinic.channel.asked[:2] == ["first", "second"]
    assert await clinic.count() == 2


async def test_what_stays_away_is_given_up_while_it_can_still_leave_the_chat(
    clinic: Clinic,
) -> None:
    clinic.channel.answer = lambda _file, _times: "lost picture"
    await clinic.send()
    async with clinic.running():
        await clinic.until(lambda: len(clinic.channel.asked) > 2)
        assert await clinic.rows() == [("frontal", "received", None)]
        clinic.clock._began_at += timedelta(hours=24)
        assert await clinic.until_settled() == [("frontal", "refused", "away")]
    assert [kind for kind, _ in await clinic.told()] == ["remove", "message"]


async def test_a_file_that_is_gone_is_refused_at_once(clinic: Clinic) -> None:
    await clinic.send("no such file")
    async with clinic.running():
        assert await clinic.until_settled() == [("frontal", "refused", "no_file")]


async def test_a_fault_of_our_own_does_not_keep_the_others_waiting(clinic: Clinic) -> None:
    def fault(file: str, _times: int) -> str:
        if file == "first":
            raise RuntimeError
        return "sharp picture"

    clinic.channel.answer = fault
    await clinic.send("first")
    await clinic.send("second", "vertex")
    async with clinic.running():
        await clinic.until(lambda: clinic.channel.asked.count("first") > 2)
    assert await clinic.rows() == [("frontal", "received", None), ("vertex", "kept", None)]


async def test_a_row_is_settled_once_however_often_its_file_was_fetched(clinic: Clinic) -> None:
    await clinic.send()
    due = await clinic.database.read(photographs.due, at=clinic.clock.now())
    assert due is not None
    found = Picture(900, 1200, 99, b"a picture")
    for attempt in range(3):
        await clinic.desks.write(clinic.database, f"attempt:{attempt}", pictures.settle, due, found)
    assert await clinic.count() == 1
    assert len(await clinic.told()) == 1


async def test_all_views_are_told_in_one_message_and_recorded_once(clinic: Clinic) -> None:
    async with clinic.running():
        for view in VIEWS:
            await clinic.send(view=view)
        await clinic.until_settled()
    told = [body for kind, body in await clinic.told() if kind == "message"]
    assert [body["paragraphs"][0][0] for body in told] == ["photographs.kept"]
    chart = await clinic.database.read(participants.chart, clinic.participant)
    assert chart.visit("baseline").photographed_on == ON


async def test_the_newest_that_was_kept_counts(clinic: Clinic) -> None:
    async with clinic.running():
        for file in ("sharp picture", "sharp picture", "blurred picture"):
            await clinic.send(file)
        await clinic.until_settled()
    assert await clinic.count() == 2
    assert [state for _, state, _ in await clinic.rows()] == ["kept", "kept", "refused"]


async def test_nothing_of_a_picture_is_in_the_log(
    clinic: Clinic, capfd: pytest.CaptureFixture[str]
) -> None:
    async with clinic.running():
        for file in ("broken picture", "lost picture of Sara", "sharp picture"):
            await clinic.send(file)
        await clinic.until_settled()
    log = "".join(capfd.readouterr())
    assert "picture_unreadable" in log
    assert not any(word in log for word in ("Sara", "broken picture", "JFIF", "photo:"))


def test_files_know_when_their_channel_is_not_there() -> None:
    with pytest.raises(FileAway):
        asyncio.run(Files().fetch("photo:1"))
    with pytest.raises(NoFile):
        asyncio.run(DrawnFiles.fetch("nothing"))
