"""Participants, their milestones and the chart folded from them; and screening failures."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import Connection, func, insert, select

from flows.chart import Chart, Milestone, Recorded, fold
from storage import tables
from storage.keyring import Keyring

_participant = tables.participant
_milestone = tables.milestone


@dataclass(frozen=True, slots=True)
class NewMilestone:
    """A milestone to record; `reason` is free text and is sealed under the participant's key."""

    milestone: Milestone
    on: date
    visit: str | None = None
    at: datetime | None = None
    detail: Mapping[str, str] = field(default_factory=dict)
    reason: str = field(default="", repr=False)


def enrol(connection: Connection, *, person_id: int, sex: str, age: int, at: datetime) -> str:
    """Make a person a participant under the next code; returns the code."""
    number = connection.execute(select(func.count()).select_from(_participant)).scalar_one() + 1
    code = f"P-{number:03}"
    connection.execute(
        insert(_participant).values(
            person_id=person_id, code=code, sex=sex, age=age, enrolled_at=at
        )
    )
    return code


def with_code(connection: Connection, code: str) -> int | None:
    return connection.scalar(select(_participant.c.person_id).where(_participant.c.code == code))


def code_of(connection: Connection, participant: int) -> str:
    code: str = connection.execute(
        select(_participant.c.code).where(_participant.c.person_id == participant)
    ).scalar_one()
    return code


def everyone(connection: Connection) -> list[int]:
    return list(connection.scalars(select(_participant.c.person_id).order_by(_participant.c.code)))


def chart(connection: Connection, participant: int) -> Chart:
    """The participant's chart as of now."""
    return charts(connection, [participant])[0]


def charts(connection: Connection, participants: Iterable[int]) -> list[Chart]:
    """The charts of these participants, by code, in two reads."""
    wanted = list(participants)
    people = connection.execute(
        select(_participant)
        .where(_participant.c.person_id.in_(wanted))
        .order_by(_participant.c.code)
    ).all()
    recorded: dict[int, list[Recorded]] = {}
    for row in connection.execute(
        select(_milestone).where(_milestone.c.participant_id.in_(wanted)).order_by(_milestone.c.id)
    ):
        fact = Recorded(Milestone(row.milestone), row.on, row.visit, row.at, row.detail)
        recorded.setdefault(row.participant_id, []).append(fact)
    return [
        fold(Chart(row.person_id, row.code, row.sex, row.age), recorded.get(row.person_id, ()))
        for row in people
    ]


@dataclass(frozen=True, slots=True)
class Entry:
    """A milestone as it was recorded: by whom, and when."""

    milestone: Milestone
    on: date
    visit: str | None
    at: datetime | None
    recorded_by: int
    recorded_at: datetime


def entries(connection: Connection, participant: int) -> list[Entry]:
    """Every milestone of a participant, in the order of recording."""
    rows = connection.execute(
        select(_milestone)
        .where(_milestone.c.participant_id == participant)
        .order_by(_milestone.c.id)
    )
    return [
        Entry(Milestone(row.milestone), row.on, row.visit, row.at, row.recorded_by, row.recorded_at)
        for row in rows
    ]


def was_asked_for_messages(connection: Connection, participant: int) -> bool:
    """Whether the participant ever said in the chat if they agree to be messaged."""
    asked = select(_milestone.c.id).where(
        _milestone.c.participant_id == participant,
        _milestone.c.recorded_by == participant,
        _milestone.c.milestone.in_((Milestone.MESSAGING_AGREED, Milestone.MESSAGING_STOPPED)),
    )
    return connection.scalar(asked.limit(1)) is not None


def record(
    connection: Connection,
    *,
    keys: Keyring,
    participant: int,
    new: NewMilestone,
    recorded_by: int,
    at: datetime,
) -> None:
    reason = keys.of(connection, participant).seal(new.reason) if new.reason else None
    connection.execute(
        insert(_milestone).values(
            participant_id=participant,
            milestone=new.milestone.value,
            on=new.on,
            visit=new.visit,
            at=new.at,
            detail=dict(new.detail),
            reason=reason,
            recorded_by=recorded_by,
            recorded_at=at,
        )
    )


def reason_of(
    connection: Connection,
    *,
    keys: Keyring,
    participant: int,
    visit: str | None,
    milestones: Collection[Milestone],
) -> str:
    """The words of the newest reason that was given with one of these milestones of a visit."""
    sealed = connection.scalar(
        select(_milestone.c.reason)
        .where(
            _milestone.c.participant_id == participant,
            _milestone.c.visit == visit,
            _milestone.c.milestone.in_(milestones),
            _milestone.c.reason.is_not(None),
        )
        .order_by(_milestone.c.id.desc())
        .limit(1)
    )
    return "" if sealed is None else keys.of(connection, participant).open(sealed)


def record_screening_failure(
    connection: Connection, *, sex: str, age: int, reason: str, recorded_by: int, at: datetime
) -> None:
    connection.execute(
        insert(tables.screening_failure).values(
            sex=sex, age=age, reason=reason, recorded_by=recorded_by, recorded_at=at
        )
    )
