"""What of the outbox may leave now, what first, and whom it reaches."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection, Row, Subquery, bindparam, func, or_, select, update

from storage import attempts, people, tables
from storage.keyring import Keyring
from storage.outbox import Urgency

_outbox = tables.outbox
_address = tables.address
_person = tables.person

# Built once: building a statement costs more than SQLite takes to run it.
_FIRST = (
    select(_outbox)
    .where(_outbox.c.line == bindparam("line"), _outbox.c.state == "waiting")
    .order_by(_outbox.c.id)
    .limit(1)
)
_REACHED_AT = (
    select(_address.c.channel, _address.c.sealed, _person.c.language)
    .join(_person, _person.c.id == _address.c.person_id)
    .where(_address.c.id == bindparam("address_id"))
)
# The channel of a message: a stranger's, its address's, or the one that reaches its person.
_CHANNEL = func.coalesce(
    _outbox.c.channel, _address.c.channel, people.current_channel(_outbox.c.person_id)
)

# Whoever has no address yet is looked at again when one is bound, and at this interval.
_UNREACHABLE_FOR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class DueLine:
    """The first message of a line may leave now. `channel` is None when nobody is reached yet."""

    line: str
    urgency: Urgency
    channel: str | None


@dataclass(frozen=True, slots=True)
class Leaving:
    """A message to be sent now, and committed as being tried."""

    id: int
    kind: str
    urgency: Urgency
    attempts: int
    person_id: int | None
    address_id: int | None
    channel: str
    language: str | None
    expires_at: datetime | None
    address: str = field(repr=False)
    body: str = field(repr=False)


def due_lines(
    connection: Connection,
    *,
    at: datetime,
    busy: Collection[str],
    channels: Collection[str],
    limit: int,
) -> list[DueLine]:
    """The lines whose first message may leave now by one of these channels, most urgent first."""
    first = _first_of_lines(busy, channels)
    rows = connection.execute(
        select(first)
        .where(first.c.next_at <= at)
        .order_by(first.c.urgency, first.c.id)
        .limit(limit)
    )
    return [DueLine(row.line, Urgency(row.urgency), row.channel) for row in rows]


def next_due_at(
    connection: Connection, *, busy: Collection[str], channels: Collection[str]
) -> datetime | None:
    """When the next line's first message wants to leave by one of these channels."""
    first = _first_of_lines(busy, channels)
    due: datetime | None = connection.scalar(select(func.min(first.c.next_at)))
    return due


def _first_of_lines(busy: Collection[str], channels: Collection[str]) -> Subquery:
    """The first waiting message of each line, and the urgency of the most urgent behind it.

    What would leave by another channel waits until that channel is there.
    """
    lines = (
        select(
            _outbox.c.line,
            func.min(_outbox.c.id).label("id"),
            func.min(_outbox.c.urgency).label("urgency"),
        )
        .where(_outbox.c.state == "waiting", _outbox.c.line.not_in(busy))
        .group_by(_outbox.c.line)
        .subquery()
    )
    return (
        select(lines, _outbox.c.next_at, _CHANNEL.label("channel"))
        .join(_outbox, _outbox.c.id == lines.c.id)
        .outerjoin(_address, _address.c.id == _outbox.c.address_id)
        .where(or_(_CHANNEL.in_(channels), _CHANNEL.is_(None)))
        .subquery()
    )


def take(
    connection: Connection, *, keys: Keyring, line: str, channel: str | None, at: datetime
) -> Leaving | None:
    """Take the line's first message and mark it as being tried; None when it may not leave now.

    It leaves by this channel, or it waits to be looked at again.
    """
    row = _first(connection, line)
    if row is not None and row.expires_at is not None and row.expires_at <= at:
        _expire(connection, line, at)
        row = _first(connection, line)
    if row is None or row.next_at > at:
        return None
    leaving = _addressed(connection, keys, row)
    if leaving is None:
        _postpone(connection, line, at + _UNREACHABLE_FOR)
        return None
    if leaving.channel != channel:
        return None
    attempts.begin(connection, message_id=row.id, attempt=leaving.attempts, at=at)
    return leaving


def _first(connection: Connection, line: str) -> Row[tuple[object, ...]] | None:
    found: Row[tuple[object, ...]] | None
    found = connection.execute(_FIRST, {"line": line}).one_or_none()
    return found


def _expire(connection: Connection, line: str, at: datetime) -> None:
    connection.execute(
        update(_outbox)
        .where(_outbox.c.line == line, _outbox.c.state == "waiting", _outbox.c.expires_at <= at)
        .values(state="expired", settled_at=at, reason="expired")
    )


def _postpone(connection: Connection, line: str, until: datetime) -> None:
    connection.execute(
        update(_outbox)
        .where(_outbox.c.line == line, _outbox.c.state == "waiting")
        .values(next_at=until)
    )


def _addressed(
    connection: Connection, keys: Keyring, row: Row[tuple[object, ...]]
) -> Leaving | None:
    if row.person_id is None:
        address = keys.named("trial").open(row.stranger)
        return _leaving(row, None, row.channel, None, address, keys.named("trial").open(row.body))
    address_id = row.address_id or people.current_address(connection, row.person_id)
    if address_id is None:
        return None
    found = connection.execute(_REACHED_AT, {"address_id": address_id}).one()
    key = keys.of(connection, row.person_id)
    return _leaving(
        row, address_id, found.channel, found.language, key.open(found.sealed), key.open(row.body)
    )


def _leaving(
    row: Row[tuple[object, ...]],
    address_id: int | None,
    channel: str,
    language: str | None,
    address: str,
    body: str,
) -> Leaving:
    return Leaving(
        row.id,
        row.kind,
        Urgency(row.urgency),
        row.attempts + 1,
        row.person_id,
        address_id,
        channel,
        language,
        row.expires_at,
        address,
        body,
    )
