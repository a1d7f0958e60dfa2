"""Who asked to see an arm, and whether a second person agreed. Nothing here knows an arm."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, Select, func, insert, select

from storage import tables
from storage.keyring import Keyring

_asked = tables.unblinding
_answer = tables.unblinding_answer


@dataclass(frozen=True, slots=True)
class Request:
    """`participant` is None where the whole trial is to be unblinded. `agreed` is None while nobody
    has answered."""

    id: int
    participant: int | None
    asked_by: int
    asked_at: datetime
    expires_at: datetime
    answered_by: int | None
    agreed: bool | None
    answered_at: datetime | None


def ask(
    connection: Connection,
    *,
    keys: Keyring,
    participant: int | None,
    by: int,
    reason: str,
    at: datetime,
    expires_at: datetime,
) -> int:
    row = (
        insert(_asked)
        .values(
            participant_id=participant,
            asked_by=by,
            reason=keys.of(connection, participant).seal(reason),
            asked_at=at,
            expires_at=expires_at,
        )
        .returning(_asked.c.id)
    )
    request: int = connection.execute(row).scalar_one()
    return request


def answer(connection: Connection, *, request: int, by: int, agreed: bool, at: datetime) -> None:
    """Agree or not; a second answer to a request is refused by the database."""
    connection.execute(
        insert(_answer).values(
            unblinding_id=request, answered_by=by, agreed=int(agreed), answered_at=at
        )
    )


def get(connection: Connection, request: int) -> Request | None:
    row = connection.execute(_all().where(_asked.c.id == request)).one_or_none()
    return None if row is None else _request(row)


def newest(connection: Connection, *, since: datetime) -> list[Request]:
    """The requests made since then, oldest first."""
    rows = connection.execute(_all().where(_asked.c.asked_at >= since).order_by(_asked.c.id))
    return [_request(row) for row in rows]


def is_trial_unblinded(connection: Connection) -> bool:
    found = (
        select(_answer.c.id)
        .join(_asked, _asked.c.id == _answer.c.unblinding_id)
        .where(_asked.c.participant_id.is_(None), _answer.c.agreed == 1)
    )
    return connection.scalar(found.limit(1)) is not None


def agreed(connection: Connection) -> int:
    """How many unblindings of one participant were agreed to."""
    return connection.execute(
        select(func.count())
        .select_from(_answer.join(_asked, _asked.c.id == _answer.c.unblinding_id))
        .where(_asked.c.participant_id.is_not(None), _answer.c.agreed == 1)
    ).scalar_one()


def _all() -> Select[tuple[object, ...]]:
    return select(_asked, _answer.c.answered_by, _answer.c.agreed, _answer.c.answered_at).outerjoin(
        _answer, _answer.c.unblinding_id == _asked.c.id
    )


def _request(row: Row[tuple[object, ...]]) -> Request:
    return Request(
        row.id,
        row.participant_id,
        row.asked_by,
        row.asked_at,
        row.expires_at,
        row.answered_by,
        None if row.agreed is None else bool(row.agreed),
        row.answered_at,
    )
