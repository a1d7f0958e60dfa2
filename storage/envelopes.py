"""Envelopes by number, and which participant each is bound to. Nothing here knows an arm."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, insert, select

from storage import tables

_envelope = tables.envelope
_allocation = tables.allocation


@dataclass(frozen=True, slots=True)
class Count:
    sealed: int
    used: int


@dataclass(frozen=True, slots=True)
class Allocation:
    id: int
    participant: int
    envelope: int
    allocated_by: int
    allocated_at: datetime


def count(connection: Connection) -> Count:
    sealed = connection.execute(select(func.count()).select_from(_envelope)).scalar_one()
    used = connection.execute(select(func.count()).select_from(_allocation)).scalar_one()
    return Count(sealed, used)


def lay(
    connection: Connection,
    *,
    commitments: Sequence[bytes | None],
    block_size: int,
    at: datetime,
) -> None:
    """Lay the envelopes in their order, 1 first. A paper envelope has no commitment."""
    connection.execute(
        insert(_envelope),
        [
            {
                "number": number,
                "block": (number - 1) // block_size + 1,
                "commitment": commitment,
                "sealed_at": at,
            }
            for number, commitment in enumerate(commitments, start=1)
        ],
    )


def commitments(connection: Connection) -> list[tuple[bytes | None, datetime]]:
    """Of each envelope in order, and when it was sealed."""
    found = select(_envelope.c.commitment, _envelope.c.sealed_at).order_by(_envelope.c.number)
    return [(row.commitment, row.sealed_at) for row in connection.execute(found)]


def given(connection: Connection) -> list[int]:
    """The numbers of the envelopes, in the order in which they were given."""
    return list(connection.scalars(select(_allocation.c.envelope).order_by(_allocation.c.id)))


def bind_next(
    connection: Connection, *, participant: int, by: int, at: datetime
) -> Allocation | None:
    """Bind the next envelope to a participant for good; None when none is left.

    Envelopes are given in order even under load, so the row is locked, not skipped.
    """
    number = connection.scalar(
        select(_envelope.c.number)
        .where(_envelope.c.number.not_in(select(_allocation.c.envelope)))
        .order_by(_envelope.c.number)
        .limit(1)
        .with_for_update()
    )
    if number is None:
        return None
    row = (
        insert(_allocation)
        .values(participant_id=participant, envelope=number, allocated_by=by, allocated_at=at)
        .returning(_allocation.c.id)
    )
    return Allocation(connection.execute(row).scalar_one(), participant, number, by, at)


def allocations(connection: Connection) -> list[Allocation]:
    """Every binding, in the order in which they were made."""
    rows = connection.execute(select(_allocation).order_by(_allocation.c.id))
    return [
        Allocation(row.id, row.participant_id, row.envelope, row.allocated_by, row.allocated_at)
        for row in rows
    ]


def allocation_of(connection: Connection, participant: int) -> Allocation | None:
    row = connection.execute(
        select(_allocation).where(_allocation.c.participant_id == participant)
    ).one_or_none()
    if row is None:
        return None
    return Allocation(row.id, row.participant_id, row.envelope, row.allocated_by, row.allocated_at)
