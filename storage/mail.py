"""Mail: what a participant wrote or sent that was no answer, and what the clinic wrote back.

A letter waits until it is answered or closed. Whoever takes it in hand is kept with it.
"""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, func, insert, select, update

from storage import tables
from storage.keyring import Keyring

_mail = tables.mail
_WAITING = (_mail.c.answered_at.is_(None), _mail.c.closed_at.is_(None))


@dataclass(frozen=True, slots=True)
class Letter:
    id: int
    person_id: int
    received_at: datetime
    has_attachment: bool
    claimed_by: int | None
    words: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Exchange:
    """A letter with what became of it: its answer, or why it was closed without one."""

    received_at: datetime
    answered_at: datetime | None
    answered_by: int | None
    closed_at: datetime | None
    closed_by: int | None
    words: str = field(repr=False)
    answer: str = field(repr=False)


def receive(
    connection: Connection,
    *,
    keys: Keyring,
    person_id: int,
    words: str,
    attachment: str | None,
    at: datetime,
) -> int:
    """Keep a letter; `attachment` is the channel's own reference to a file."""
    key = keys.of(connection, person_id)
    row = (
        insert(_mail)
        .values(
            person_id=person_id,
            words=key.seal(words),
            attachment=None if attachment is None else key.seal(attachment),
            received_at=at,
        )
        .returning(_mail.c.id)
    )
    mail_id: int = connection.execute(row).scalar_one()
    return mail_id


def words_since(
    connection: Connection, *, keys: Keyring, person_id: int, since: datetime
) -> list[str]:
    """What this person wrote since then."""
    rows = connection.scalars(
        select(_mail.c.words).where(_mail.c.person_id == person_id, _mail.c.received_at >= since)
    ).all()
    key = keys.of(connection, person_id) if rows else None
    return [] if key is None else [key.open(words) for words in rows]


def waiting(connection: Connection, *, keys: Keyring) -> list[Letter]:
    """The letters that wait, oldest first."""
    rows = connection.execute(select(_mail).where(*_WAITING).order_by(_mail.c.id)).all()
    return [
        Letter(
            row.id,
            row.person_id,
            row.received_at,
            row.attachment is not None,
            row.claimed_by,
            keys.of(connection, row.person_id).open(row.words),
        )
        for row in rows
    ]


def count_waiting(connection: Connection, *, person_id: int, since: datetime) -> int:
    """How many letters of this person have come since then and wait."""
    theirs = (_mail.c.person_id == person_id, _mail.c.received_at >= since)
    query = select(func.count()).select_from(_mail).where(*theirs, *_WAITING)
    return connection.execute(query).scalar_one()


def exchanged(connection: Connection, *, keys: Keyring, person_id: int) -> list[Exchange]:
    """Everything that a participant wrote and was answered, oldest first."""
    rows = connection.execute(
        select(_mail).where(_mail.c.person_id == person_id).order_by(_mail.c.id)
    ).all()
    key = keys.of(connection, person_id)
    return [
        Exchange(
            row.received_at,
            row.answered_at,
            row.answered_by,
            row.closed_at,
            row.closed_by,
            key.open(row.words),
            "" if row.answer is None else key.open(row.answer),
        )
        for row in rows
    ]


def claim(connection: Connection, *, mail_id: int, by: int, at: datetime) -> None:
    """Somebody takes a letter in hand; from whoever had it, if need be."""
    connection.execute(
        update(_mail).where(_mail.c.id == mail_id, *_WAITING).values(claimed_by=by, claimed_at=at)
    )


def close(connection: Connection, *, mail_id: int, why: str, by: int, at: datetime) -> bool:
    """Close a letter without an answer; False when it waits no more."""
    changed = connection.execute(
        update(_mail)
        .where(_mail.c.id == mail_id, *_WAITING)
        .values(closed=why, closed_by=by, closed_at=at)
    )
    return changed.rowcount == 1


def attachment(connection: Connection, *, keys: Keyring, mail_id: int) -> str | None:
    row = connection.execute(select(_mail).where(_mail.c.id == mail_id)).one()
    if row.attachment is None:
        return None
    return keys.of(connection, row.person_id).open(row.attachment)


def answer(
    connection: Connection, *, keys: Keyring, letter: Letter, words: str, by: int, at: datetime
) -> bool:
    """Keep the clinic's answer; False when it waits no more."""
    sealed = keys.of(connection, letter.person_id).seal(words)
    changed = connection.execute(
        update(_mail)
        .where(_mail.c.id == letter.id, *_WAITING)
        .values(answer=sealed, answered_by=by, answered_at=at)
    )
    return changed.rowcount == 1
