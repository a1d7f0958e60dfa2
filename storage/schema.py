"""Brings a database up to date before it is used, after a backup, and checks its guards.

Alembic is imported only when there is something to migrate: it costs a third of a second at start.
"""

from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import DatabaseError

from storage.backup import backup
from storage.database import sqlite_engine
from storage.failures import Failure
from storage.guards import missing, missing_guards
from storage.recording import recordings
from storage.tables import APPEND_ONLY, RECORDED, metadata

MIGRATIONS = Path(__file__).parent / "migrations"
# The newest migration; a test holds it against the files.
HEAD = "0017"


class NewerDatabase(Failure):
    """The database in {path} was written by a newer Hamrah (schema {found}); start that version,
    or restore the backup made before it was first started.
    """


class DatabaseUnusable(Failure):
    """The database in {path} cannot be opened ({why}); if that is the right file, restore a backup,
    and if not, correct HAMRAH_DATABASE.
    """


class GuardsMissing(Failure):
    """The database in {path} lost the triggers that protect its records ({names}); it may have
    been changed by hand. Restore a backup, and keep this file for whoever looks into it.
    """


def prepare(path: Path, backups: Path, at: datetime) -> None:
    """Create or upgrade the database file. Raises DatabaseUnusable, NewerDatabase or
    GuardsMissing.
    """
    engine = sqlite_engine(f"sqlite:///{path}")
    try:
        found = _revision(engine, path)
        if found is not None and found > HEAD:
            raise NewerDatabase(path=path, found=found)
        if found != HEAD:
            if found is not None:
                backups.mkdir(parents=True, exist_ok=True)
                backup(path, backups, at)
            _upgrade(engine)
        _check_guards(engine, path)
    finally:
        engine.dispose()
    path.chmod(0o600)


def is_prepared(path: Path) -> bool:
    """Whether the tables are there, as this version knows them; looking makes no file."""
    if not path.exists():
        return False
    engine = sqlite_engine(f"sqlite:///{path}")
    try:
        return _revision(engine, path) == HEAD
    except DatabaseUnusable:
        # Whoever makes the tables now may keep everybody else out of the file.
        return False
    finally:
        engine.dispose()


def _revision(engine: Engine, path: Path) -> str | None:
    try:
        with engine.connect() as connection:
            return _written_revision(connection)
    except DatabaseError as error:
        raise DatabaseUnusable(path=path, why=error.orig) from None


def _written_revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def _upgrade(engine: Engine) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        # A table that is made anew is dropped for a moment, while rows elsewhere refer to it.
        connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        command.upgrade(config, "head")
        assert not connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        connection.exec_driver_sql("COMMIT")


def missing_triggers(connection: Connection) -> list[str]:
    """The triggers that should stand and do not, or are other ones."""
    columns = {name: metadata.tables[name].columns.keys() for name in RECORDED}
    recording = [it for name in RECORDED for it in recordings(name, columns[name])]
    return missing_guards(connection, APPEND_ONLY) + missing(connection, recording)


def _check_guards(engine: Engine, path: Path) -> None:
    with engine.connect() as connection:
        lost = missing_triggers(connection)
    if lost:
        raise GuardsMissing(path=path, names=", ".join(lost))
