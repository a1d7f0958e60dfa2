"""What is due at a moment: rows, so that no restart forgets it. The scheduler only ticks.

A plan's key names the fact it hangs on, so the same fact is planned once, and a changed fact (an
appointment that moved) is another plan while the old one is dropped.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, func, insert, select, update

from storage import tables

_planned = tables.planned


@dataclass(frozen=True, slots=True)
class Plan:
    """`only_ahead`: when it is first planned after its moment, it is too late for it."""

    key: str
    kind: str
    due_at: datetime
    participant: int | None = None
    subject: Mapping[str, str | int] = field(default_factory=dict)
    only_ahead: bool = False


@dataclass(frozen=True, slots=True)
class DuePlan:
    id: int
    kind: str
    due_at: datetime
    participant: int | None
    subject: Mapping[str, str | int]


def add(connection: Connection, plan: Plan) -> bool:
    """Plan something once; False when it was planned before, whatever became of it."""
    known = connection.scalar(select(_planned.c.id).where(_planned.c.key == plan.key))
    if known is not None:
        return False
    connection.execute(
        insert(_planned).values(
            key=plan.key,
            kind=plan.kind,
            participant_id=plan.participant,
            subject=dict(plan.subject),
            due_at=plan.due_at,
            state="planned",
        )
    )
    return True


def replace_for(
    connection: Connection, *, participant: int, plans: Collection[Plan], at: datetime
) -> None:
    """Make a participant's plans these: add what is new, drop what no longer holds.

    A dropped plan whose fact returns (an appointment moved away and back) is taken up again, unless
    it was carried out. What a plan says (the last day of a window) is brought up to date.
    """
    wanted = {plan.key: plan for plan in plans}
    rows = connection.execute(
        select(_planned.c.id, _planned.c.key, _planned.c.state, _planned.c.subject).where(
            _planned.c.participant_id == participant
        )
    ).all()
    for row in rows:
        if row.state == "planned" and row.key not in wanted:
            _set(connection, row.id, state="dropped", reason="no_longer_holds", decided_at=at)
        elif row.state == "dropped" and row.key in wanted:
            due_at = wanted[row.key].due_at
            _set(connection, row.id, state="planned", reason=None, decided_at=None, due_at=due_at)
        if row.key in wanted and row.subject != dict(wanted[row.key].subject):
            _set(connection, row.id, subject=dict(wanted[row.key].subject))
    known = {row.key for row in rows}
    for key, plan in wanted.items():
        if key not in known:
            _add_ahead(connection, plan, at)


def _add_ahead(connection: Connection, plan: Plan, at: datetime) -> None:
    add(connection, plan)
    if plan.only_ahead and plan.due_at <= at:
        late = update(_planned).where(_planned.c.key == plan.key)
        connection.execute(late.values(state="skipped", reason="too_late", decided_at=at))


def due(connection: Connection, *, at: datetime, limit: int) -> list[DuePlan]:
    """What is due now, earliest first."""
    rows = connection.execute(
        select(_planned)
        .where(_planned.c.state == "planned", _planned.c.due_at <= at)
        .order_by(_planned.c.due_at, _planned.c.id)
        .limit(limit)
    )
    return [DuePlan(row.id, row.kind, row.due_at, row.participant_id, row.subject) for row in rows]


def done(connection: Connection, *, participant: int, kind: str) -> list[DuePlan]:
    """What was carried out of this kind for a participant."""
    rows = connection.execute(
        select(_planned).where(
            _planned.c.participant_id == participant,
            _planned.c.kind == kind,
            _planned.c.state == "done",
        )
    )
    return [DuePlan(row.id, row.kind, row.due_at, row.participant_id, row.subject) for row in rows]


@dataclass(frozen=True, slots=True)
class Decided:
    """A plan with what was decided at its moment; planned ones are still to be decided."""

    id: int
    kind: str
    due_at: datetime
    subject: Mapping[str, str | int]
    state: str
    reason: str | None
    decided_at: datetime | None


def of_participant(
    connection: Connection, *, participant: int, kinds: Collection[str]
) -> list[Decided]:
    """Every plan of these kinds for a participant, by the time it is due."""
    rows = connection.execute(
        select(_planned)
        .where(_planned.c.participant_id == participant, _planned.c.kind.in_(kinds))
        .order_by(_planned.c.due_at, _planned.c.id)
    )
    return [
        Decided(row.id, row.kind, row.due_at, row.subject, row.state, row.reason, row.decided_at)
        for row in rows
    ]


def is_planned(connection: Connection, plan_id: int) -> bool:
    """Whether this plan still waits; the turn that carries it out asks again."""
    state = connection.scalar(select(_planned.c.state).where(_planned.c.id == plan_id))
    return state == "planned"


def settle(
    connection: Connection, *, plan_id: int, state: str, at: datetime, reason: str | None = None
) -> None:
    """Keep whether it was done or not sent, and why not."""
    _set(connection, plan_id, state=state, reason=reason, decided_at=at)


def skip_past(connection: Connection, *, participant: int, at: datetime, reason: str) -> None:
    """Settle what was due for a participant before this moment: it is too late for all of it."""
    past = update(_planned).where(
        _planned.c.participant_id == participant,
        _planned.c.state == "planned",
        _planned.c.due_at <= at,
    )
    connection.execute(past.values(state="skipped", reason=reason, decided_at=at))


def postpone(connection: Connection, *, plan_id: int, until: datetime, reason: str) -> None:
    _set(connection, plan_id, due_at=until, reason=reason)


def next_due_at(connection: Connection) -> datetime | None:
    due_at: datetime | None = connection.scalar(
        select(func.min(_planned.c.due_at)).where(_planned.c.state == "planned")
    )
    return due_at


def _set(connection: Connection, plan_id: int, **values: object) -> None:
    connection.execute(update(_planned).where(_planned.c.id == plan_id).values(**values))
