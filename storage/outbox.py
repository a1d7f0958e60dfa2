"""Messages on their way out. They are rows before they are calls.

Here they are put in. Messages of one line (a person, or a stranger's address) leave in the order in
which they were made.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum

from sqlalchemy import Connection, bindparam, insert, select

from storage import tables
from storage.database import announce
from storage.keyring import Keyring

_outbox = tables.outbox

# Built once: building a statement costs more than SQLite takes to run it.
_WITH_KEY = select(_outbox.c.id).where(_outbox.c.key == bindparam("key"))

# Announced when something may leave that could not before.
NEWS = "outbox"
# The keys of messages of which nobody but their reader may learn, not by counting, begin with it.
UNCOUNTED = "uncounted:"


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


def was_put(connection: Connection, *, key_begins: str, since: datetime) -> bool:
    """Whether a message whose key begins so was put in since then."""
    found = select(_outbox.c.id).where(
        _outbox.c.key.startswith(key_begins, autoescape=True), _outbox.c.made_at >= since
    )
    return connection.scalar(found.limit(1)) is not None
