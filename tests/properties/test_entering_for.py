"""What staff enter for a participant is kept once, as theirs, with its way and both its days."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, func, select

from bot.rehearsal.phones import Phone
from bot.rehearsal.world import World
from bot.turn.desk import Desk
from bot.turn.incoming import Tapped
from flows.roles import Role
from storage import closing, people, tables
from tests.properties.people import add_participant, open_trial

pytestmark = pytest.mark.slow

RESULT = "Questionnaire about your result, Month 4 visit"
SATISFACTION = "Questionnaire about your satisfaction, Month 4 visit"
WHY = "no phone of her own"
QUESTIONS = 6


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A participant whose questionnaires of month 4 opened yesterday, and a second coordinator."""
    world = await World.begin(tmp_path)
    await open_trial(world)
    await world.add_staff("nurse", Role.COORDINATOR)
    await add_participant(world)
    await world.randomize("P-001")
    await world.treat("P-001", "baseline")
    await world.pass_time(timedelta(days=121))
    yield world
    await world.end()


async def begin(phone: Phone, form: str, way: str, *day: str) -> None:
    await phone.send("/answer_for P-001")
    await phone.tap(form)
    await phone.choose(way)
    for words in (*day, WHY):
        await phone.send(words)
    await phone.press("S")


def responses(connection: Connection) -> list[Any]:
    table = tables.response
    wanted = table.c.role.in_(("coordinator", "participant"))
    instruments = select(tables.form.c.id).where(tables.form.c.visit == "month_4")
    rows = select(table).where(wanted, table.c.form_id.in_(instruments)).order_by(table.c.id)
    return list(connection.execute(rows))


def transcriptions(connection: Connection) -> list[Any]:
    return list(connection.execute(select(tables.transcription)))


def submissions(connection: Connection) -> list[int | None]:
    form = tables.form
    query = select(form.c.submitted_by).where(
        form.c.instrument == "pgais", form.c.submitted_at.is_not(None)
    )
    return list(connection.scalars(query))


def submit_entries(connection: Connection) -> int:
    """Of the participant's forms at month 4, in the audit trail."""
    table = tables.audit
    since = datetime(2027, 1, 1, tzinfo=UTC)
    query = select(func.count()).where(table.c.verb == "submit", table.c.at >= since)
    return connection.execute(query).scalar_one()


def under_way(connection: Connection) -> int:
    table = tables.conversation
    unfinished = table.c.standing.in_(("foreground", "aside", "later"))
    query = select(func.count()).where(table.c.kind == "instrument", unfinished)
    return connection.execute(query).scalar_one()


async def test_paper_keeps_the_day_on_which_it_was_answered_and_the_moment_of_entering(
    world: World,
) -> None:
    coordinator = world.phone("coordinator")
    await begin(coordinator, RESULT, "PAPER", "yesterday")
    await coordinator.choose("MI")
    await coordinator.press("S")
    yesterday = world.study.today(world.now) - timedelta(days=1)
    [kept] = await world.database.read(responses)
    [entered] = await world.database.read(transcriptions)
    assert (kept.channel, kept.role, kept.originator) == (
        "paper",
        "coordinator",
        entered.entered_by,
    )
    assert kept.answered_at == world.study.moment(yesterday, time.min)
    assert kept.saved_at == entered.entered_at == world.now
    assert (entered.way, entered.answered_on) == ("paper", yesterday)

    def why(desk: Desk) -> set[str]:
        key = desk.keys.of(desk.connection, kept.participant_id)
        return {key.open(kept.reason), key.open(entered.reason)}

    assert await world.at_desk(why) == {WHY}


async def test_what_is_answered_live_keeps_the_moment_itself(world: World) -> None:
    coordinator = world.phone("coordinator")
    await begin(coordinator, RESULT, "TELEPHONE")
    await coordinator.choose("MI")
    [kept] = await world.database.read(responses)
    assert (kept.channel, kept.answered_at) == ("telephone", world.now)


async def test_a_confirmation_that_comes_again_begins_once(world: World) -> None:
    coordinator = world.phone("coordinator")
    await coordinator.send("/answer_for P-001")
    await coordinator.tap(RESULT)
    await coordinator.choose("READ_ALOUD")
    await coordinator.send(WHY)
    [button] = [
        data for row in coordinator.shown[-1].buttons for _, data in row if data.startswith("S:")
    ]
    tapped = Tapped(button, "tap-1", "1")
    await asyncio.gather(
        world.receive(coordinator, tapped, update_id=9001),
        world.receive(coordinator, tapped, update_id=9001),
        world.receive(coordinator, Tapped(button, "tap-2", "1"), update_id=9002),
    )
    assert len(await world.database.read(transcriptions)) == 1
    await asyncio.gather(*(coordinator.choose("MI") for _ in range(3)))
    await asyncio.gather(*(coordinator.press("S") for _ in range(3)))
    assert len(await world.database.read(responses)) == 1
    assert await world.database.read(submit_entries) == 1
    told = [it for it in world.phone("P-001").shown if it.words.startswith("The clinic has")]
    assert len(told) == 1


