"""Phones that several people share: who writes from one now, and what waits for that to be said.

A number is found by its digest alone.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, exists, func, insert, or_, select, update

from storage import tables
from storage.keyring import Keyring

_number = tables.shared_number
_held = tables.held_sms
_outbox = tables.outbox


@dataclass(frozen=True, slots=True)
class Writer:
    """Whose address is written from since it was said; or who may it be, while it is asked."""

    address_id: int | None
    offered: Sequence[int]
    heard_at: datetime


def writer(connection: Connection, digest: bytes) -> Writer | None:
    row = connection.execute(select(_number).where(_number.c.digest == digest)).one_or_none()
    return None if row is None else Writer(row.address_id, row.offered or (), row.heard_at)


def ask(connection: Connection, digest: bytes, *, offered: Sequence[int], at: datetime) -> None:
    """Nobody is known to write until one of these is chosen."""
    _put(connection, digest, address_id=None, offered=list(offered), heard_at=at)


def choose(connection: Connection, digest: bytes, *, address_id: int, at: datetime) -> None:
    _put(connection, digest, address_id=address_id, offered=None, heard_at=at)


def _put(connection: Connection, digest: bytes, **values: Any) -> None:
    changed = connection.execute(update(_number).where(_number.c.digest == digest).values(**values))
    if not changed.rowcount:
        connection.execute(insert(_number).values(digest=digest, **values))


def hold(connection: Connection, digest: bytes, *, keys: Keyring, words: str, at: datetime) -> None:
    """Keep what somebody wrote until they have said who they are."""
    sealed = keys.named("trial").seal(words)
    connection.execute(insert(_held).values(digest=digest, words=sealed, received_at=at))


def held(
    connection: Connection,
    digest: bytes,
    *,
    keys: Keyring,
    until: datetime,
    after: datetime | None = None,
) -> list[str]:
    """What waits and came until then, in its order; with `after`, what is newer than that."""
    rows = connection.scalars(
        select(_held.c.words).where(*_came(digest, until, after)).order_by(_held.c.id)
    )
    key = keys.named("trial")
    return [key.open(words) for words in rows]


def release(
    connection: Connection, digest: bytes, *, until: datetime, after: datetime | None = None
) -> None:
    """The same was taken, or is given up."""
    connection.execute(delete(_held).where(*_came(digest, until, after)))


def _came(
    digest: bytes, until: datetime, after: datetime | None
) -> tuple[ColumnElement[bool], ...]:
    came = (_held.c.digest == digest, _held.c.received_at <= until)
    return came if after is None else (*came, _held.c.received_at > after)


def codes_at(connection: Connection, digest: bytes) -> list[str]:
    """The codes of the participants who share this number."""
    address, participant = tables.address, tables.participant
    return list(
        connection.scalars(
            select(participant.c.code)
            .join(address, address.c.person_id == participant.c.person_id)
            .where(
                address.c.channel == tables.SHARED_CHANNEL,
                address.c.digest == digest,
                address.c.state != "closed",
            )
            .order_by(address.c.id)
        )
    )


def was_written_to(connection: Connection, persons: Collection[int], *, since: datetime) -> bool:
    """Whether an SMS left, or may just be leaving, to any of these after then."""
    reached = or_(_outbox.c.channel.is_(None), _outbox.c.channel == tables.SHARED_CHANNEL)
    found = exists().where(
        _outbox.c.person_id.in_(persons),
        _outbox.c.attempted_at > since,
        _outbox.c.state.in_(("sending", "sent", "unknown")),
        reached,
    )
    return bool(connection.scalar(select(found)))


def times_asked(connection: Connection, digest: bytes, *, since: datetime) -> int:
    """How often this number was asked who writes since then."""
    return connection.execute(
        select(func.count()).where(
            _outbox.c.line == f"stranger:{digest.hex()}",
            _outbox.c.kind == "who",
            _outbox.c.made_at >= since,
        )
    ).scalar_one()
