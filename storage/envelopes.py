"""Envelopes by number, and which participant each is bound to. Nothing here knows an arm.

An allocation never changes. Where an envelope is retired that was bound and not yet read, another
takes its place in a row of its own, and both stay known.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, insert, select, union_all

from storage import tables

_envelope = tables.envelope
_allocation = tables.allocation
_replacement = tables.envelope_replacement
_incident = tables.envelope_incident
_witness = tables.envelope_witness


@dataclass(frozen=True, slots=True)
class Count:
    """`used`: participants allocated; `retired`: envelopes that befell something; `left`: those
    that can still be given. One that was passed over never is."""

    sealed: int
    used: int
    retired: int
    left: int


@dataclass(frozen=True, slots=True)
class Bound:
    """The envelope of a participant as of now, and who bound it."""

    participant: int
    envelope: int
    bound_by: int


@dataclass(frozen=True, slots=True)
class Given:
    """Numbers in the order in which they were given: to participants, in the place of retired ones,
    and elsewhere, before the trial was taken over; and those that were retired."""

    allocated: Sequence[int]
    in_place_of_others: Sequence[int]
    taken_over: frozenset[int]
    retired: frozenset[int]


_USED = union_all(select(_allocation.c.envelope), select(_replacement.c.envelope)).subquery()
_LAST_USED = func.coalesce(select(func.max(_USED.c.envelope)).scalar_subquery(), 0)
_FREE = select(_envelope.c.number).where(
    _envelope.c.number > _LAST_USED, _envelope.c.number.not_in(select(_incident.c.envelope))
)


def count(connection: Connection) -> Count:
    sealed, used, retired, left = (
        connection.execute(select(func.count()).select_from(counted)).scalar_one()
        for counted in (_envelope, _allocation, _incident, _FREE.subquery())
    )
    return Count(sealed, used, retired, left)


def lay(
    connection: Connection,
    *,
    commitments: Sequence[bytes | None],
    block_size: int,
    at: datetime,
    first: int = 1,
) -> None:
    """Lay envelopes in their order, from `first` on. A paper envelope has no commitment."""
    connection.execute(
        insert(_envelope),
        [
            {
                "number": number,
                "block": (number - 1) // block_size + 1,
                "commitment": commitment,
                "sealed_at": at,
            }
            for number, commitment in enumerate(commitments, start=first)
        ],
    )


def commitments(connection: Connection) -> list[tuple[bytes | None, datetime]]:
    """Of each envelope in order, and when it was sealed."""
    found = select(_envelope.c.commitment, _envelope.c.sealed_at).order_by(_envelope.c.number)
    return [(row.commitment, row.sealed_at) for row in connection.execute(found)]


def given(connection: Connection) -> Given:
    """What was taken over was bound at the very moment at which its file was loaded."""
    loaded = select(tables.take_over.c.loaded_at)
    elsewhere = _allocation.c.allocated_at.in_(loaded)
    numbers = select(_allocation.c.envelope).order_by(_allocation.c.id)
    replacements = select(_replacement.c.envelope).order_by(_replacement.c.id)
    return Given(
        connection.scalars(numbers.where(~elsewhere)).all(),
        connection.scalars(replacements).all(),
        frozenset(connection.scalars(numbers.where(elsewhere))),
        frozenset(connection.scalars(select(_incident.c.envelope))),
    )


def bind_next(connection: Connection, *, participant: int, by: int, at: datetime) -> Bound | None:
    """Bind the next envelope to a participant for good; None when none is left.

    Envelopes are given in order even under load, so the row is locked, not skipped.
    """
    number = _next(connection)
    if number is None:
        return None
    return bind(connection, participant=participant, number=number, by=by, at=at)


def bind(connection: Connection, *, participant: int, number: int, by: int, at: datetime) -> Bound:
    """Bind one envelope to a participant for good."""
    connection.execute(
        insert(_allocation).values(
            participant_id=participant, envelope=number, allocated_by=by, allocated_at=at
        )
    )
    return Bound(participant, number, by)


def allocations(connection: Connection) -> list[Bound]:
    """The envelope that is each participant's now, in the order in which they were allocated."""
    persons = connection.scalars(select(_allocation.c.participant_id).order_by(_allocation.c.id))
    found = (allocation_of(connection, person) for person in persons.all())
    return [bound for bound in found if bound is not None]


def replace(connection: Connection, *, retired: Bound, by: int, at: datetime) -> Bound | None:
    """Bind the next envelope in the place of a retired one; None when none is left."""
    number = _next(connection)
    if number is None:
        return None
    connection.execute(
        insert(_replacement).values(
            participant_id=retired.participant,
            retired=retired.envelope,
            envelope=number,
            replaced_by=by,
            replaced_at=at,
        )
    )
    return Bound(retired.participant, number, by)


def _next(connection: Connection) -> int | None:
    return connection.scalar(_FREE.order_by(_envelope.c.number).limit(1).with_for_update())


def retire(connection: Connection, *, envelope: int, kind: str, by: int, at: datetime) -> int:
    """Retire a number for good; returns the incident's id."""
    row = (
        insert(_incident)
        .values(envelope=envelope, kind=kind, reported_by=by, reported_at=at)
        .returning(_incident.c.id)
    )
    incident: int = connection.execute(row).scalar_one()
    return incident


def is_retired(connection: Connection, envelope: int) -> bool:
    found = select(_incident.c.id).where(_incident.c.envelope == envelope)
    return connection.scalar(found) is not None


def allocation_of(connection: Connection, participant: int) -> Bound | None:
    """The envelope that is a participant's now."""
    return _newest(
        connection,
        _replacement.c.participant_id == participant,
        _allocation.c.participant_id == participant,
    )


def holder_of(connection: Connection, envelope: int) -> Bound | None:
    """Whose envelope this is now."""
    found = _newest(
        connection, _replacement.c.envelope == envelope, _allocation.c.envelope == envelope
    )
    now = None if found is None else allocation_of(connection, found.participant)
    return found if now == found else None


def _newest(
    connection: Connection, replaced: ColumnElement[bool], allocated: ColumnElement[bool]
) -> Bound | None:
    """The newest replacement of these, else the allocation."""
    replacements = (
        select(_replacement.c.participant_id, _replacement.c.envelope, _replacement.c.replaced_by)
        .where(replaced)
        .order_by(_replacement.c.id.desc())
        .limit(1)
    )
    allocations = select(
        _allocation.c.participant_id, _allocation.c.envelope, _allocation.c.allocated_by
    ).where(allocated)
    for query in (replacements, allocations):
        row = connection.execute(query).one_or_none()
        if row is not None:
            return Bound(*row)
    return None


def allocated_at(connection: Connection, participant: int) -> datetime:
    at: datetime = connection.execute(
        select(_allocation.c.allocated_at).where(_allocation.c.participant_id == participant)
    ).scalar_one()
    return at


def witness(connection: Connection, *, bound: Bound, by: int, intact: bool, at: datetime) -> None:
    """A second person says whether the envelope was intact before it was opened."""
    connection.execute(
        insert(_witness).values(
            envelope=bound.envelope,
            participant_id=bound.participant,
            witness_id=by,
            intact=intact,
            at=at,
        )
    )


def was_intact(connection: Connection, envelope: int) -> bool | None:
    """What the witness said; None while nobody has spoken."""
    return connection.scalar(select(_witness.c.intact).where(_witness.c.envelope == envelope))
