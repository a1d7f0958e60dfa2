"""The end of a trial: the lock of its data, and what the PI signed off."""

from datetime import datetime

from sqlalchemy import Connection, insert, select

from storage import audit, tables
from storage.keyring import Keyring

_lock = tables.data_lock
_signed = tables.sign_off


def lock(connection: Connection, *, keys: Keyring, by: int, reason: str, at: datetime) -> None:
    """Lock the data, once and for good; `reason` is why points that are open are left so."""
    sealed = keys.named("trial").seal(reason)
    connection.execute(insert(_lock).values(id=1, locked_by=by, reason=sealed, locked_at=at))


def locked_at(connection: Connection) -> datetime | None:
    at: datetime | None = connection.scalar(select(_lock.c.locked_at))
    return at


def sign_off(connection: Connection, *, by: int, at: datetime) -> tuple[int, bytes]:
    """Keep that everything up to the record's head was looked at; returns that head."""
    entry, digest = audit.head(connection)
    connection.execute(
        insert(_signed).values(
            signed_by=by,
            entry=entry,
            digest=digest,
            locked=int(locked_at(connection) is not None),
            signed_at=at,
        )
    )
    return entry, digest


def signed_at(connection: Connection, *, after_lock: bool) -> datetime | None:
    """When the PI last signed off, at all or after the lock."""
    newest = select(_signed.c.signed_at).order_by(_signed.c.id.desc()).limit(1)
    if after_lock:
        newest = newest.where(_signed.c.locked == 1)
    at: datetime | None = connection.scalar(newest)
    return at
