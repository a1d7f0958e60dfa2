"""Letters from the randomization on: who is told that one waits, and who may still read it."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.rehearsal.world import World
from bot.turn import staffing
from bot.turn.desk import Desk
from bot.turn.incoming import Incoming, Typed
from bot.turn.turns import take_turn
from flows.roles import Role
from storage import people, tables
from tests.scenes import given

WORDS = "The second product burns"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    it = await World.begin(tmp_path, "en")
    await given(it, "a treated woman P-001")
    yield it
    await it.end()


async def assign_other(world: World) -> None:
    coordinator = world.phone("coordinator")
    await coordinator.send("/assign P-001")
    await coordinator.tap("Other")
    await coordinator.send("moved")
    await coordinator.press("S")


async def test_a_letter_on_its_way_is_not_read_by_who_treats_nobody_any_more(world: World) -> None:
    """They work on as a coordinator, and the messenger was away meanwhile."""
    await world.phone("P-001").send(WORDS)
    clinician = world.phone("clinician")

    def ask_and_leave(desk: Desk) -> None:
        (person,) = people.holders(desk.connection, Role.CLINICIAN)
        roles = [Role.COORDINATOR]
        people.begin_roles(desk.connection, person_id=person, roles=roles, at=desk.now)
        asked = Incoming("telegram", 10**6, clinician.address, Typed("/mail"), "en", message="9")
        take_turn(desk, asked)
        staffing.end_role(desk, person, Role.CLINICIAN)

    await world.at_desk(ask_and_leave)
    await world.deliver()
    assert "P-001" in clinician.last
    assert not any(WORDS in it.words for it in clinician.shown)


async def test_a_new_clinician_is_told_of_what_waits(world: World) -> None:
    await world.phone("P-001").send(WORDS)
    await world.add_staff("other", Role.CLINICIAN)
    other = world.phone("other")
    shown = len(other.shown)
    await assign_other(world)
    assert any("New mail from P-001" in it.words for it in other.shown[shown:])
    await other.send("/mail")
    assert any(WORDS in it.words for it in other.shown)


async def test_where_the_clinician_leaves_another_must_be_named_for_what_waits(
    world: World,
) -> None:
    await world.phone("P-001").send(WORDS)
    coordinator = world.phone("coordinator")

    def leave(desk: Desk) -> None:
        (person,) = people.holders(desk.connection, Role.CLINICIAN)
        staffing.end_role(desk, person, Role.CLINICIAN)

    await world.at_desk(leave)
    await world.deliver()
    assert "there is none" in coordinator.last
    assert not any(WORDS in it.words for it in coordinator.shown)


async def test_a_new_clinician_is_not_told_of_what_others_read(world: World) -> None:
    await world.phone("P-001").send(WORDS)
    clinician, other = world.phone("clinician"), world.phone("other")
    await clinician.send("/mail")
    await clinician.tap("Give")
    await clinician.choose("NOTHING")
    await clinician.press("S")
    await world.add_staff("other", Role.CLINICIAN)
    await assign_other(world)
    assert any("P-001" in it.words for it in other.shown)
    assert not any("New mail" in it.words for it in other.shown)


async def test_a_clock_that_is_set_back_opens_no_letter(world: World) -> None:
    """What came after the randomization stays withheld, whatever the moments say."""
    world.now -= timedelta(hours=1)
    await world.phone("P-001").send(WORDS)
    coordinator = world.phone("coordinator")
    await coordinator.send("/mail")
    assert "1 more, for the treating clinician" in coordinator.last
    assert not any(WORDS in it.words for it in coordinator.shown)


async def test_who_reads_a_letter_from_before_the_randomization_has_learnt_no_arm(
    tmp_path: Path,
) -> None:
    world = await World.begin(tmp_path, "en")
    await given(world, "an eligible woman P-001")
    await world.phone("P-001").send(WORDS)
    clinician = world.phone("clinician")
    await clinician.send("/letters P-001")
    assert any(WORDS in it.words for it in clinician.shown)
    told = await world.at_desk(_count_told)
    await world.end()
    assert told == 0


def _count_told(desk: Desk) -> int:
    return desk.connection.execute(select(func.count()).select_from(tables.arm_told)).scalar_one()
