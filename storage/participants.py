"""Participants, their milestones and the chart folded from them; and screening failures."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import Connection, Row, insert, select

from flows.chart import Chart, Milestone, Recorded, fold
from storage import tables
from storage.keyring import Keyring

_participant = tables.participant
_milestone = tables.milestone
_correction = tables.milestone_correction


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
    code = next_code(connection)
    take_over(connection, person_id=person_id, code=code, sex=sex, age=age, at=at)
    return code


def take_over(
    connection: Connection, *, person_id: int, code: str, sex: str, age: int, at: datetime
) -> None:
    """Make a person the participant of a code that they have already."""
    connection.execute(
        insert(_participant).values(
            person_id=person_id, code=code, sex=sex, age=age, enrolled_at=at
        )
    )


def next_code(connection: Connection) -> str:
    """The code after the highest, so that a number that is missing leads to no second one."""
    codes = connection.scalars(select(_participant.c.code))
    highest = max((int(code.removeprefix("P-")) for code in codes), default=0)
    return f"P-{highest + 1:03}"


def with_code(connection: Connection, code: str) -> int | None:
    return connection.scalar(select(_participant.c.person_id).where(_participant.c.code == code))


def code_of(connection: Connection, participant: int) -> str:
    code: str = connection.execute(
        select(_participant.c.code).where(_participant.c.person_id == participant)
    ).scalar_one()
    return code


def codes(connection: Connection) -> dict[int, str]:
    """The code of every participant."""
    rows = connection.execute(select(_participant.c.person_id, _participant.c.code))
    return {row.person_id: row.code for row in rows}


def everyone(connection: Connection) -> list[int]:
    return list(connection.scalars(select(_participant.c.person_id).order_by(_participant.c.code)))


def chart(connection: Connection, participant: int) -> Chart:
    """The participant's chart as of now."""
    return charts(connection, [participant])[0]


def charts(connection: Connection, participants: Iterable[int]) -> list[Chart]:
    """The charts of these participants, by code, in three reads, corrections taken in."""
    wanted = list(participants)
    people = connection.execute(
        select(_participant)
        .where(_participant.c.person_id.in_(wanted))
        .order_by(_participant.c.code)
    ).all()
    corrected = _corrections(connection, wanted)
    recorded: dict[int, list[Recorded]] = {}
    for row in connection.execute(
        select(_milestone).where(_milestone.c.participant_id.in_(wanted)).order_by(_milestone.c.id)
    ):
        last = corrected.get(row.id, [None])[-1]
        if last is not None and last.retracted:
            continue
        on = row.on if last is None or last.on is None else last.on
        fact = Recorded(Milestone(row.milestone), on, row.visit, row.at, row.detail)
        recorded.setdefault(row.participant_id, []).append(fact)
    return [
        fold(Chart(row.person_id, row.code, row.sex, row.age), recorded.get(row.person_id, ()))
        for row in people
    ]


@dataclass(frozen=True, slots=True)
class Correction:
    """An entry was not so at all, or on another day. `before`: the day that it had until then."""

    retracted: bool
    before: date
    on: date | None
    corrected_by: int
    corrected_at: datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """A milestone as it was recorded: by whom, and when; and its corrections, in their order."""

    id: int
    milestone: Milestone
    on: date
    visit: str | None
    at: datetime | None
    recorded_by: int
    recorded_at: datetime
    corrections: tuple[Correction, ...]

    @property
    def retracted(self) -> bool:
        return bool(self.corrections) and self.corrections[-1].retracted

    @property
    def on_now(self) -> date:
        days = [it.on for it in self.corrections if it.on is not None]
        return days[-1] if days else self.on


def entries(connection: Connection, participant: int) -> list[Entry]:
    """Every milestone of a participant, in the order of recording."""
    corrected = _corrections(connection, [participant])
    rows = connection.execute(
        select(_milestone)
        .where(_milestone.c.participant_id == participant)
        .order_by(_milestone.c.id)
    )
    return [
        Entry(
            row.id,
            Milestone(row.milestone),
            row.on,
            row.visit,
            row.at,
            row.recorded_by,
            row.recorded_at,
            tuple(_in_turn(row.on, corrected.get(row.id, ()))),
        )
        for row in rows
    ]


def _corrections(
    connection: Connection, wanted: list[int]
) -> Mapping[int, list[Row[tuple[object, ...]]]]:
    """The corrections of each milestone that has any, in their order."""
    rows = connection.execute(
        select(_correction)
        .where(_correction.c.participant_id.in_(wanted))
        .order_by(_correction.c.id)
    )
    found: dict[int, list[Row[tuple[object, ...]]]] = {}
    for row in rows:
        found.setdefault(row.milestone_id, []).append(row)
    return found


def _in_turn(on: date, rows: Iterable[Row[tuple[object, ...]]]) -> Iterator[Correction]:
    for row in rows:
        yield Correction(row.retracted, on, row.on, row.corrected_by, row.corrected_at)
        on = on if row.on is None else row.on


def was_asked_for_messages(connection: Connection, participant: int) -> bool:
    """Whether the participant ever said in the chat if they agree to be messaged."""
    asked = select(_milestone.c.id).where(
        _milestone.c.participant_id == participant,
        _milestone.c.recorded_by == participant,
        _milestone.c.milestone.in_((Milestone.MESSAGING_AGREED, Milestone.MESSAGING_STOPPED)),
    )
    return connection.scalar(asked.limit(1)) is not None


def correct(
    connection: Connection,
    *,
    keys: Keyring,
    participant: int,
    entry: int,
    on: date | None,
    reason: str,
    by: int,
    at: datetime,
) -> None:
    """An entry was on another day or, without one, not so at all."""
    connection.execute(
        insert(_correction).values(
            milestone_id=entry,
            participant_id=participant,
            retracted=on is None,
            on=on,
            reason=keys.of(connection, participant).seal(reason),
            corrected_by=by,
            corrected_at=at,
        )
    )


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
    return keys.words(connection, participant, sealed)


def record_screening_failure(
    connection: Connection, *, sex: str, age: int, reason: str, recorded_by: int, at: datetime
) -> None:
    connection.execute(
        insert(tables.screening_failure).values(
            sex=sex, age=age, reason=reason, recorded_by=recorded_by, recorded_at=at
        )
    )
