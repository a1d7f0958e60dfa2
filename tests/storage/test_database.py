import asyncio
import gc
import sqlite3
import stat
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert, text
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.util import await_only

from storage.database import (
    LARGEST_GROUP,
    Database,
    DatabaseClosed,
    GroupLost,
    NotAFile,
    OwnTransaction,
    announce,
)
from tests.storage.notes import (
    Refused,
    count_up,
    counted,
    create,
    note,
    note_and_fail,
    notes,
    texts,
    topics,
)


class Gate:
    """Holds the writer inside one call, so that those behind it surely wait together."""

    def __init__(self) -> None:
        self.entered = threading.Event()
        self.opened = threading.Event()

    def hold(self, _: Connection) -> None:
        self.entered.set()
        assert self.opened.wait(10)


async def behind(database: Database, gate: Gate) -> "asyncio.Task[None]":
    held = asyncio.create_task(database.write(gate.hold))
    assert await asyncio.to_thread(gate.entered.wait, 10)
    return held


def pragma(connection: Connection, name: str) -> object:
    return connection.execute(text(f"PRAGMA {name}")).scalar_one()


async def test_concurrent_read_then_write_loses_nothing(database: Database) -> None:
    values = await asyncio.gather(*(database.write(count_up) for _ in range(20)))
    assert sorted(values) == list(range(1, 21))
    assert await database.read(counted) == 20


async def test_a_failing_write_goes_alone(database: Database) -> None:
    gate = Gate()
    held = await behind(database, gate)
    first = asyncio.create_task(database.write(note, "first"))
    failing = asyncio.create_task(database.write(note_and_fail, "failing"))
    last = asyncio.create_task(database.write(note, "last"))
    await asyncio.sleep(0)
    gate.opened.set()
    with pytest.raises(Refused):
        await failing
    await asyncio.gather(held, first, last)
    assert await database.read(texts) == ["first", "last"]


async def test_a_failing_statement_goes_alone(database: Database) -> None:
    written = await asyncio.gather(
        database.write(note, "first"),
        database.write(note, "orphan", topic=7),
        database.write(note, "last"),
        return_exceptions=True,
    )
    assert isinstance(written[1], IntegrityError)
    assert await database.read(texts) == ["first", "last"]


async def test_waiting_writes_share_commits(database: Database) -> None:
    commits: list[int] = []
    gate = Gate()
    held = await behind(database, gate)
    writes = [asyncio.create_task(database.write(count_up)) for _ in range(192)]
    await asyncio.sleep(0)
    database.on_commit("counted", lambda: commits.append(1))
    gate.opened.set()
    await asyncio.gather(held, *writes)
    await asyncio.sleep(0)
    assert len(commits) == 3
    assert await database.read(counted) == 192


async def test_results_come_after_the_commit(database: Database) -> None:
    """Each caller reads its own write at once through another connection."""

    async def write_and_look(number: int) -> bool:
        await database.write(note, f"note {number}")
        return f"note {number}" in await database.read(texts)

    assert all(await asyncio.gather(*(write_and_look(number) for number in range(50))))


async def test_a_cancelled_caller_breaks_and_undoes_nothing(database: Database) -> None:
    gate = Gate()
    held = await behind(database, gate)
    cancelled = asyncio.create_task(database.write(note, "cancelled"))
    patient = asyncio.create_task(database.write(note, "patient"))
    await asyncio.sleep(0)
    cancelled.cancel()
    with pytest.raises(asyncio.CancelledError):
        await cancelled
    gate.opened.set()
    await asyncio.gather(held, patient)
    assert await database.read(texts) == ["cancelled", "patient"]


async def test_what_a_write_announces_is_told_after_its_commit(database: Database) -> None:
    calls: list[asyncio.AbstractEventLoop] = []
    database.on_commit("notes", lambda: calls.append(asyncio.get_running_loop()))
    await database.write(announce, "notes")
    await asyncio.sleep(0)
    assert calls == [asyncio.get_running_loop()]
    await database.write(announce, "something else")
    await database.write(note, "said to nobody")
    await asyncio.sleep(0)
    assert len(calls) == 1


async def test_a_reader_sees_only_what_is_committed_and_does_not_wait(database: Database) -> None:
    written = threading.Event()
    opened = threading.Event()

    def write_slowly(connection: Connection) -> None:
        note(connection, "slow")
        written.set()
        assert opened.wait(10)

    slow = asyncio.create_task(database.write(write_slowly))
    assert await asyncio.to_thread(written.wait, 10)
    assert await database.read(texts) == []
    opened.set()
    await slow
    assert await database.read(texts) == ["slow"]


async def test_a_read_sees_one_state_from_its_first_statement_on(database: Database) -> None:
    def read_around_a_write(connection: Connection) -> tuple[int, int]:
        before = counted(connection)
        await_only(database.write(count_up))
        return before, counted(connection)

    assert await database.read(read_around_a_write) == (0, 0)
    assert await database.read(counted) == 1


async def test_a_read_can_change_nothing(database: Database) -> None:
    with pytest.raises(OperationalError, match="readonly"):
        await database.read(note, "written by a reader")
    assert await database.read(texts) == []


