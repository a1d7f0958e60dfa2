"""The attempts at a message of the outbox, and what became of each.

Every attempt is committed before the call. What was being tried when the process died, or when a
connection broke, has an unknown outcome: replies and alerts are tried again, reminders are not.
"""

from datetime import datetime

from sqlalchemy import Connection, Row, bindparam, select, update

from storage import people, tables
from storage.keyring import Keyring
from storage.outbox import NewMessage, ToPerson, Urgency, put

_outbox = tables.outbox
_address = tables.address

# Built once: building a statement costs more than SQLite takes to run it.
_WITH_ID = select(_outbox).where(_outbox.c.id == bindparam("message_id"))
_CHANNEL_OF_ADDRESS = select(_address.c.channel).where(_address.c.id == bindparam("address_id"))
_CHANGE = update(_outbox).where(_outbox.c.id == bindparam("message_id"))


def begin(connection: Connection, *, message_id: int, attempt: int, at: datetime) -> None:
    """Keep that a message is being tried now; `attempt` counts from 1."""
    connection.execute(
        _CHANGE,
        {"message_id": message_id, "state": "sending", "attempts": attempt, "attempted_at": at},
    )


def are_under_way(connection: Connection) -> bool:
    """Whether a message is being tried now, or was when the process died."""
    found = select(_outbox.c.id).where(_outbox.c.state == "sending").limit(1)
    return connection.scalar(found) is not None


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
