"""A full disk: exactly the acknowledged writes are in the file, whatever group they were in."""

import asyncio
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert, text
from sqlalchemy.exc import OperationalError

from storage.database import Database, GroupLost
from tests.storage.notes import create, log, note

LONG = "x" * 1000
STORED = "SELECT substr(text, 1, 4) FROM notes UNION SELECT substr(line, 1, 4) FROM log"


def fill_up(connection: Connection, spare_pages: int) -> None:
    pages = connection.execute(text("PRAGMA page_count")).scalar_one()
    connection.execute(text(f"PRAGMA max_page_count = {pages + spare_pages}"))


def write_plainly(connection: Connection, number: int) -> None:
    note(connection, f"{number:04} {LONG}")


def write_barely(connection: Connection, number: int) -> None:
    """One row and no constraint: here SQLite keeps nothing to undo the statement alone."""
    connection.execute(insert(log).values(line=f"{number:04} {LONG}"))


def write_at_once(connection: Connection, number: int) -> None:
    """Several rows in one statement, which SQLite may have to undo half-way."""
    rows = [{"text": f"{number:04} {LONG}"} for _ in range(3)]
    connection.execute(text("INSERT INTO notes (text) VALUES (:text)"), rows)


def write_in_a_savepoint(connection: Connection, number: int) -> None:
    with connection.begin_nested():
        write_plainly(connection, number)


def write_and_shrug(connection: Connection, number: int) -> None:
    """Swallows the full disk and goes on, as a careless function might."""
    try:
        write_barely(connection, number)
    except OperationalError:
        connection.execute(text("UPDATE counter SET value = value + 1"))


async def acknowledged(
    database: Database, write: Callable[[Connection, int], None], numbers: range
) -> list[int]:
    """The numbers of the writes that were told to be stored."""
    told = await asyncio.gather(
        *(database.write(write, number) for number in numbers), return_exceptions=True
    )
    return [number for number, error in zip(numbers, told, strict=True) if error is None]


def stored(path: Path) -> list[int]:
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute(STORED).fetchall()
    return sorted(int(number) for (number,) in rows)


@pytest.mark.parametrize(
    "write", [write_plainly, write_barely, write_at_once, write_in_a_savepoint]
)
@pytest.mark.parametrize("spare_pages", [0, 5, 20, 40])
async def test_what_is_acknowledged_is_stored_and_nothing_else(
    database: Database, path: Path, write: Callable[[Connection, int], None], spare_pages: int
) -> None:
    await database.write(fill_up, spare_pages)
    told = []
    for start in range(0, 200, 20):
        told += await acknowledged(database, write, range(start, start + 20))
    assert len(told) < 200
    await database.close()
    assert stored(path) == told


async def test_a_group_on_a_full_disk_is_lost_as_a_whole(database: Database, path: Path) -> None:
    await database.write(fill_up, 2)
    told = await asyncio.gather(
        *(database.write(write_barely, number) for number in range(60)), return_exceptions=True
    )
    assert any(isinstance(error, GroupLost) for error in told)
    await database.close()
    assert stored(path) == [number for number, error in enumerate(told) if error is None]


async def test_a_swallowed_full_disk_tears_no_write_apart(database: Database, path: Path) -> None:
    await database.write(fill_up, 5)
    await acknowledged(database, write_and_shrug, range(100))
    await database.close()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT value FROM counter").fetchone() == (0,)


async def test_writing_goes_on_when_there_is_room_again(database: Database, path: Path) -> None:
    await database.write(fill_up, 0)
    assert len(await acknowledged(database, write_plainly, range(20))) < 20
    await database.write(fill_up, 1000)
    assert await acknowledged(database, write_plainly, range(20, 40)) == list(range(20, 40))


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)]
    try:
        subprocess.run(mounting, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("mounting a small file system is not permitted here")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


@pytest.mark.slow
async def test_a_disk_that_is_really_full(tiny_disk: Path) -> None:
    path = tiny_disk / "hamrah.sqlite3"
    database = Database.open(f"sqlite:///{path}")
    await database.write(create)
    told = []
    for start in range(0, 1000, 50):
        told += await acknowledged(database, write_plainly, range(start, start + 50))
    assert 0 < len(told) < 1000
    await database.close()
    assert stored(path) == told
