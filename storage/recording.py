"""Triggers by which every row of a study table, when written, goes into the record in its content.

They stand in the database, so that no way of writing goes past them: what has not our functions
cannot write at all. Verifying is `record`. As with guards, Alembic's batch mode drops them, and a
migration that adds a column to a recorded table must take them away and put them back.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, inspect
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import ExecutableDDLElement
from sqlalchemy.sql.compiler import DDLCompiler

from storage import digests

CONTENT, CHAINED = "hamrah_content", "hamrah_chained"
_ACTS = ("INSERT", "UPDATE")


class Recording(ExecutableDDLElement):
    """A trigger that records a row as it is after one act."""

    inherit_cache = False

    def __init__(self, table_name: str, act: str, columns: Sequence[str]) -> None:
        self.table_name = table_name
        self.act = act
        self.columns = columns

    @property
    def name(self) -> str:
        return f"{self.table_name}_records_{self.act.lower()}"


@compiles(Recording, "sqlite")
def _for_sqlite(it: Recording, compiler: DDLCompiler, **_: Any) -> str:
    name, table = compiler.preparer.quote(it.name), compiler.preparer.quote(it.table_name)
    return (
        f"CREATE TRIGGER {name} AFTER {it.act} ON {table} "
        f"BEGIN {_entry(it.table_name, it.columns, 'new')}; END"
    )


def _entry(table_name: str, columns: Iterable[str], row: str, source: str = "") -> str:
    """The statement that records the row of this name."""
    last = "(SELECT digest FROM record ORDER BY id DESC LIMIT 1)"
    chained = f"{CHAINED}({last}, CAST('{table_name}' AS BLOB), row_id, content)"
    return (
        "INSERT INTO record (table_name, row_id, content, digest) "  # noqa: S608 - names of ours
        f"SELECT '{table_name}', row_id, content, {chained} FROM "
        f"(SELECT {row}.rowid AS row_id, {content_of(columns, row)} AS content{source})"
    )


def content_of(columns: Iterable[str], row: str) -> str:
    """The content of a row of this name. As bytes, so that what is no text can be told too."""
    cells = (f'\'{it}\', typeof({row}."{it}"), CAST({row}."{it}" AS BLOB)' for it in columns)
    return f"{CONTENT}({', '.join(cells)})"


def recordings(table_name: str, columns: Iterable[str]) -> list[Recording]:
    return [Recording(table_name, act, sorted(columns)) for act in _ACTS]


def begin(connection: Connection, table_name: str) -> None:
    """Record the rows that are there, and from now on each that is written: for a migration."""
    columns = sorted(column["name"] for column in inspect(connection).get_columns(table_name))
    entry = _entry(table_name, columns, table_name, f" FROM {table_name} WHERE rowid = ?")
    rows = connection.exec_driver_sql(f"SELECT rowid FROM {table_name} ORDER BY rowid")  # noqa: S608
    for row_id in rows.scalars().all():
        connection.exec_driver_sql(entry, (row_id,))
    for trigger in recordings(table_name, columns):
        connection.execute(trigger)


def add_functions(connection: DBAPIConnection) -> None:
    """What the triggers call, for one connection."""
    create = connection.create_function
    create(CONTENT, -1, digests.content, deterministic=True)
    create(CHAINED, 4, digests.chained, deterministic=True)
