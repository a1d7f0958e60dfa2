"""What staff enter for a participant: how and when it was answered, who entered it when, and why.

The answers themselves are responses like any others, with the member of staff as originator.
"""

from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import Connection, Row, insert, select

from flows.transcription import Way
from storage import tables
from storage.keyring import Keyring
from storage.responses import FormRow

_transcription = tables.transcription


@dataclass(frozen=True, slots=True)
class Transcription:
    """`answered_on` is the original day, `entered_at` when it came in here."""

    id: int
    form_id: int
    participant: int
    way: Way
    answered_on: date
    entered_by: int
    entered_at: datetime
    reason: str = field(repr=False)


def add(
    connection: Connection,
    *,
    keys: Keyring,
    form: FormRow,
    way: Way,
    answered_on: date,
    reason: str,
    by: int,
    at: datetime,
) -> int:
    """Keep how a form's answers come in from now on; returns its id."""
    row = (
        insert(_transcription)
        .values(
            form_id=form.id,
            participant_id=form.participant,
            way=way.value,
            answered_on=answered_on,
            reason=keys.of(connection, form.participant).seal(reason),
            entered_by=by,
            entered_at=at,
        )
        .returning(_transcription.c.id)
    )
    transcription_id: int = connection.execute(row).scalar_one()
    return transcription_id


def newest(connection: Connection, *, keys: Keyring, form_id: int) -> Transcription | None:
    """How a form's answers were last being entered; None if nobody ever entered them."""
    row = connection.execute(
        select(_transcription)
        .where(_transcription.c.form_id == form_id)
        .order_by(_transcription.c.id.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else _opened(connection, keys, row)


def of_participant(
    connection: Connection, *, keys: Keyring, participant: int
) -> list[Transcription]:
    """Everything that was entered for a participant, oldest first."""
    rows = connection.execute(
        select(_transcription)
        .where(_transcription.c.participant_id == participant)
        .order_by(_transcription.c.id)
    )
    return [_opened(connection, keys, row) for row in rows]


def _opened(connection: Connection, keys: Keyring, row: Row[tuple[object, ...]]) -> Transcription:
    return Transcription(
        row.id,
        row.form_id,
        row.participant_id,
        Way(row.way),
        row.answered_on,
        row.entered_by,
        row.entered_at,
        keys.words(connection, row.participant_id, row.reason),
    )
