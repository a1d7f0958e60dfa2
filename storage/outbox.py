"""Messages on their way out. They are rows before they are calls.

Every attempt is committed before the call. What was being tried when the process died, or when a
connection broke, has an unknown outcome: replies and alerts are tried again, reminders are not.
Messages of one line (a person, or a stranger's address) leave in the order in which they were made.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any

from sqlalchemy import (
    Connection,
    Row,
    Select,
    Subquery,
    and_,
    bindparam,
    func,
    insert,
    or_,
    select,
    update,
)

from storage import people, tables
from storage.database import announce
from storage.keyring import Keyring

_outbox = tables.outbox
_address = tables.address
_person = tables.person

# What every message asks is built once: building a statement costs more than SQLite takes to run
# it.
_WITH_KEY = select(_outbox.c.id).where(_outbox.c.key == bindparam("key"))
_WITH_ID = select(_outbox).where(_outbox.c.id == bindparam("message_id"))
_CHANNEL_OF_ADDRESS = select(_address.c.channel).where(_address.c.id == bindparam("address_id"))
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
_KEPT = select(_outbox, _address.c.channel.label("sent_on")).outerjoin(
    _address, _address.c.id == _outbox.c.address_id
)
_CHANGE = update(_outbox).where(_outbox.c.id == bindparam("message_id"))

# Announced when something may leave that could not before.
NEWS = "outbox"
# The keys of messages of which nobody but their reader may learn, not by counting, begin with it.
UNCOUNTED = "uncounted:"

# Whoever has no address yet is looked at again when one is bound, and at this interval.
_UNREACHABLE_FOR = timedelta(hours=1)


class Urgency(IntEnum):
    """What leaves first when the channel is slow."""

    ALERT = 0
    REPLY = 1
    NOTICE = 2
    REMINDER = 3


@dataclass(frozen=True, slots=True)
class ToPerson:
    """Where this person is reached when the message leaves, or at one address of theirs."""

    person_id: int
    address_id: int | None = None


@dataclass(frozen=True, slots=True)
class ToStranger:
    channel: str
    address: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class NewMessage:
    """`key` makes it unique: a second message with the same key is not put in.

    A message with a `line` of its own waits for no other: the answer to a tap, for example.
    """

    key: str
    kind: str
    urgency: Urgency
    to: ToPerson | ToStranger
    body: str = field(repr=False)
    expires_at: datetime | None = None
    line: str | None = None


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


def put(connection: Connection, *, keys: Keyring, new: NewMessage, at: datetime) -> bool:
    """Put a message in; False when one with its key is there already."""
    known = connection.scalar(_WITH_KEY, {"key": new.key})
    if known is not None:
        return False
    person_id = new.to.person_id if isinstance(new.to, ToPerson) else None
    connection.execute(
        insert(_outbox),
        {
            "key": new.key,
            **_destination(keys, new),
            "urgency": new.urgency.value,
            "kind": new.kind,
            "body": keys.of(connection, person_id).seal(new.body),
            "made_at": at,
            "expires_at": new.expires_at,
            "state": "waiting",
            "attempts": 0,
            "next_at": at,
        },
    )
    announce(connection, NEWS)
    return True


def was_put(connection: Connection, *, key_begins: str, since: datetime) -> bool:
    """Whether a message whose key begins so was put in since then."""
    found = select(_outbox.c.id).where(
        _outbox.c.key.startswith(key_begins, autoescape=True), _outbox.c.made_at >= since
    )
    return connection.scalar(found.limit(1)) is not None


def _destination(keys: Keyring, new: NewMessage) -> dict[str, object]:
    match new.to:
        case ToPerson(person_id, address_id):
            return {
                "line": new.line or _line(person_id, address_id),
                "person_id": person_id,
                "address_id": address_id,
            }
        case ToStranger(channel, address):
            digest = keys.lookup.digest(f"address:{channel}", address)
            return {
                "line": f"stranger:{digest.hex()}",
                "channel": channel,
                "stranger": keys.named("trial").seal(address),
            }


def _line(person_id: int, address_id: int | None) -> str:
    """What is for one address waits for that one; it must not keep back what may leave by any."""
    return f"person:{person_id}" if address_id is None else f"person:{person_id}:{address_id}"


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
    connection.execute(
        _CHANGE,
        {
            "message_id": row.id,
            "state": "sending",
            "attempts": row.attempts + 1,
            "attempted_at": at,
        },
    )
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


def settle(
    connection: Connection,
    *,
    message_id: int,
    state: str,
    at: datetime,
    reason: str | None = None,
) -> None:
    """Keep what became of a message: failed, unknown or expired."""
    connection.execute(
        _CHANGE, {"message_id": message_id, "state": state, "settled_at": at, "reason": reason}
    )


def settle_sent(
    connection: Connection,
    *,
    message_id: int,
    channel: str,
    at: datetime,
    sent_as: str | None = None,
) -> None:
    """Keep that a message was sent, by which channel, and as what where it is to leave again."""
    connection.execute(
        _CHANGE,
        {
            "message_id": message_id,
            "state": "sent",
            "settled_at": at,
            "reason": None,
            "channel": channel,
            "sent_as": sent_as,
        },
    )


def try_again(connection: Connection, *, message_id: int, at: datetime, reason: str) -> None:
    """Let a message wait until `at`, with whatever stands behind it in its line."""
    connection.execute(
        update(_outbox)
        .where(_outbox.c.id == message_id)
        .values(state="waiting", reason=reason, next_at=at)
    )


def try_elsewhere(connection: Connection, *, message_id: int, at: datetime, reason: str) -> bool:
    """Let a message that reached nobody leave at once by another way; False if it has none."""
    row = connection.execute(_WITH_ID, {"message_id": message_id}).one()
    if row.person_id is None or row.address_id is not None:
        return False
    if people.current_address(connection, row.person_id) is None:
        return False
    try_again(connection, message_id=message_id, at=at, reason=reason)
    return True


def pass_on(
    connection: Connection, *, keys: Keyring, message_id: int, without: str, at: datetime
) -> bool:
    """Put in, in the place of a message that did not arrive, the same one for the next way on which
    it was not tried, `without` the one that failed; False if there is none, or if it was put in."""
    row = connection.execute(_WITH_ID, {"message_id": message_id}).one()
    if row.person_id is None or row.kind != "message" or _is_over(row, at):
        return False
    tried = {without, *_tried(connection, row)}
    address = people.next_address(connection, row.person_id, without=tried)
    if address is None:
        return False
    new = NewMessage(
        f"instead:{message_id}",
        row.kind,
        Urgency(row.urgency),
        ToPerson(row.person_id, address),
        keys.of(connection, row.person_id).open(row.body),
        row.expires_at,
    )
    if not put(connection, keys=keys, new=new, at=at):
        return False
    placed = update(_outbox).where(_outbox.c.key == new.key).values(instead_of=message_id)
    connection.execute(placed)
    return True


def _is_over(row: Row[tuple[object, ...]], at: datetime) -> bool:
    return row.expires_at is not None and row.expires_at <= at


def _tried(connection: Connection, row: Row[tuple[object, ...]] | None) -> set[str]:
    """The channels by which a message, and those in whose place it stands, left."""
    channels: set[str] = set()
    while row is not None:
        channels |= {row.channel} - {None}
        channels |= set(connection.scalars(_CHANNEL_OF_ADDRESS, {"address_id": row.address_id}))
        row = connection.execute(_WITH_ID, {"message_id": row.instead_of}).one_or_none()
    return channels


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


def hold(connection: Connection, *, message_id: int, until: datetime, reason: str) -> None:
    """Let a message alone wait until then, in a line of its own: the next answer does not."""
    connection.execute(
        _CHANGE,
        {
            "message_id": message_id,
            "state": "waiting",
            "reason": reason,
            "next_at": until,
            "line": f"held:{message_id}",
        },
    )


def hasten(connection: Connection, *, person_id: int, at: datetime) -> None:
    """Send now what waited for this person to be reachable."""
    connection.execute(
        update(_outbox)
        .where(_outbox.c.person_id == person_id, _outbox.c.state == "waiting")
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


def recover(connection: Connection, *, at: datetime) -> None:
    """After a start: settle what was being tried when the process ended."""
    interrupted = _outbox.c.state == "sending"
    connection.execute(
        update(_outbox)
        .where(interrupted, _outbox.c.urgency == Urgency.REMINDER.value)
        .values(state="unknown", settled_at=at, reason="interrupted")
    )
    connection.execute(
        update(_outbox).where(interrupted).values(state="waiting", next_at=at, reason="interrupted")
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
