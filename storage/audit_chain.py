"""The chain of the audit trail is walked, byte for byte as the file holds it.

Each entry is chained to the one before, and holds the end of the record of study rows at its time.
Whoever rewrites the end of the trail with its head leaves no trace in the file: an earlier head, as
the principal investigator gets one each week, tells.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, LargeBinary, Row, cast, select

from storage import record, tables
from storage.digests import GENESIS
from storage.digests import digest as digest_of

_audit = tables.audit
_head = tables.audit_head
_BATCH = 1000
# As bytes, for what was changed may be no time and no text any more.
_RAW = select(
    _audit.c.id,
    _audit.c.previous,
    _audit.c.digest,
    *(
        cast(column, LargeBinary).label(column.name)
        for column in (
            _audit.c.at,
            _audit.c.answered_at,
            _audit.c.actor_id,
            _audit.c.role,
            _audit.c.verb,
            _audit.c.subject_id,
            _audit.c.detail,
            _audit.c.recorded,
        )
    ),
).order_by(_audit.c.id)


@dataclass(frozen=True, slots=True)
class Intact:
    entries: int


@dataclass(frozen=True, slots=True)
class Broken:
    """The first entry that does not fit the chain."""

    entry: int


@dataclass(frozen=True, slots=True)
class Cells:
    """An entry as the file holds it. `recorded` is empty where there was no record yet."""

    at: bytes
    answered_at: bytes | None
    actor: bytes | None
    role: bytes
    verb: bytes
    subject: bytes | None
    detail: bytes
    recorded: bytes | None


def link(previous: bytes, number: int, it: Cells) -> bytes:
    """The digest of an entry after this one."""
    parts = (
        previous,
        str(number).encode(),
        _with_offset(it.at),
        b"" if it.answered_at is None else _with_offset(it.answered_at),
        b"None" if it.actor is None else it.actor,
        it.role,
        it.verb,
        b"None" if it.subject is None else it.subject,
        it.detail,
    )
    return digest_of(*parts) if it.recorded is None else digest_of(*parts, it.recorded)


def _with_offset(moment: bytes) -> bytes:
    """A moment has stood in the digest with +00:00 from the first entry on, and in the file with Z.
    What is no moment stays as it is, and so does not fit.
    """
    return moment[:-1] + b"+00:00" if moment.endswith(b"Z") else b"?" + moment


def verify(connection: Connection) -> Intact | Broken:
    """Walk the whole chain from its first entry to its head."""
    ends, reached = record.positions(connection), 0
    previous, expected = GENESIS, 1
    for row in _rows(connection):
        end = reached if row.recorded is None else ends.get(row.recorded, -1)
        whole = link(previous, expected, _cells(row))
        if (row.id, row.previous, row.digest) != (expected, previous, whole) or end < reached:
            return Broken(expected)
        previous, expected, reached = row.digest, expected + 1, end
    ends_well = _ends(connection) == ((expected - 1, previous) if expected > 1 else None)
    return Intact(expected - 1) if ends_well else Broken(expected)


def _cells(row: Row[Any]) -> Cells:
    return Cells(
        row.at,
        row.answered_at,
        row.actor_id,
        row.role,
        row.verb,
        row.subject_id,
        row.detail,
        row.recorded,
    )


def _ends(connection: Connection) -> tuple[int, bytes] | None:
    row = connection.execute(select(_head).where(_head.c.id == 1)).one_or_none()
    return None if row is None else (row.entry, row.digest)


def _rows(connection: Connection) -> Iterator[Row[Any]]:
    last = 0
    while batch := connection.execute(_RAW.where(_audit.c.id > last).limit(_BATCH)).all():
        yield from batch
        last = batch[-1].id


def holds(connection: Connection, *, entry: int, digest: str) -> bool:
    """Whether this entry of the trail has a digest that begins so, in hexadecimal digits."""
    found = connection.scalar(select(_audit.c.digest).where(_audit.c.id == entry))
    return found is not None and found.hex().startswith(digest)
