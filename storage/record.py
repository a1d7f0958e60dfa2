"""The record of the study rows is walked, and held against the rows themselves.

The audit trail's entries hold the end of the record as it was when they were written, so whoever
knows the head of the audit trail knows that no row before it was changed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, LargeBinary, cast, func, select

from storage import tables
from storage.digests import GENESIS, chained
from storage.recording import content_of

_record = tables.record
_BATCH = 1000


@dataclass(frozen=True, slots=True)
class BrokenRecord:
    """An entry of the record that does not fit the one before it."""

    entry: int


@dataclass(frozen=True, slots=True)
class ChangedRow:
    """A row that is not as it was written, is gone, or came in past the record."""

    table_name: str
    row_id: int


def walk(connection: Connection) -> Iterator[tuple[int, bytes] | BrokenRecord]:
    """Number and digest of each entry; an entry that does not fit stands for itself."""
    previous, last = GENESIS, 0
    found = select(
        _record.c.id,
        cast(_record.c.table_name, LargeBinary).label("table_name"),
        _record.c.row_id,
        _record.c.content,
        _record.c.digest,
    ).order_by(_record.c.id)
    while batch := connection.execute(found.where(_record.c.id > last).limit(_BATCH)).all():
        for row in batch:
            whole = chained(previous, row.table_name, row.row_id, row.content)
            fits = (row.id, row.digest) == (last + 1, whole)
            yield (row.id, row.digest) if fits else BrokenRecord(row.id)
            previous, last = row.digest, row.id


def positions(connection: Connection) -> Mapping[bytes, int]:
    """Where in the record each digest stands."""
    found = select(_record.c.digest, _record.c.id)
    return {row.digest: row.id for row in connection.execute(found)}


def broken_entries(connection: Connection) -> list[BrokenRecord]:
    return [it for it in walk(connection) if isinstance(it, BrokenRecord)]


def changed_rows(connection: Connection) -> list[ChangedRow]:
    return [
        ChangedRow(name, row_id)
        for name in tables.RECORDED
        for row_id in connection.exec_driver_sql(_changed(name)).scalars()
    ]


def count(connection: Connection) -> int:
    return connection.execute(select(func.count()).select_from(_record)).scalar_one()


def is_sound(connection: Connection) -> bool:
    """Whether the file holds together, its indexes too."""
    return connection.exec_driver_sql("PRAGMA integrity_check(1)").scalars().all() == ["ok"]


def _changed(name: str) -> str:
    columns = sorted(column.name for column in tables.metadata.tables[name].columns)
    return f"""
        WITH latest AS (
            SELECT row_id, content FROM record WHERE id IN (
                SELECT max(id) FROM record WHERE table_name = '{name}' GROUP BY row_id))
        SELECT {name}.rowid FROM {name} LEFT JOIN latest ON latest.row_id = {name}.rowid
        WHERE latest.content IS NOT {content_of(columns, name)}
        UNION
        SELECT row_id FROM latest WHERE row_id NOT IN (SELECT rowid FROM {name})
        ORDER BY 1"""  # noqa: S608 - names of ours
