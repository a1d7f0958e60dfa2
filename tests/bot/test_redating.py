"""What hangs on a day that staff entered wrongly follows the right one; what was answered stays."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.rehearsal.world import World
from bot.turn.desk import Desk
from flows.chart import Chart, Milestone
from flows.commands.entries import MAY_BE_NOT_SO, MAY_BE_ON_ANOTHER_DAY
from flows.roles import Role
from storage import closing, participants, people, photographs, responses
from storage.responses import FormRow
from tests.properties.people import add_participant, open_trial

CODE = "P-001"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """Somebody who had their first session today."""
    world = await World.begin(tmp_path)
    await open_trial(world)
    await add_participant(world)
    await world.randomize(CODE)
    await world.treat(CODE, "baseline")
    yield world
    await world.end()


async def correct(world: World, who: str, entry: str, wrong: str, day: date | None = None) -> None:
    """Correct the newest entry whose words hold these."""
    phone = world.phone(who)
    await phone.send(f"/correct_entry {CODE}")
    await phone.tap(entry)
    await phone.choose(wrong)
    if day is not None:
        await phone.send(day.isoformat())
    await phone.send("A slip.")
    await phone.press("S")


async def forms(world: World, instrument: str) -> list[FormRow]:
    person = await _person(world)
    rows = await world.database.read(responses.forms_of, person)
    return [row for row in rows if row.instrument == instrument]


async def _person(world: World) -> int:
    person = await world.database.read(participants.with_code, CODE)
    assert person is not None
    return person


async def chart(world: World) -> Chart:
    found: Chart = await world.database.read(participants.chart, await _person(world))
    return found


async def attend(world: World) -> None:
    coordinator = world.phone("coordinator")
    await coordinator.send(f"/attended {CODE} month_1 today")
    await coordinator.press("S")


async def test_a_visit_that_was_not_so_leaves_the_raters_list_and_comes_back_with_it(
    world: World,
) -> None:
    await world.pass_time(timedelta(days=30))
    await attend(world)
    await correct(world, "coordinator", "Month 1 visit", "NOT_SO")
    (rating,) = await forms(world, "igais")
    assert not rating.is_open
    assert (await chart(world)).visit("month_1").attended_on is None
    await attend(world)
    (rating,) = await forms(world, "igais")
    assert rating.is_open


async def test_a_questionnaire_moves_with_the_day_of_its_session(world: World) -> None:
    """Opened too early, it can be answered in its right window alone."""
    today = world.study.today(world.now)
    await world.pass_time(timedelta(days=4))
    (check,) = await forms(world, "safety_check")
    assert check.opens_on == today + timedelta(days=3)
    await correct(world, "clinician", "session given", "DAY", today + timedelta(days=2))
    (check,) = await forms(world, "safety_check")
    assert check.opens_on == today + timedelta(days=5)
    participant = world.phone(CODE)
    await participant.tap_data(f"r:fill:{check.id}")
    assert "not open now" in (participant.popups or [participant.last])[-1]
    await world.pass_time(timedelta(days=2))
    await participant.tap_data(f"r:fill:{check.id}")
    await participant.choose("NO")
    (check,) = await forms(world, "safety_check")
    assert await world.database.read(responses.has_answers, check.id)


async def test_what_was_answered_stays_in_its_window(world: World) -> None:
    today = world.study.today(world.now)
    await world.pass_time(timedelta(days=4))
    (check,) = await forms(world, "safety_check")
    participant = world.phone(CODE)
    await participant.tap_data(f"r:fill:{check.id}")
    await participant.choose("NO")
    await correct(world, "clinician", "session given", "DAY", today + timedelta(days=1))
    (kept,) = await forms(world, "safety_check")
    assert (kept.opens_on, kept.closes_on) == (check.opens_on, check.closes_on)
    assert (await chart(world)).visit("baseline").session_on == today + timedelta(days=1)


async def test_pictures_of_somebody_else_are_shown_no_more(tmp_path: Path) -> None:
    world = await World.begin(tmp_path)
    await open_trial(world)
    await world.enter(await world.consent())
    await world.make_eligible(CODE)
    person = await _person(world)
    assert await world.database.read(photographs.shots, person)
    await correct(world, "clinician", "photographs", "NOT_SO")
    assert await world.database.read(photographs.shots, person) == ()
    shown = await world.database.read(
        photographs.content, keys=world.keys, participant=person, visit="baseline", view="vertex"
    )
    assert shown is None
    await world.end()


async def test_a_withdrawal_that_was_not_so_gives_back_reminders_and_questionnaires(
    world: World,
) -> None:
    await world.pass_time(timedelta(days=4))
    coordinator = world.phone("coordinator")
    await coordinator.send(f"/withdraw {CODE} today")
    await coordinator.press("s")
    await coordinator.press("S")
    (check,) = await forms(world, "safety_check")
    assert not check.is_open
    await correct(world, "coordinator", "withdrawn", "NOT_SO")
    (check,) = await forms(world, "safety_check")
    assert check.is_open
    assert (await chart(world)).is_followed


async def test_answers_taken_back_after_their_window_are_asked_of_staff_alone(
    world: World,
) -> None:
    """No answer stands, every revision is kept, and what was answered in time is entered anew."""
    today = world.study.today(world.now)
    await world.pass_time(timedelta(days=4))
    await enter(world, "NO", today + timedelta(days=3))
    await world.pass_time(timedelta(days=9))
    coordinator = world.phone("coordinator")
    await coordinator.send(f"/retract_answers {CODE}")
    for code in ("1.", "day"):
        await coordinator.tap(code)
    await coordinator.send("The day was wrong.")
    await coordinator.press("S")
    (check,) = await forms(world, "safety_check")
    assert check.submitted_at is None
    assert not check.is_open
    assert not await world.database.read(responses.entered_for, check.id, await _person(world))
    await enter(world, "NO", today + timedelta(days=4))
    (check,) = await forms(world, "safety_check")
    assert check.submitted_at is not None


async def test_nothing_that_was_entered_is_corrected_once_the_data_are_locked(
    world: World,
) -> None:
    await world.pass_time(timedelta(days=4))
    await enter(world, "NO", world.study.today(world.now))
    before = await chart(world)

    def lock(desk: Desk) -> None:
        pi = people.holders(desk.connection, Role.PI)[0]
        closing.lock(desk.connection, keys=desk.keys, by=pi, reason="over", at=desk.now)

    await world.at_desk(lock)
    await correct(world, "clinician", "session given", "NOT_SO")
    assert await chart(world) == before
    coordinator = world.phone("coordinator")
    await coordinator.send(f"/retract_answers {CODE}")
    await coordinator.tap("1.")
    await coordinator.choose("NOT_SO")
    await coordinator.send("A slip.")
    await coordinator.press("S")
    (check,) = await forms(world, "safety_check")
    assert check.submitted_at is not None


async def enter(world: World, answer: str, on: date) -> None:
    """The coordinator enters the safety check from paper."""
    coordinator = world.phone("coordinator")
    await coordinator.send(f"/answer_for {CODE}")
    await coordinator.tap("Short check")
    await coordinator.choose("PAPER")
    await coordinator.send(on.isoformat())
    await coordinator.send("Came on paper.")
    await coordinator.press("S")
    await coordinator.choose(answer)
    await coordinator.press("S")


@pytest.mark.parametrize(
    "milestone",
    [
        Milestone.RANDOMIZED,
        Milestone.UNBLINDED,
        Milestone.CLINICIAN_ASSIGNED,
        Milestone.MESSAGING_AGREED,
        Milestone.CANNOT_COME,
    ],
)
def test_no_correction_touches_an_allocation_or_what_a_participant_said(
    milestone: Milestone,
) -> None:
    assert milestone not in MAY_BE_ON_ANOTHER_DAY | MAY_BE_NOT_SO
