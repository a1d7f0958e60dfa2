"""Mail: what a participant wrote or sent that was no answer, and what the clinic wrote back."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from storage import tables
from storage.keyring import Keyring

_mail = tables.mail


@dataclass(frozen=True, slots=True)
class Letter:
    id: int
    person_id: int
    received_at: datetime
    has_attachment: bool
    words: str = field(repr=False)


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


def unanswered(connection: Connection, *, keys: Keyring) -> list[Letter]:
    rows = connection.execute(
        select(_mail).where(_mail.c.answered_at.is_(None)).order_by(_mail.c.id)
    ).all()
    return [
        Letter(
            row.id,
            row.person_id,
            row.received_at,
            row.attachment is not None,
            keys.of(connection, row.person_id).open(row.words),
        )
        for row in rows
    ]


def attachment(connection: Connection, *, keys: Keyring, mail_id: int) -> str | None:
    row = connection.execute(select(_mail).where(_mail.c.id == mail_id)).one()
    if row.attachment is None:
        return None
    return keys.of(connection, row.person_id).open(row.attachment)


def answer(
    connection: Connection, *, keys: Keyring, letter: Letter, words: str, by: int, at: datetime
) -> bool:
    """Keep the clinic's answer; False when somebody answered before."""
    sealed = keys.of(connection, letter.person_id).seal(words)
    changed = connection.execute(
        update(_mail)
        .where(_mail.c.id == letter.id, _mail.c.answered_at.is_(None))
        .values(answer=sealed, answered_by=by, answered_at=at)
    )
    return changed.rowcount == 1
