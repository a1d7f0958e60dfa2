"""Whichever byte of the record somebody changes in the file, it is found, and where it was.

The file is that of a real trial. What is changed is changed as somebody with the file can do it:
without the triggers, and with any bytes whatever.
"""

import asyncio
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine

from bot.rehearsal.scenes import given as prepared
from bot.rehearsal.world import World
from storage import audit_chain, record
from storage.audit_chain import Broken, Intact
from storage.database import sqlite_engine
from storage.record import BrokenRecord, ChangedRow
from storage.tables import RECORDED

CHAINED = ("audit", "audit_head", "record")
# Each of these stands in the trial that is played, so that their cells are really changed.
AT_LEAST = {
    "allocation",
    "arm_told",
    "confirmation",
    "envelope",
    "form",
    "identity",
    "milestone",
    "participant",
    "photograph",
    "photograph_file",
    "response",
    "sealed_arm",
    "session_note",
    "staff_role",
}


@dataclass(frozen=True, slots=True)
class Cell:
    table: str
    row: int
    column: str


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("played")
    asyncio.run(_play(folder))
    return folder / "hamrah.sqlite3"


async def _play(folder: Path) -> None:
    world = await World.begin(folder)
    await prepared(world, "a treated woman P-001")
    await world.phone("P-001").send("May I wash my hair today?")
    await world.end()


@pytest.fixture
def engine(played: Path) -> Iterator[Engine]:
    engine = sqlite_engine(f"sqlite:///{played}")
    yield engine
    engine.dispose()


def unguard(connection: Connection) -> None:
    triggers = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    connection.exec_driver_sql("PRAGMA ignore_check_constraints = ON")
    for name in connection.exec_driver_sql(triggers).scalars().all():
        connection.exec_driver_sql(f"DROP TRIGGER {name}")


def cells(connection: Connection, tables: Sequence[str]) -> list[Cell]:
    found = []
    for table in tables:
        columns = connection.exec_driver_sql(f"PRAGMA table_info({table})").all()
        rows = connection.exec_driver_sql(f"SELECT rowid FROM {table}").scalars().all()
        found += [Cell(table, row, column[1]) for row in rows for column in columns]
    return found


def stored(connection: Connection, cell: Cell) -> tuple[str, bytes | None]:
    row = connection.exec_driver_sql(
        f'SELECT typeof("{cell.column}"), CAST("{cell.column}" AS BLOB) '
        f"FROM {cell.table} WHERE rowid = ?",
        (cell.row,),
    ).one()
    return row[0], row[1]


def other_than(kind: str, value: bytes | None, data: st.DataObject) -> tuple[str, bytes | int]:
    """Something else for a cell, and how to put it there: one byte is another one, or a number."""
    match kind:
        case "integer":
            number = data.draw(
                st.integers(-(2**31), 2**31).filter(lambda it: it != int(value or 0))
            )
            return "?", number
        case "null":
            return "?", data.draw(st.sampled_from((b"", b"x")))
    raw = value or b""
    if not raw:
        return "?", b"x"
    at = data.draw(st.integers(0, len(raw) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda it: it != raw[at]))
    changed = raw[:at] + bytes([byte]) + raw[at + 1 :]
    return ("CAST(? AS TEXT)" if kind == "text" else "?"), changed


def put(connection: Connection, cell: Cell, how: str, value: bytes | int) -> None:
    connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
    connection.exec_driver_sql("BEGIN IMMEDIATE")
    unguard(connection)
    connection.exec_driver_sql(
        f'UPDATE OR IGNORE {cell.table} SET "{cell.column}" = {how} WHERE rowid = ?',
        (value, cell.row),
    )


def found(connection: Connection) -> tuple[Intact | Broken, list[BrokenRecord], list[ChangedRow]]:
    return (
        audit_chain.verify(connection),
        record.broken_entries(connection),
        record.changed_rows(connection),
    )


def test_the_played_trial_is_whole_and_has_rows_of_everything(engine: Engine) -> None:
    with engine.connect() as connection:
        chain, broken, changed = found(connection)
        names = {cell.table for cell in cells(connection, RECORDED)}
    assert isinstance(chain, Intact)
    assert (broken, changed) == ([], [])
    assert names >= AT_LEAST


