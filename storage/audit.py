"""The audit trail: who did what to whom, when and why, each entry chained to the one before.

The detail is sealed under the key of the person it is about, so an erased person's entries become
unreadable while the chain, which is made of ciphertexts, still verifies. It never holds an arm, a
batch or a session note (EMA 2023, 6.2.1).
"""

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, Row, func, insert, select, update

from storage import tables
from storage.keyring import Keyring
from storage.sealing import Ciphertext, Unreadable

GENESIS = b"\x00" * 32
_BATCH = 1000

Detail = Mapping[str, str | int | None]


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
    """An act as it can be read again; `detail` is None when its person was erased."""

    id: int
    at: datetime
    act: Act | None


@dataclass(frozen=True, slots=True)
class Done:
    """That something was done, by whom and when, without its detail."""

    verb: str
    actor: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Intact:
    entries: int


@dataclass(frozen=True, slots=True)
class Broken:
    """The first entry that does not fit the chain."""

    entry: int


def append(connection: Connection, *, keys: Keyring, at: datetime, act: Act) -> None:
    """Add one act at the end of the chain. The head is locked last of all rows."""
    sealed = keys.of(connection, act.subject).seal(json.dumps(act.detail, ensure_ascii=False))
    head = tables.audit_head
    last = connection.execute(
        select(head.c.entry, head.c.digest).where(head.c.id == 1).with_for_update()
    ).one_or_none()
    number, previous = (1, GENESIS) if last is None else (last.entry + 1, last.digest)
    digest = _digest(previous, number, at, act, sealed)
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
        },
    )
    if last is None:
        connection.execute(insert(head).values(id=1, entry=number, digest=digest))
    else:
        connection.execute(update(head).values(entry=number, digest=digest))


def verify(connection: Connection) -> Intact | Broken:
    """Walk the whole chain from its first entry to its head."""
    previous, expected = GENESIS, 1
    for row in _rows(connection):
        act = Act(row.verb, row.role, row.actor_id, row.subject_id, {}, row.answered_at)
        whole = _digest(previous, row.id, row.at, act, row.detail)
        if row.id != expected or row.previous != previous or row.digest != whole:
            return Broken(expected)
        previous, expected = row.digest, expected + 1
    head = connection.execute(select(tables.audit_head)).one_or_none()
    ends_well = (head.entry, head.digest) == (expected - 1, previous) if head else expected == 1
    return Intact(expected - 1) if ends_well else Broken(expected)


def head(connection: Connection) -> tuple[int, bytes]:
    """Number and digest of the last entry."""
    row = connection.execute(select(tables.audit_head)).one_or_none()
    return (0, GENESIS) if row is None else (row.entry, row.digest)


def about(connection: Connection, *, keys: Keyring, subject: int) -> list[Entry]:
    """Every entry about a person, first to last."""
    found = select(tables.audit).where(tables.audit.c.subject_id == subject)
    return [_entry(connection, keys, row) for row in connection.execute(found).all()]


def of_verbs(connection: Connection, *, keys: Keyring, verbs: Collection[str]) -> list[Entry]:
    """Every entry of one of these kinds, first to last."""
    found = select(tables.audit).where(tables.audit.c.verb.in_(verbs)).order_by(tables.audit.c.id)
    return [_entry(connection, keys, row) for row in connection.execute(found).all()]


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


def _entry(connection: Connection, keys: Keyring, row: Row[tuple[object, ...]]) -> Entry:
    try:
        detail = json.loads(keys.of(connection, row.subject_id).open(row.detail))
    except Unreadable:
        return Entry(row.id, row.at, None)
    act = Act(row.verb, row.role, row.actor_id, row.subject_id, detail, row.answered_at)
    return Entry(row.id, row.at, act)


def _rows(connection: Connection) -> Iterator[Row[tuple[object, ...]]]:
    last = 0
    while batch := connection.execute(
        select(tables.audit)
        .where(tables.audit.c.id > last)
        .order_by(tables.audit.c.id)
        .limit(_BATCH)
    ).all():
        yield from batch
        last = batch[-1].id


def _digest(previous: bytes, number: int, at: datetime, act: Act, sealed: Ciphertext) -> bytes:
    """SHA-256 over each part with its length before it, so that no two entries read alike."""
    parts = (
        previous,
        str(number).encode(),
        at.isoformat(timespec="microseconds").encode(),
        act.answered_at.isoformat(timespec="microseconds").encode() if act.answered_at else b"",
        str(act.actor).encode(),
        act.role.encode(),
        act.verb.encode(),
        str(act.subject).encode(),
        sealed.raw,
    )
    chained = hashlib.sha256()
    for part in parts:
        chained.update(len(part).to_bytes(4) + part)
    return chained.digest()
