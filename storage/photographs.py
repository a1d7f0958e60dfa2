"""Photographs: rows of what was sent, and beside them the pictures that were kept.

A row is there from the turn that received it; the file is fetched afterwards. Nothing is replaced:
a picture that is sent again is a further row, and of a view the newest that was kept counts.
"""

from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import Connection, Row, func, insert, select, update

from flows.photographs import Shot, Standing, Unfit
from storage import tables
from storage.database import announce
from storage.keyring import Keyring

_photograph = tables.photograph
_file = tables.photograph_file

# Announced when a picture was received.
NEWS = "photograph"


@dataclass(frozen=True, slots=True)
class NewShot:
    """What was sent, or that a view was skipped. `key` is the same when it is brought again."""

    participant: int
    visit: str
    view: str
    taken_on: date
    sent_by: int
    address_id: int
    key: str
    message: str | None = None


@dataclass(frozen=True, slots=True)
class Received:
    """A picture whose file is still to be fetched and checked."""

    id: int
    participant: int
    visit: str
    view: str
    taken_on: date
    sent_by: int
    address_id: int
    message: str | None
    attempts: int
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as it is kept, with what was measured before it was made smaller."""

    width: int
    height: int
    sharpness: int
    content: bytes = field(repr=False)


def receive(
    connection: Connection, *, keys: Keyring, new: NewShot, file: str, at: datetime
) -> None:
    sealed = keys.of(connection, new.participant).seal(file)
    _add(connection, new, at, state=Standing.RECEIVED, file=sealed)
    announce(connection, NEWS)


def skip(connection: Connection, *, new: NewShot, reason: str, at: datetime) -> None:
    _add(connection, new, at, state=Standing.SKIPPED, reason=reason, settled_at=at)


def _add(connection: Connection, new: NewShot, at: datetime, **state: object) -> None:
    connection.execute(
        insert(_photograph).values(
            participant_id=new.participant,
            visit=new.visit,
            view=new.view,
            taken_on=new.taken_on,
            key=new.key,
            message=new.message,
            sent_by=new.sent_by,
            address_id=new.address_id,
            received_at=at,
            attempts=0,
            next_at=at,
            **state,
        )
    )


def is_known(connection: Connection, key: str) -> bool:
    known = select(_photograph.c.id).where(_photograph.c.key == key)
    return connection.scalar(known) is not None


def due(connection: Connection, *, at: datetime) -> Received | None:
    """The picture that has waited longest for being looked at now."""
    row = connection.execute(
        select(_photograph)
        .where(_photograph.c.state == Standing.RECEIVED, _photograph.c.next_at <= at)
        .order_by(_photograph.c.next_at, _photograph.c.id)
        .limit(1)
    ).one_or_none()
    return None if row is None else _received(row)


def _received(row: Row[tuple[object, ...]]) -> Received:
    return Received(
        row.id,
        row.participant_id,
        row.visit,
        row.view,
        row.taken_on,
        row.sent_by,
        row.address_id,
        row.message,
        row.attempts,
        row.received_at,
    )


def reference(connection: Connection, *, keys: Keyring, photograph: Received) -> str | None:
    """The channel's own reference to the file; None when it was settled meanwhile."""
    sealed = connection.scalar(select(_photograph.c.file).where(_photograph.c.id == photograph.id))
    return None if sealed is None else keys.of(connection, photograph.participant).open(sealed)


def next_due_at(connection: Connection) -> datetime | None:
    next_at: datetime | None = connection.scalar(
        select(func.min(_photograph.c.next_at)).where(_photograph.c.state == Standing.RECEIVED)
    )
    return next_at


def try_again(connection: Connection, *, photograph: Received, at: datetime) -> None:
    connection.execute(
        update(_photograph)
        .where(_photograph.c.id == photograph.id, _photograph.c.state == Standing.RECEIVED)
        .values(attempts=photograph.attempts + 1, next_at=at)
    )


def keep(
    connection: Connection, *, keys: Keyring, photograph: Received, picture: Picture, at: datetime
) -> bool:
    """Keep a picture; False when it was settled before."""
    if not _settle(connection, photograph, at, state=Standing.KEPT):
        return False
    sealed = keys.of(connection, photograph.participant).seal_file(picture.content)
    connection.execute(
        insert(_file).values(
            photograph_id=photograph.id,
            width=picture.width,
            height=picture.height,
            sharpness=picture.sharpness,
            content=sealed,
            kept_at=at,
        )
    )
    return True


def refuse(connection: Connection, *, photograph: Received, why: Unfit, at: datetime) -> bool:
    """False when it was settled before."""
    return _settle(connection, photograph, at, state=Standing.REFUSED, reason=why.value)


def is_newest(connection: Connection, photograph: Received) -> bool:
    """Whether nothing else was sent for its view since."""
    later = select(_photograph.c.id).where(
        _photograph.c.participant_id == photograph.participant,
        _photograph.c.visit == photograph.visit,
        _photograph.c.view == photograph.view,
        _photograph.c.id > photograph.id,
    )
    return connection.scalar(later.limit(1)) is None


def _settle(connection: Connection, photograph: Received, at: datetime, **state: object) -> bool:
    """The channel's reference goes with it: nobody needs to fetch the file again."""
    changed = connection.execute(
        update(_photograph)
        .where(_photograph.c.id == photograph.id, _photograph.c.state == Standing.RECEIVED)
        .values(settled_at=at, file=None, **state)
    )
    return changed.rowcount == 1


def shots(connection: Connection, participant: int) -> tuple[Shot, ...]:
    """Everything that was sent or skipped, in its order, but for what was set aside."""
    rows = connection.execute(
        select(_photograph)
        .where(
            _photograph.c.participant_id == participant,
            _photograph.c.state != Standing.SET_ASIDE,
        )
        .order_by(_photograph.c.id)
    )
    return tuple(
        Shot(row.visit, row.view, row.taken_on, Standing(row.state), row.reason) for row in rows
    )


def content(
    connection: Connection, *, keys: Keyring, participant: int, visit: str, view: str
) -> bytes | None:
    """The newest picture of a view that was kept."""
    sealed = connection.scalar(
        select(_file.c.content)
        .join(_photograph, _photograph.c.id == _file.c.photograph_id)
        .where(
            _photograph.c.participant_id == participant,
            _photograph.c.visit == visit,
            _photograph.c.view == view,
            _photograph.c.state == Standing.KEPT,
        )
        .order_by(_photograph.c.id.desc())
        .limit(1)
    )
    if sealed is None or not keys.has(connection, participant):
        return None
    return keys.of(connection, participant).open_file(sealed)


def set_aside(connection: Connection, *, participant: int, visit: str, at: datetime) -> None:
    """What was sent for a visit was somebody else's: it stays, sealed, and is never shown again."""
    connection.execute(
        update(_photograph)
        .where(_photograph.c.participant_id == participant, _photograph.c.visit == visit)
        .values(state=Standing.SET_ASIDE, file=None, settled_at=at)
    )
