"""What persons were told, or were to be: their messages as they stand in the record."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, and_, select

from storage import tables
from storage.keyring import Keyring
from storage.outbox import Urgency

_outbox = tables.outbox
_address = tables.address

_KEPT = select(_outbox, _address.c.channel.label("sent_on")).outerjoin(
    _address, _address.c.id == _outbox.c.address_id
)


@dataclass(frozen=True, slots=True)
class Kept:
    """A message to a person as it stands in the record, whatever became of it."""

    id: int
    key: str
    urgency: Urgency
    state: str
    reason: str | None
    channel: str | None
    made_at: datetime
    next_at: datetime
    settled_at: datetime | None
    body: str = field(repr=False)


def messages_to(
    connection: Connection, *, keys: Keyring, person_id: int, kinds: Collection[str]
) -> list[Kept]:
    """Every message of these kinds to a person, in the order in which they were made."""
    which = and_(_outbox.c.person_id == person_id, _outbox.c.kind.in_(kinds))
    return _kept(connection, keys, person_id, _KEPT.where(which).order_by(_outbox.c.id))


def newest_by(
    connection: Connection,
    *,
    keys: Keyring,
    person_id: int,
    channel: str,
    since: datetime,
    limit: int,
) -> list[Kept]:
    """What this person was told by this channel since then, what left last first."""
    which = and_(
        _outbox.c.person_id == person_id,
        _outbox.c.kind.in_(("message", "edit")),
        _outbox.c.channel == channel,
        _outbox.c.state == "sent",
        _outbox.c.settled_at >= since,
    )
    order = (_outbox.c.settled_at.desc(), _outbox.c.id.desc())
    newest = _KEPT.where(which).order_by(*order).limit(limit)
    return _kept(connection, keys, person_id, newest)


def _kept(connection: Connection, keys: Keyring, person_id: int, query: Select[Any]) -> list[Kept]:
    rows = connection.execute(query).all()
    key = keys.of(connection, person_id)
    return [
        Kept(
            row.id,
            row.key,
            Urgency(row.urgency),
            row.state,
            row.reason,
            row.channel or row.sent_on,
            row.made_at,
            row.next_at,
            row.settled_at,
            key.open(row.body),
        )
        for row in rows
    ]


def left_by(connection: Connection, *, key: str) -> str | None:
    """The channel that took the message with this key; None while none did."""
    channel: str | None = connection.scalar(
        select(_outbox.c.channel).where(_outbox.c.key == key, _outbox.c.state == "sent")
    )
    return channel
