"""Copies of the database that were checked before they got their name.

A copy is taken while the database is in use, holds one committed state, is one file without a
journal, and never overwrites another.
"""

import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from storage.disk import sync
from storage.failures import Failure
from storage.sealing import Ciphertext, Unreadable

_NAME = "hamrah-%Y%m%dT%H%M%SZ.sqlite3"


class BackupExists(Failure):
    """There is already a backup at {path}; it is never overwritten."""


class BackupUnsound(Failure):
    """The copy made for {path} did not pass SQLite's integrity check, so it was thrown away; look
    at the database and its disk at once.
    """


def backup(database_path: Path, folder: Path, at: datetime) -> Path:
    if at.tzinfo is None:
        raise ValueError("A backup is named after a moment with its time zone.")
    path = folder / at.astimezone(UTC).strftime(_NAME)
    partial = _reserve(path)
    try:
        _copy(database_path, partial)
        if not _is_sound(partial):
            raise BackupUnsound(path=path)
        sync(partial)
        partial.rename(path)
    finally:
        partial.unlink(missing_ok=True)
    sync(folder)
    return path


@dataclass(frozen=True, slots=True)
class Copy:
    """A file in the backups folder, and the ids of the master keys that it needs; None where that
    cannot be told, as of a copy that was never finished.
    """

    path: Path
    needs: frozenset[int] | None


def copies(folder: Path) -> list[Copy]:
    """Every backup there is, the oldest first, and what may be one."""
    return [Copy(path, _needs(path)) for path in sorted(folder.glob("*")) if path.is_file()]


def _needs(path: Path) -> frozenset[int] | None:
    address = f"{path.resolve().as_uri()}?mode=ro"
    try:
        with closing(sqlite3.connect(address, uri=True)) as copy:
            wrapped = copy.execute("SELECT wrapped FROM key").fetchall()
        return frozenset(Ciphertext(raw).key_id for (raw,) in wrapped)
    except (sqlite3.Error, Unreadable):
        return None


def made_at(path: Path) -> datetime | None:
    """When a backup was made, by its name; None for another file."""
    try:
        return datetime.strptime(path.name, _NAME).replace(tzinfo=UTC)
    except ValueError:
        return None


def prune(folder: Path, *, before: datetime) -> list[Path]:
    """Delete the backups from before then, but never the newest; returns what was deleted."""
    dated = sorted((made, path) for path in folder.iterdir() if (made := made_at(path)))
    old = [path for made, path in dated[:-1] if made < before]
    for path in old:
        path.unlink()
    sync(folder)
    return old


def empty_journal(database_path: Path) -> bool:
    """Bring what was written into the database itself, and leave nothing of it in the journal.
    False where others kept reading from that for as long as we wait.
    """
    with closing(sqlite3.connect(database_path, timeout=10)) as database:
        (busy, _, _) = database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy


def _reserve(path: Path) -> Path:
    """Only one run can make the unfinished file, and it goes on only when the name is free."""
    partial = path.with_suffix(".partial")
    try:
        os.close(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        raise BackupExists(path=partial) from None
    if path.exists():
        partial.unlink()
        raise BackupExists(path=path)
    return partial


def _copy(database_path: Path, partial: Path) -> None:
    # Opened without the right to create it, a missing database is an error and no empty backup.
    source = f"{database_path.resolve().as_uri()}?mode=rw"
    with (
        closing(sqlite3.connect(source, uri=True)) as database,
        closing(sqlite3.connect(partial)) as copy,
    ):
        database.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")


def _is_sound(partial: Path) -> bool:
    with closing(sqlite3.connect(partial)) as copy:
        return copy.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
