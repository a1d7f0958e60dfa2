"""What must hold when people do things in an order that nobody planned for."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from bot.rehearsal.world import World
from flows.roles import Role
from storage import participants, responses, tables
from storage.people import bearers
from tests.scenes import given

# Six of staff are there before the first participant.
P_001 = 7


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    it = await World.begin(tmp_path, "en")
    yield it
    await it.end()


def _ratings(connection: Connection) -> list[tuple[str, int]]:
    """The newest rating answers with who gave them, in their order."""
    table = tables.response
    rows = connection.execute(
        select(table.c.codes, table.c.originator)
        .where(table.c.item == "overall")
        .order_by(table.c.id)
    )
    return [(row.codes[0], row.originator) for row in rows]


async def _rated_month_1(world: World) -> None:
    await given(world, "a treated woman P-001")
    await world.pass_time(timedelta(days=30))
    coordinator = world.phone("coordinator")
    await coordinator.send("/attended P-001 month_1 today")
    await coordinator.press("S")


async def test_a_rater_who_learns_the_arm_midway_cannot_submit(world: World) -> None:
    await _rated_month_1(world)
    rater = world.phone("rater")
    await rater.send("/ratings")
    await rater.tap("P-001")
    await rater.choose("MI")
    await rater.send("/learnt_arm P-001")
    await rater.press("S")
    submit = next(
        data
        for shown in reversed(rater.shown)
        for row in shown.buttons
        for label, data in row
        if "Submit" in label
    )
    await rater.tap_data(submit)
    forms = await world.database.read(responses.forms_for, frozenset({"igais"}))
    assert [form.submitted_at for form in forms] == [None]


async def test_what_is_locked_is_what_the_submitter_saw(world: World) -> None:
    """Whoever begins a form takes it over; the other's buttons no longer work."""
    await _rated_month_1(world)
    first, second = world.phone("rater"), await world.add_staff("another", Role.RATER)
    for rater, answer in ((first, "MI"), (second, "W")):
        await rater.send("/ratings")
        await rater.tap("P-001")
        await rater.choose(answer)
    await first.press("S")
    await second.press("S")
    kept = await world.database.read(_ratings)
    assert kept[-1][0] == "W"
    assert "no longer works" in first.popups[-1]


async def test_who_is_not_eligible_does_not_use_up_the_target(world: World) -> None:
    await given(world, "a consented woman P-001")
    before = await world.database.read(participants.charts, [P_001])
    assert before[0].counts_for_target
    coordinator = world.phone("coordinator")
    await coordinator.send("/eligibility P-001")
    for answer in ("NO", "STILL_LOSING", "YES", "NO", "NO", "NO", "NO", "NO"):
        await coordinator.choose(answer)
    await coordinator.press("S")
    after = await world.database.read(participants.charts, [P_001])
    assert not after[0].counts_for_target


async def test_discontinuing_before_the_first_session_keeps_every_assessment(world: World) -> None:
    await given(world, "a randomized woman P-001")
    clinician = world.phone("clinician")
    await clinician.send("/discontinue P-001 today")
    await clinician.press("s")
    await clinician.press("S")
    await world.pass_time(timedelta(days=124))
    forms = await world.database.read(responses.forms_of, P_001)
    assert {form.instrument for form in forms} >= {"pgais", "satisfaction", "side_effects"}


async def test_a_missed_visit_that_is_booked_again_is_reminded(world: World) -> None:
    await given(world, "a treated woman P-001")
    coordinator, participant = world.phone("coordinator"), world.phone("P-001")
    await world.pass_time(timedelta(days=25))
    await coordinator.send("/missed P-001 month_1 today")
    await coordinator.press("s")
    await coordinator.press("S")
    day = (world.study.today(world.now) + timedelta(days=6)).isoformat()
    await coordinator.send(f"/book P-001 month_1 {day} 11:00")
    await coordinator.press("S")
    said = len(participant.shown)
    await world.pass_time(timedelta(days=4))
    assert any("reminder of your appointment" in it.words for it in participant.shown[said:])


async def test_words_behind_a_slash_are_mail_and_a_lone_slash_harms_nothing(world: World) -> None:
    await given(world, "a treated woman P-001")
    participant, rater = world.phone("P-001"), world.phone("rater")
    await participant.send("/my head hurts badly")
    assert "reached the clinic" in participant.last
    await participant.send("/")
    await rater.send("/")
    assert "/help" in rater.last


async def test_no_answer_is_taken_after_the_window(world: World) -> None:
    """The window is asked at the tap, whether or not the form was closed by then."""
    await given(world, "a treated woman P-001")
    await world.pass_time(timedelta(days=4))
    participant = world.phone("P-001")
    await participant.tap("Short check")
    world.now += timedelta(days=30)  # the service was down, and nothing has ticked yet
    await participant.choose("NO")
    forms = await world.database.read(responses.forms_of, P_001)
    check = next(form for form in forms if form.instrument == "safety_check")
    assert (check.submitted_at, check.closed_at is None) == (None, False)


async def test_a_role_that_ended_cannot_finish_its_form(world: World) -> None:
    await given(world, "a consented woman P-001")
    both = await world.add_staff("dual", Role.COORDINATOR, Role.CLINICIAN)
    await both.send("/eligibility P-001")
    await both.choose("YES")
    person = (await world.database.read(bearers, keys=world.keys, kind="name", value="Dual"))[0]
    await world.phone("administrator").send(f"/end_role {person} coordinator")
    await world.phone("administrator").press("S")
    await both.choose("STILL_LOSING")
    kept = await world.database.read(lambda it: it.execute(select(tables.response)).all())
    assert [row.item for row in kept] == ["grade_female"]


async def test_names_are_the_same_however_they_are_spelt(world: World) -> None:
    await given(world, "staff")
    for spelling in ("clinician", "CLINICIAN", " Clinician "):
        found = await world.database.read(bearers, keys=world.keys, kind="name", value=spelling)
        assert len(found) == 1


async def test_a_confirmation_is_of_the_definition_that_was_shown(world: World) -> None:
    await given(world, "staff")
    pi = world.phone("pi")
    await pi.send("/protocol")
    confirm = pi.shown[-1].buttons[0][0][1]
    world.study = replace(world.study, definition_hash="f" * 64)
    await pi.tap_data(confirm)
    confirmed = await world.database.read(lambda it: it.execute(select(tables.confirmation)).all())
    assert confirmed == []


async def test_a_very_long_text_is_no_answer_but_mail(world: World) -> None:
    """Reading it as an answer would hold up everybody's turns."""
    await given(world, "a treated woman P-001")
    await world.pass_time(timedelta(days=4))
    participant = world.phone("P-001")
    await participant.tap("Short check")
    await participant.send("My head has been aching since yesterday. " * 50)
    letters = await world.database.read(lambda it: it.execute(select(tables.mail)).all())
    assert len(letters) == 1
