"""The audit trail: who did what to whom, when and why, each entry chained to the one before.

The detail is sealed under the key of the person it is about, so an erased person's entries become
unreadable while the chain, which is made of ciphertexts, still verifies. It never holds an arm, a
batch or a session note (EMA 2023, 6.2.1).
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Row, and_, func, insert, or_, select, update

from storage import tables
from storage.audit_chain import Cells, link
from storage.digests import GENESIS
from storage.keyring import Keyring
from storage.sealing import Ciphertext, Unreadable
from storage.types import written_moment

# The role of whoever types commands.
COMMAND_LINE = "command_line"

Detail = Mapping[str, str | int | None]

_audit = tables.audit


@dataclass(frozen=True, slots=True)
class Act:
    """What is written down; `answered_at` is when a person answered, if not when it was saved."""

    verb: str
    role: str
    actor: int | None = None
    subject: int | None = None
    detail: Detail = field(default_factory=dict, repr=False)
    answered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """An act as it can be read again; its detail is empty, and not readable, when its person was
    erased, or somebody changed it."""

    id: int
    at: datetime
    act: Act
    is_readable: bool = True


@dataclass(frozen=True, slots=True)
class Done:
    """That something was done, by whom and when, without its detail."""

    verb: str
    actor: int | None
    at: datetime


# What every turn asks is built once.
_END = select(tables.record.c.digest).order_by(tables.record.c.id.desc()).limit(1)
_LAST = (
    select(
        tables.audit_head.c.entry,
        tables.audit_head.c.digest,
        _END.scalar_subquery().label("recorded"),
    )
    .where(tables.audit_head.c.id == 1)
    .with_for_update()
)


def append(connection: Connection, *, keys: Keyring, at: datetime, act: Act) -> None:
    """Add one act at the end of the chain. The head is locked last of all rows."""
    sealed = keys.of(connection, act.subject).seal(json.dumps(act.detail, ensure_ascii=False))
    head = tables.audit_head
    last = connection.execute(_LAST).one_or_none()
    number, previous = (1, GENESIS) if last is None else (last.entry + 1, last.digest)
    recorded = connection.scalar(_END) if last is None else last.recorded
    digest = link(previous, number, _cells(at, act, sealed, recorded))
    connection.execute(
        insert(tables.audit),
        {
            "id": number,
            "at": at,
            "answered_at": act.answered_at,
            "actor_id": act.actor,
            "role": act.role,
            "verb": act.verb,
            "subject_id": act.subject,
            "detail": sealed,
            "previous": previous,
            "digest": digest,
            "recorded": recorded,
        },
    )
    if last is None:
        connection.execute(insert(head).values(id=1, entry=number, digest=digest))
    else:
        connection.execute(update(head).values(entry=number, digest=digest))


def _cells(at: datetime, act: Act, sealed: Ciphertext, recorded: bytes | None) -> Cells:
    return Cells(
        written_moment(at).encode(),
        None if act.answered_at is None else written_moment(act.answered_at).encode(),
        None if act.actor is None else str(act.actor).encode(),
        act.role.encode(),
        act.verb.encode(),
        None if act.subject is None else str(act.subject).encode(),
        sealed.raw,
        recorded,
    )


def head(connection: Connection) -> tuple[int, bytes]:
    """Number and digest of the last entry."""
    row = connection.execute(select(tables.audit_head)).one_or_none()
    return (0, GENESIS) if row is None else (row.entry, row.digest)


def about(connection: Connection, *, keys: Keyring, subject: int) -> list[Entry]:
    """Every entry about a person, first to last."""
    return _entries(connection, keys, _audit.c.subject_id == subject)


def with_person(connection: Connection, *, keys: Keyring, person: int) -> list[Entry]:
    """Every entry about a person or by them."""
    either = or_(_audit.c.subject_id == person, _audit.c.actor_id == person)
    return _entries(connection, keys, either)


def between(
    connection: Connection, *, keys: Keyring, begin: datetime, end: datetime
) -> list[Entry]:
    """Every entry that was saved from one moment on and before another."""
    return _entries(connection, keys, and_(_audit.c.at >= begin, _audit.c.at < end))


def of_verbs(connection: Connection, *, keys: Keyring, verbs: Collection[str]) -> list[Entry]:
    """Every entry of one of these kinds, first to last."""
    return _entries(connection, keys, _audit.c.verb.in_(verbs))


def done_to(connection: Connection, *, subject: int, verbs: Collection[str]) -> list[Done]:
    """Every time that something of this kind was done to a person, first to last."""
    table = tables.audit
    rows = connection.execute(
        select(table.c.verb, table.c.actor_id, table.c.at)
        .where(table.c.subject_id == subject, table.c.verb.in_(verbs))
        .order_by(table.c.id)
    )
    return [Done(row.verb, row.actor_id, row.at) for row in rows]


def has(connection: Connection, *, verb: str) -> bool:
    """Whether this was ever done."""
    found = select(tables.audit.c.id).where(tables.audit.c.verb == verb).limit(1)
    return connection.scalar(found) is not None


def count(connection: Connection) -> int:
    return connection.execute(select(func.count()).select_from(tables.audit)).scalar_one()


def _entries(connection: Connection, keys: Keyring, which: ColumnElement[bool]) -> list[Entry]:
    found = select(_audit).where(which).order_by(_audit.c.id)
    return [_entry(connection, keys, row) for row in connection.execute(found).all()]


def _entry(connection: Connection, keys: Keyring, row: Row[tuple[object, ...]]) -> Entry:
    act = Act(row.verb, row.role, row.actor_id, row.subject_id, {}, row.answered_at)
    try:
        detail = json.loads(keys.of(connection, row.subject_id).open(row.detail))
    except Unreadable:
        return Entry(row.id, row.at, act, is_readable=False)
    return Entry(row.id, row.at, replace(act, detail=detail))
