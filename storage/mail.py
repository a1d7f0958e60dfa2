"""Mail: what a participant wrote or sent that was no answer, and what the clinic wrote back.

A letter waits until it is answered or closed. Whoever takes it in hand is kept with it. What was
written after the randomization can name the arm: such a letter is withheld, words and answer, until
the treating clinician has handed it on; `arms` alone opens it before.
"""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, exists, func, insert, select, update

from storage import tables
from storage.keyring import Keyring

_mail = tables.mail
_handed = tables.mail_handed
_allocation = tables.allocation
_withheld = tables.mail_withheld
_WITHHELD = (
    exists().where(_withheld.c.mail_id == _mail.c.id).correlate(_mail)
    & ~exists().where(_handed.c.mail_id == _mail.c.id).correlate(_mail)
).label("withheld")
_LETTERS = select(_mail, _WITHHELD).order_by(_mail.c.id)
_WAITING = (_mail.c.answered_at.is_(None), _mail.c.closed_at.is_(None))


@dataclass(frozen=True, slots=True)
class Letter:
    """No words where it is withheld."""

    id: int
    person_id: int
    received_at: datetime
    has_attachment: bool
    claimed_by: int | None
    is_withheld: bool
    words: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Exchange:
    """A letter with what became of it: its answer, or why it was closed without one. No words where
    it is withheld.
    """

    id: int
    is_withheld: bool
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
    if _is_randomized(connection, person_id):
        connection.execute(insert(_withheld).values(mail_id=mail_id))
    return mail_id


def _is_randomized(connection: Connection, person_id: int) -> bool:
    found = select(_allocation.c.id).where(_allocation.c.participant_id == person_id)
    return connection.scalar(found) is not None


def count_since(
    connection: Connection, *, keys: Keyring, person_id: int, words: str, since: datetime
) -> tuple[int, int]:
    """How many letters this person wrote since then, and how many of them were these words."""
    rows = connection.scalars(
        select(_mail.c.words).where(_mail.c.person_id == person_id, _mail.c.received_at >= since)
    ).all()
    written = [keys.words(connection, person_id, it) for it in rows]
    return len(written), written.count(words)


def waiting(connection: Connection, *, keys: Keyring) -> list[Letter]:
    """The letters that wait, oldest first."""
    rows = connection.execute(_LETTERS.where(*_WAITING)).all()
    return [
        Letter(
            row.id,
            row.person_id,
            row.received_at,
            row.attachment is not None,
            row.claimed_by,
            row.withheld,
            "" if row.withheld else keys.words(connection, row.person_id, row.words),
        )
        for row in rows
    ]


def is_waiting(connection: Connection, *, person_id: int) -> bool:
    """Whether a letter of this person's waits."""
    found = select(_mail.c.id).where(_mail.c.person_id == person_id, *_WAITING).limit(1)
    return connection.scalar(found) is not None


def count_waiting(connection: Connection, *, person_id: int, since: datetime) -> int:
    """How many letters of this person have come since then and wait."""
    theirs = (_mail.c.person_id == person_id, _mail.c.received_at >= since)
    query = select(func.count()).select_from(_mail).where(*theirs, *_WAITING)
    return connection.execute(query).scalar_one()


def exchanged(connection: Connection, *, keys: Keyring, person_id: int) -> list[Exchange]:
    """Everything that a participant wrote and was answered, oldest first."""
    rows = connection.execute(_LETTERS.where(_mail.c.person_id == person_id)).all()
    return [
        Exchange(
            row.id,
            row.withheld,
            row.received_at,
            row.answered_at,
            row.answered_by,
            row.closed_at,
            row.closed_by,
            "" if row.withheld else keys.words(connection, person_id, row.words),
            "" if row.withheld else keys.words(connection, person_id, row.answer),
        )
        for row in rows
    ]


def hand_on(connection: Connection, *, mail_id: int, by: int, at: datetime) -> None:
    """A letter that names no treatment is the coordinators' from now on."""
    row = insert(_handed).values(mail_id=mail_id, handed_by=by, handed_at=at)
    connection.execute(row)
    connection.execute(
        update(_mail).where(_mail.c.id == mail_id, *_WAITING).values(claimed_by=None)
    )


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
    if row.attachment is None or not keys.has(connection, row.person_id):
        return None
    return keys.of(connection, row.person_id).open(row.attachment)


def answer(
    connection: Connection, *, keys: Keyring, mail_id: int, words: str, by: int, at: datetime
) -> bool:
    """Keep the clinic's answer; False when it waits no more."""
    sealed = keys.of(connection, writer(connection, mail_id)).seal(words)
    changed = connection.execute(
        update(_mail)
        .where(_mail.c.id == mail_id, *_WAITING)
        .values(answer=sealed, answered_by=by, answered_at=at)
    )
    return changed.rowcount == 1


def writer(connection: Connection, mail_id: int) -> int:
    person: int = connection.execute(
        select(_mail.c.person_id).where(_mail.c.id == mail_id)
    ).scalar_one()
    return person


def is_withheld(connection: Connection, mail_id: int) -> bool:
    return bool(connection.scalar(select(_WITHHELD).where(_mail.c.id == mail_id)))