async def test_two_of_the_staff_enter_one_form_once(world: World) -> None:
    """Whoever begins last has it; what the other tapped before that is on the record."""
    first, second = world.phone("coordinator"), world.phone("nurse")
    await asyncio.gather(
        begin(first, RESULT, "PAPER", "yesterday"), begin(second, RESULT, "PAPER", "today")
    )
    assert await world.database.read(under_way) == 1
    await asyncio.gather(first.choose("MI"), second.choose("NC"))
    await asyncio.gather(*(it.press("S") for it in (first, second)))
    [kept] = await world.database.read(responses)
    assert await world.database.read(submissions) == [kept.originator]
    assert await world.database.read(submit_entries) == 1


async def test_participant_and_staff_at_once_submit_once(world: World) -> None:
    coordinator, participant = world.phone("coordinator"), world.phone("P-001")
    await begin(coordinator, RESULT, "PAPER", "yesterday")
    await coordinator.choose("MI")
    await asyncio.gather(participant.tap("Questionnaire about your result"), coordinator.press("S"))
    [by] = await world.database.read(submissions) or [None]
    if by is None:
        await participant.choose("NC")
        await participant.press("S")
    assert await world.database.read(submit_entries) == 1
    assert await world.database.read(under_way) == 0


async def test_what_the_participant_said_is_neither_asked_nor_changed(world: World) -> None:
    coordinator, participant = world.phone("coordinator"), world.phone("P-001")
    await participant.tap("Questionnaire about your satisfaction")
    await participant.choose("VS")
    await begin(coordinator, SATISFACTION, "PAPER", "today")
    for _ in range(QUESTIONS - 1):
        await coordinator.press("a")
    await coordinator.press("S")
    kept = await world.database.read(responses)
    said = [(it.item, it.codes) for it in kept if it.role == "participant"]
    assert said == [("overall", ["VS"])]
    assert len(kept) == QUESTIONS
    assert len({it.item for it in kept}) == QUESTIONS


async def test_the_participant_goes_on_with_what_they_had_said(world: World) -> None:
    """Though a member of staff took their form over, and gave it up."""
    coordinator, participant = world.phone("coordinator"), world.phone("P-001")
    await participant.tap("Questionnaire about your satisfaction")
    await participant.choose("VS")
    await begin(coordinator, SATISFACTION, "PAPER", "today")
    await coordinator.send("/cancel")
    await participant.send("/open")
    await participant.tap("Questionnaire about your satisfaction")
    assert "Question 2 of 6" in participant.last


async def test_another_day_is_another_answer(world: World) -> None:
    """What was entered with a wrong day is entered anew, beside it."""
    coordinator = world.phone("coordinator")
    await begin(coordinator, RESULT, "PAPER", "yesterday")
    await coordinator.choose("MI")
    await begin(coordinator, RESULT, "PAPER", "today")
    await coordinator.choose("MI")
    kept = await world.database.read(responses)
    days = [world.study.today(it.answered_at) for it in kept]
    assert [it.revision for it in kept] == [1, 2]
    assert days[1] - days[0] == timedelta(days=1)


async def test_what_another_entered_is_not_shown_and_is_asked_anew(world: World) -> None:
    """Words about a side effect can name a product; whoever takes over does not read them."""
    first, second = world.phone("coordinator"), world.phone("nurse")
    await begin(first, SATISFACTION, "PAPER", "today")
    await first.press("a")
    await begin(second, SATISFACTION, "PAPER", "today")
    assert "Question 1 of 6" in second.last
    await begin(second, SATISFACTION, "PAPER", "today")
    await second.press("a")
    await begin(second, SATISFACTION, "PAPER", "today")
    assert "Question 2 of 6" in second.last


async def test_nothing_more_is_entered_once_the_data_are_locked(world: World) -> None:
    coordinator = world.phone("coordinator")
    await begin(coordinator, RESULT, "PAPER", "yesterday")

    def lock(desk: Desk) -> None:
        pi = people.holders(desk.connection, Role.PI)[0]
        closing.lock(desk.connection, keys=desk.keys, by=pi, reason="the end", at=desk.now)

    await world.at_desk(lock)
    await coordinator.choose("MI")
    assert await world.database.read(responses) == []
    assert await world.database.read(under_way) == 0


async def test_whoever_loses_the_role_enters_nothing_more(world: World) -> None:
    coordinator = world.phone("coordinator")
    await begin(coordinator, RESULT, "PAPER", "yesterday")

    def end(desk: Desk) -> None:
        [person, _] = sorted(people.holders(desk.connection, Role.COORDINATOR))
        people.end_roles(desk.connection, person_id=person, at=desk.now)
        people.begin_roles(desk.connection, person_id=person, roles=(Role.PI,), at=desk.now)

    await world.at_desk(end)
    await coordinator.choose("MI")
    assert await world.database.read(responses) == []