async def test_cancelled_reads_leave_the_database_usable(database: Database) -> None:
    for _ in range(3):
        reads = [asyncio.create_task(database.read(counted)) for _ in range(20)]
        await asyncio.sleep(0)
        for read in reads:
            read.cancel()
        await asyncio.gather(*reads, return_exceptions=True)
    assert await database.read(counted) == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("journal_mode", "wal"),
        ("synchronous", 2),
        ("foreign_keys", 1),
        ("recursive_triggers", 1),
        ("busy_timeout", 10_000),
    ],
)
async def test_every_connection_has_our_settings(
    database: Database, name: str, value: object
) -> None:
    assert await database.write(pragma, name) == value
    assert await database.read(pragma, name) == value


async def test_foreign_keys_hold(database: Database) -> None:
    with pytest.raises(IntegrityError):
        await database.write(note, "orphan", topic=7)
    await database.write(lambda connection: connection.execute(insert(topics).values(id=7)))
    await database.write(note, "child", topic=7)
    assert await database.read(texts) == ["child"]


async def test_a_savepoint_within_a_write_undoes_only_itself(database: Database) -> None:
    def insert_or_fall_back(connection: Connection) -> None:
        note(connection, "before")
        with pytest.raises(IntegrityError), connection.begin_nested():
            connection.execute(insert(notes).values(id=1))
        note(connection, "after")

    await database.write(insert_or_fall_back)
    assert await database.read(texts) == ["before", "after"]


@pytest.mark.parametrize("ending", [Connection.commit, Connection.rollback])
async def test_a_write_that_ends_the_transaction_stores_nothing(
    database: Database, ending: Callable[[Connection], None]
) -> None:
    def write_and_end(connection: Connection) -> None:
        note(connection, "half")
        ending(connection)
        note(connection, "torn")

    with pytest.raises((GroupLost, OwnTransaction)):
        await database.write(write_and_end)
    assert await database.read(texts) == []
    await database.write(note, "later")
    assert await database.read(texts) == ["later"]


async def test_any_exception_reaches_its_caller(database: Database) -> None:
    """A future refuses StopIteration; whoever waits must hear of it all the same."""
    with pytest.raises(RuntimeError, match="StopIteration"):
        await database.write(lambda _: next(iter(())))
    assert await database.write(counted) == 0


async def test_a_locked_database_loses_the_group_and_serves_the_next(
    database: Database, path: Path
) -> None:
    def wait_less(connection: Connection) -> None:
        connection.exec_driver_sql("PRAGMA busy_timeout = 10")

    await database.write(wait_less)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(GroupLost) as lost:
            await database.write(note, "locked out")
        assert "locked" in str(lost.value.__cause__)
    await database.write(note, "later")
    assert await database.read(texts) == ["later"]


async def test_errors_do_not_show_what_was_written(database: Database) -> None:
    with pytest.raises(IntegrityError) as refused:
        await database.write(note, "a private sentence", topic=7)
    assert "private" not in str(refused.value)
    with pytest.raises(OperationalError) as forbidden:
        await database.read(note, "a private sentence")
    assert "private" not in str(forbidden.value)


async def test_close_finishes_what_waits_and_refuses_what_comes_later(path: Path) -> None:
    before = set(threading.enumerate())
    database = Database.open(f"sqlite:///{path}")
    await database.write(create)
    gate = Gate()
    held = await behind(database, gate)
    waiting = [asyncio.create_task(database.write(count_up)) for _ in range(LARGEST_GROUP + 1)]
    await asyncio.sleep(0)
    closing_down = asyncio.create_task(database.close())
    await asyncio.sleep(0)
    with pytest.raises(DatabaseClosed):
        await database.write(count_up)
    with pytest.raises(DatabaseClosed):
        await database.read(counted)
    gate.opened.set()
    await asyncio.gather(held, closing_down)
    assert len(await asyncio.gather(*waiting)) == LARGEST_GROUP + 1
    begun = set(threading.enumerate()) - before
    assert "database-writer" not in {thread.name for thread in begun}
    await database.close()


@pytest.mark.parametrize("cancelled", [False, True])
async def test_close_waits_for_reads_under_way(path: Path, cancelled: bool) -> None:
    database = Database.open(f"sqlite:///{path}")
    await database.write(create)
    under_way = asyncio.Event()

    def read_long(connection: Connection) -> int:
        under_way.set()
        return sum(counted(connection) for _ in range(30))

    reads = [asyncio.create_task(database.read(read_long)) for _ in range(20)]
    await under_way.wait()
    if cancelled:
        for read in reads:
            read.cancel()
    await database.close()
    told = await asyncio.gather(*reads, return_exceptions=True)
    assert cancelled or told == [0] * 20
    gc.collect()  # A connection left open would be complained of here.
    assert [left.name for left in path.parent.iterdir()] == [path.name]


async def test_close_leaves_one_file(path: Path) -> None:
    database = Database.open(f"sqlite:///{path}")
    await database.write(create)
    await database.read(counted)
    await database.close()
    assert [left.name for left in path.parent.iterdir()] == [path.name]


async def test_only_the_owner_can_read_the_files(database: Database, path: Path) -> None:
    await database.write(note, "one")
    files = list(path.parent.iterdir())
    assert len(files) == 3
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


@pytest.mark.parametrize(
    "url", ["sqlite://", "sqlite:///:memory:", "postgresql://localhost/hamrah"]
)
async def test_only_files_are_opened(url: str) -> None:
    with pytest.raises(NotAFile):
        Database.open(url)
