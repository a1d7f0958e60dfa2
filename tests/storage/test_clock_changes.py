"""Which rows were written while our clock was wrong, by their order alone."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert, select

from storage import audit, clock_changes, tables
from storage.audit import Act
from storage.clock_changes import Change, Marks
from storage.database import Database
from storage.keyring import Keyring
from storage.schema import prepare
from storage.sealing import MasterKeys

# All of it at one moment: a clock that was set back gives the same times twice.
AT = datetime(2026, 9, 26, 5, 30, tzinfo=UTC)


async def test_rows_are_marked_that_were_written_between_two_changes(tmp_path: Path) -> None:
    path = tmp_path / "hamrah.sqlite3"
    prepare(path, tmp_path / "backups", AT)
    database = Database.open(f"sqlite:///{path}")
    keys = await database.write(Keyring.open, MasterKeys.create(tmp_path / "master.key"))

    def enter(connection: Connection) -> None:
        """An entry of the audit trail, and another row every second time."""
        for _ in range(2):
            audit.append(connection, keys=keys, at=AT, act=Act("nudge", "system"))
        failed = {"sex": "F", "age": 30, "reason": "AGE", "recorded_by": 1, "recorded_at": AT}
        connection.execute(insert(tables.screening_failure).values(failed))

    def make_person(connection: Connection) -> None:
        connection.execute(insert(tables.person).values(id=1, language="en", created_at=AT))

    await database.write(make_person)
    await database.write(enter)
    assert await database.read(clock_changes.standing) == 0
    for off_by in (95, -7200, 0):
        await database.write(clock_changes.note, off_by=off_by, at=AT)
        assert await database.read(clock_changes.standing) == off_by
        await database.write(enter)
    marks = await database.read(clock_changes.marks)

    def ids(connection: Connection, name: str) -> list[int]:
        return list(connection.scalars(select(tables.metadata.tables[name].c.id)))

    found = {
        name: [marks.off_by(name, row) for row in await database.read(ids, name)]
        for name in ("audit", "screening_failure")
    }
    await database.close()
    assert found == {
        "audit": [0, 0, 95, 95, -7200, -7200, 0, 0],
        "screening_failure": [0, 95, -7200, 0],
    }


def test_a_table_that_came_later_has_rows_since_the_newest_change_alone() -> None:
    assert Marks([Change(95, {"audit": 7})]).off_by("response", 1) == 95
    assert Marks([Change(95, {"audit": 7}), Change(0, {})]).off_by("response", 1) == 0


def test_rows_that_are_not_numbered_as_they_are_written_have_no_mark() -> None:
    with pytest.raises(KeyError):
        Marks([Change(95, {})]).off_by("participant", 1)
