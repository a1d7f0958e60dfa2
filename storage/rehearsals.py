"""The mark of a rehearsal: it stands in a rehearsal's own database, and in no other."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, insert, select, update

from storage import tables
from storage.failures import Failure

_rehearsal = tables.rehearsal


class LiveData(Failure):
    """The database in {path} holds a trial that is no rehearsal, so nothing is rehearsed on it;
    set HAMRAH_DATA to another folder.
    """


class RehearsalData(Failure):
    """The database in {path} belongs to a rehearsal, so no trial is run on it; set HAMRAH_DATA, or
    HAMRAH_DATABASE, to another place.
    """


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """`epoch` tells one rehearsal from the next; its clock is so many seconds ahead."""

    epoch: str
    seconds_ahead: int


def find(connection: Connection) -> Rehearsal | None:
    row = connection.execute(select(_rehearsal)).one_or_none()
    return None if row is None else Rehearsal(row.epoch, row.seconds_ahead)


def require_none(connection: Connection, path: Path) -> None:
    """Raises RehearsalData."""
    if find(connection) is not None:
        raise RehearsalData(path=path)


def take_up(connection: Connection, *, beginning: Rehearsal, path: Path) -> Rehearsal:
    """The rehearsal in this database; in an untouched one `beginning` does. Raises LiveData."""
    found = find(connection)
    if found is not None:
        return found
    for touched in (tables.person, tables.audit, tables.envelope):
        if connection.execute(select(touched).limit(1)).first() is not None:
            raise LiveData(path=path)
    connection.execute(
        insert(_rehearsal).values(
            id=1, epoch=beginning.epoch, seconds_ahead=beginning.seconds_ahead
        )
    )
    return beginning


def set_ahead(connection: Connection, *, seconds: int) -> None:
    connection.execute(update(_rehearsal).values(seconds_ahead=seconds))
