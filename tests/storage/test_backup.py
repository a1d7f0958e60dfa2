import asyncio
import sqlite3
import stat
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from storage.backup import BackupExists, BackupUnsound, backup
from storage.database import Database
from tests.storage.notes import count_up, note, texts

AT = datetime(2026, 11, 22, 21, 6, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "backups"
    made.mkdir()
    return made


def names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


async def test_a_backup_is_a_database_of_its_own(
    database: Database, path: Path, folder: Path
) -> None:
    await database.write(note, "kept")
    made = await asyncio.to_thread(backup, path, folder, AT)
    await database.write(note, "too late")
    assert names(folder) == ["hamrah-20261122T210600Z.sqlite3"]
    assert stat.S_IMODE(made.stat().st_mode) == 0o600
    restored = Database.open(f"sqlite:///{made}")
    assert await restored.read(texts) == ["kept"]
    await restored.close()


async def test_a_backup_is_taken_while_writes_go_on(
    database: Database, path: Path, folder: Path
) -> None:
    writes = [asyncio.create_task(database.write(count_up)) for _ in range(300)]
    made = await asyncio.to_thread(backup, path, folder, AT)
    assert sorted(await asyncio.gather(*writes)) == list(range(1, 301))
    with closing(sqlite3.connect(made)) as copy:
        assert copy.execute("SELECT count(*) FROM counter").fetchone() == (1,)


async def test_the_name_is_in_utc(database: Database, path: Path, folder: Path) -> None:
    tehran = timezone(timedelta(hours=3, minutes=30))
    assert backup(path, folder, AT.astimezone(tehran)).name == "hamrah-20261122T210600Z.sqlite3"


async def test_a_naive_moment_is_refused(database: Database, path: Path, folder: Path) -> None:
    with pytest.raises(ValueError, match="time zone"):
        backup(path, folder, AT.replace(tzinfo=None))


async def test_a_backup_is_never_overwritten(database: Database, path: Path, folder: Path) -> None:
    first = backup(path, folder, AT).read_bytes()
    await database.write(note, "later")
    with pytest.raises(BackupExists, match="never overwritten"):
        backup(path, folder, AT)
    assert names(folder) == ["hamrah-20261122T210600Z.sqlite3"]
    assert (folder / "hamrah-20261122T210600Z.sqlite3").read_bytes() == first


def test_a_missing_database_makes_no_backup(tmp_path: Path, folder: Path) -> None:
    with pytest.raises(sqlite3.OperationalError):
        backup(tmp_path / "missing.sqlite3", folder, AT)
    assert names(folder) == []


def test_an_unsound_database_makes_no_backup(tmp_path: Path, folder: Path) -> None:
    """An index that does not agree with its table is what integrity_check is there to find."""
    path = tmp_path / "unsound.sqlite3"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(
            """
            CREATE TABLE notes (text);
            CREATE INDEX by_text ON notes (text);
            INSERT INTO notes VALUES ('one');
            PRAGMA writable_schema = ON;
            UPDATE sqlite_master SET sql = 'CREATE INDEX by_text ON notes (text || 1)'
            WHERE name = 'by_text';
            """
        )
    with pytest.raises(BackupUnsound, match="integrity check"):
        backup(path, folder, AT)
    assert names(folder) == []
