"""What waits in the outbox: it is hastened, given up or taken back."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, func, select, update

from storage import tables
from storage.database import announce
from storage.outbox import NEWS, Urgency

_outbox = tables.outbox


def hasten(connection: Connection, *, person_id: int, at: datetime) -> None:
    """Send now what waited for this person to be reachable."""
    connection.execute(
        update(_outbox)
        .where(_outbox.c.person_id == person_id, _outbox.c.state == "waiting")
        .values(next_at=at)
    )
    announce(connection, NEWS)


def hasten_all(connection: Connection, *, at: datetime) -> None:
    """Look again at once at whatever was tried in vain and may leave by another way."""
    connection.execute(
        update(_outbox)
        .where(
            _outbox.c.state == "waiting",
            _outbox.c.person_id.is_not(None),
            _outbox.c.address_id.is_(None),
        )
        .values(next_at=at)
    )
    announce(connection, NEWS)


def fail_waiting(connection: Connection, *, address_id: int, at: datetime, reason: str) -> None:
    """Give up what waits for an address that does not take messages."""
    connection.execute(
        update(_outbox)
        .where(_outbox.c.address_id == address_id, _outbox.c.state == "waiting")
        .values(state="failed", settled_at=at, reason=reason)
    )


def cancel(
    connection: Connection,
    *,
    person_id: int,
    at: datetime,
    reason: str,
    urgencies: Collection[Urgency],
    only: Collection[str] | None = None,
) -> None:
    """Take back messages of these urgencies that have not left; with `only`, of these keys."""
    which = [
        _outbox.c.person_id == person_id,
        _outbox.c.state == "waiting",
        _outbox.c.urgency.in_([urgency.value for urgency in urgencies]),
    ]
    if only is not None:
        which.append(_outbox.c.key.in_(only))
    connection.execute(
        update(_outbox).where(*which).values(state="cancelled", settled_at=at, reason=reason)
    )


def oldest_waiting(connection: Connection) -> datetime | None:
    oldest: datetime | None = connection.scalar(
        select(func.min(_outbox.c.made_at)).where(_outbox.c.state == "waiting")
    )
    return oldest