@pytest.mark.parametrize("table", sorted(AT_LEAST))
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_changed_cell_of_a_study_row_is_found_in_its_row(
    engine: Engine, table: str, data: st.DataObject
) -> None:
    with engine.connect() as connection:
        cell = data.draw(st.sampled_from(cells(connection, [table])))
        before = stored(connection, cell)
        how, value = other_than(*before, data)
        try:
            put(connection, cell, how, value)
            key = connection.exec_driver_sql(f"PRAGMA table_info({table})").all()[0][1]
            if cell.column != key and stored(connection, cell) == before:
                return  # The database refused it: it would not be unique.
            _, _, changed = found(connection)
            assert ChangedRow(cell.table, cell.row) in changed or cell.column == key
            if cell.column == key and before != ("integer", str(value).encode()):
                assert changed or stored(connection, cell) == before
        finally:
            connection.exec_driver_sql("ROLLBACK")


@pytest.mark.parametrize("table", CHAINED)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_changed_cell_of_the_chains_is_found_at_its_entry(
    engine: Engine, table: str, data: st.DataObject
) -> None:
    with engine.connect() as connection:
        cell = data.draw(st.sampled_from(cells(connection, [table])))
        if cell.column == "id":
            return
        before = stored(connection, cell)
        how, value = other_than(*before, data)
        try:
            put(connection, cell, how, value)
            if stored(connection, cell) == before:
                return
            chain, broken, _ = found(connection)
            match table:
                case "audit":
                    assert chain == Broken(cell.row)
                case "audit_head":
                    assert isinstance(chain, Broken)
                case "record":
                    assert BrokenRecord(cell.row) in broken
        finally:
            connection.exec_driver_sql("ROLLBACK")


@pytest.mark.parametrize("table", sorted(AT_LEAST))
@pytest.mark.parametrize("act", ["taken out", "put in", "moved"])
def test_a_row_that_is_taken_out_put_in_or_moved_is_named(
    engine: Engine, table: str, act: str
) -> None:
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        unguard(connection)
        last = connection.exec_driver_sql(f"SELECT max(rowid) FROM {table}").scalar_one()
        columns = [it[1] for it in connection.exec_driver_sql(f"PRAGMA table_info({table})").all()]
        if act == "taken out":
            connection.exec_driver_sql(f"DELETE FROM {table} WHERE rowid = {last}")
        elif act == "moved":
            connection.exec_driver_sql(f"UPDATE {table} SET rowid = 9999 WHERE rowid = {last}")
        else:
            _without_uniqueness(connection, table)
            others = ", ".join(f'"{it}"' for it in columns[1:])
            connection.exec_driver_sql(
                f"INSERT INTO {table} SELECT 9999, {others} FROM {table} WHERE rowid = {last}"
            )
        _, _, changed = found(connection)
        connection.exec_driver_sql("ROLLBACK")
    row = last if act == "taken out" else 9999
    assert ChangedRow(table, row) in changed


def _without_uniqueness(connection: Connection, table: str) -> None:
    """A table with the same rows that would take any."""
    connection.exec_driver_sql(f"CREATE TABLE copy AS SELECT * FROM {table}")
    schema = connection.exec_driver_sql(f"PRAGMA table_info({table})").all()
    columns = ", ".join(
        f'"{it[1]}" INTEGER PRIMARY KEY' if it[5] else f'"{it[1]}" {it[2]}' for it in schema
    )
    connection.exec_driver_sql(f"DROP TABLE {table}")
    connection.exec_driver_sql(f"CREATE TABLE {table} ({columns})")
    connection.exec_driver_sql(f"INSERT INTO {table} SELECT * FROM copy")


def test_who_has_not_our_functions_cannot_even_write(played: Path) -> None:
    with sqlite3.connect(played) as file, pytest.raises(sqlite3.OperationalError, match="hamrah_"):
        file.execute("INSERT INTO arm_told (person_id, participant_id, at) VALUES (1, 1, 'x')")


def test_a_tail_of_the_record_cut_off_with_its_rows_is_told_by_the_audit_trail(
    engine: Engine,
) -> None:
    with engine.connect() as connection:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        unguard(connection)
        ends = connection.exec_driver_sql(
            "SELECT max(audit.id), max(record.id) FROM audit JOIN record "
            "ON record.digest = audit.recorded"
        )
        entry, end = ends.one()
        connection.exec_driver_sql(f"DELETE FROM record WHERE id >= {end}")
        chain = audit_chain.verify(connection)
        connection.exec_driver_sql("ROLLBACK")
    assert isinstance(chain, Broken)
    assert chain.entry <= entry
