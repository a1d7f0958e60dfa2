"""Pictures that stand in somebody's chat, or are about to, until they are taken back.

They are messages of the outbox. What the channel calls each is kept with it while it stands.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select, update

from storage import tables

_outbox = tables.outbox

KINDS = ("comparison", "photograph")

_STANDS = and_(_outbox.c.kind.in_(KINDS), _outbox.c.state == "sent", _outbox.c.sent_as.is_not(None))
_COMES = and_(_outbox.c.kind.in_(KINDS), _outbox.c.state.in_(("waiting", "sending")))


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture in a chat; `sent_as` is None while it is still on its way."""

    message_id: int
    person_id: int
    address_id: int
    sent_as: str | None


def to(connection: Connection, *, person_id: int, beginning: str) -> list[Shown]:
    """What this person is shown under keys with this beginning."""
    named = _outbox.c.key.startswith(beginning, autoescape=True)
    return _read(connection, or_(_STANDS, _COMES), _outbox.c.person_id == person_id, named)


def before(connection: Connection, *, moment: datetime) -> list[Shown]:
    """What has stood in a chat since before this moment."""
    return _read(connection, _STANDS, _outbox.c.settled_at <= moment)


def oldest_at(connection: Connection) -> datetime | None:
    """Since when the oldest of all stands."""
    oldest: datetime | None = connection.scalar(
        select(func.min(_outbox.c.settled_at)).where(_STANDS)
    )
    return oldest


def _read(connection: Connection, *conditions: ColumnElement[bool]) -> list[Shown]:
    rows = connection.execute(select(_outbox).where(*conditions).order_by(_outbox.c.id))
    return [Shown(row.id, row.person_id, row.address_id, row.sent_as) for row in rows]


def take_back(connection: Connection, *, pictures: Collection[Shown], at: datetime) -> None:
    """What stands is known by its name no more; what has not left yet does not leave."""
    which = _outbox.c.id.in_([picture.message_id for picture in pictures])
    connection.execute(update(_outbox).where(which, _STANDS).values(sent_as=None))
    connection.execute(
        update(_outbox)
        .where(which, _outbox.c.state == "waiting")
        .values(state="cancelled", settled_at=at, reason="taken_back")
    )
