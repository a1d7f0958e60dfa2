"""PINs of staff, hashed and sealed, and how often a wrong one was given."""

from datetime import datetime

from sqlalchemy import Connection, func, insert, select, update

from storage import tables
from storage.keyring import Keyring

_pin = tables.pin
_miss = tables.pin_miss


def set_(
    connection: Connection, *, keys: Keyring, person_id: int, hashed: str, at: datetime
) -> None:
    """Keep a new PIN, as its hash; the one before it ends."""
    end(connection, person_id=person_id, at=at)
    sealed = keys.of(connection, person_id).seal(hashed)
    connection.execute(insert(_pin).values(person_id=person_id, hash=sealed, set_at=at))


def end(connection: Connection, *, person_id: int, at: datetime) -> bool:
    """End a person's PIN; False when they had none."""
    ended = connection.execute(
        update(_pin)
        .where(_pin.c.person_id == person_id, _pin.c.ended_at.is_(None))
        .values(ended_at=at)
    )
    return ended.rowcount > 0


def hash_of(connection: Connection, *, keys: Keyring, person_id: int) -> str | None:
    """The hash of a person's PIN; None when they have none."""
    sealed = connection.scalar(
        select(_pin.c.hash).where(_pin.c.person_id == person_id, _pin.c.ended_at.is_(None))
    )
    return None if sealed is None else keys.of(connection, person_id).open(sealed)


def note_miss(connection: Connection, *, person_id: int, at: datetime) -> None:
    connection.execute(insert(_miss).values(person_id=person_id, at=at))


def misses(connection: Connection, *, person_id: int, since: datetime) -> int:
    """How many wrong PINs this person gave since then, and since their PIN was set."""
    set_at = select(func.max(_pin.c.set_at)).where(_pin.c.person_id == person_id).scalar_subquery()
    return connection.execute(
        select(func.count()).where(
            _miss.c.person_id == person_id, _miss.c.at >= since, _miss.c.at >= set_at
        )
    ).scalar_one()
