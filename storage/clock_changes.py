"""When our clock turned out wrong or right again: so which rows were written while it was wrong.

That is told by the order of the rows, not by their times, which are what was wrong: a change keeps
the last row that each recorded table had reached, and the audit trail.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, func, insert, select

from storage import tables

_change = tables.clock_change
# Their rows are numbered as they are written; a participant, say, has the number of a person.
_COUNTED = {
    name: table
    for name in (*tables.RECORDED, "audit")
    if "id" in (table := tables.metadata.tables[name]).primary_key.columns
}


@dataclass(frozen=True, slots=True)
class Change:
    """From here on our clock was wrong by so many seconds: above 0 it was ahead, at 0 right."""

    off_by: int
    reached: Mapping[str, int] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Marks:
    """What an export or a view asks for each row that it shows."""

    changes: Sequence[Change]

    def off_by(self, table_name: str, row_id: int) -> int:
        """By how many seconds the clock was wrong when this row was written; 0 if it was right.
        Raises KeyError for a table whose rows are not numbered in the order of their writing.
        """
        if table_name not in _COUNTED:
            raise KeyError(table_name)
        before = (it for it in reversed(self.changes) if it.reached.get(table_name, 0) < row_id)
        return next((it.off_by for it in before), 0)


def note(connection: Connection, *, off_by: int, at: datetime) -> int:
    reached = {
        name: connection.scalar(select(func.max(table.c.id))) or 0
        for name, table in _COUNTED.items()
    }
    row = insert(_change).values(off_by=off_by, reached=reached, at=at).returning(_change.c.id)
    change_id: int = connection.execute(row).scalar_one()
    return change_id


def standing(connection: Connection) -> int:
    """By how many seconds the clock is taken to be wrong now."""
    newest = select(_change.c.off_by).order_by(_change.c.id.desc()).limit(1)
    return connection.scalar(newest) or 0


def marks(connection: Connection) -> Marks:
    rows = connection.execute(select(_change).order_by(_change.c.id))
    return Marks([Change(row.off_by, row.reached) for row in rows])
