"""What is said once is kept once, however often and from however many phones it arrives."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, func, select

from bot.rehearsal.phones import Phone
from bot.rehearsal.world import World
from bot.turn.desk import Desk
from bot.turn.incoming import Incoming, Tapped, Typed
from bot.turn.turns import take_turn
from storage import tables
from tests.properties.people import add_participant, open_trial

pytestmark = pytest.mark.slow


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A participant in the middle of the safety check."""
    world = await World.begin(tmp_path)
    await open_trial(world)
    await add_participant(world)
    await world.randomize("P-001")
    await world.treat("P-001", "baseline")
    await world.pass_time(timedelta(days=3, hours=6))
    await world.phone("P-001").send("/open")
    await world.phone("P-001").press("r")
    yield world
    await world.end()


def answered(connection: Connection) -> list[tuple[str, int, Any]]:
    table = tables.response
    mine = table.c.role == "participant"
    rows = connection.execute(select(table.c.item, table.c.revision, table.c.codes).where(mine))
    return [(row.item, row.revision, row.codes) for row in rows]


def everything(connection: Connection) -> dict[str, int]:
    return {
        table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
        for table in tables.metadata.sorted_tables
    }


def yes_button(phone: Phone) -> str:
    found = [data for row in phone.shown[-1].buttons for _, data in row if data.endswith(":YES")]
    return found[0]


async def test_the_same_update_twice_is_one_turn(world: World) -> None:
    phone = world.phone("P-001")
    tapped = Tapped(yes_button(phone), "tap-1", "1")
    await world.receive(phone, tapped, update_id=9001)
    before = await world.database.read(everything)
    await world.receive(phone, tapped, update_id=9001)
    assert await world.database.read(everything) == before
    assert await world.database.read(answered) == [("any", 1, ["YES"])]


async def test_a_button_tapped_again_answers_once_and_says_so(world: World) -> None:
    phone = world.phone("P-001")
    button = yes_button(phone)
    await phone.tap_data(button)
    asked = len(phone.shown)
    for _ in range(3):
        await phone.tap_data(button)
    assert await world.database.read(answered) == [("any", 1, ["YES"])]
    assert len(phone.shown) == asked
    assert len(phone.popups) == 3


async def test_taps_at_once_answer_once(world: World) -> None:
    phone = world.phone("P-001")
    button = yes_button(phone)
    await asyncio.gather(*(phone.tap_data(button) for _ in range(10)))
    assert await world.database.read(answered) == [("any", 1, ["YES"])]


async def test_different_answers_at_once_keep_the_first(world: World) -> None:
    """The second is to a question that is no longer asked."""
    phone = world.phone("P-001")
    yes = yes_button(phone)
    await asyncio.gather(phone.tap_data(yes), phone.tap_data(yes.replace(":YES", ":NO")))
    kept = await world.database.read(answered)
    assert [(item, revision) for item, revision, _ in kept] == [("any", 1)]


async def test_a_red_flag_tapped_twice_alerts_once(world: World) -> None:
    phone, clinician = world.phone("P-001"), world.phone("clinician")
    await phone.choose("YES")
    told = len(clinician.shown)
    await phone.choose("BREATHING")
    await phone.choose("-BREATHING")
    await phone.choose("BREATHING")
    assert len(clinician.shown) == told + 1
    assert (await world.database.read(everything))["alert"] == 1


async def test_a_button_of_another_person_changes_nothing(world: World) -> None:
    stranger, other = world.phone("stranger"), world.phone("coordinator")
    button = yes_button(world.phone("P-001"))
    await stranger.tap_data(button)
    await other.tap_data(button)
    assert await world.database.read(answered) == []


async def test_an_answer_that_does_not_fit_its_question_changes_nothing(world: World) -> None:
    """Buttons made by hand: done, skipped, declined or toggled where that is not offered."""
    phone = world.phone("P-001")
    mark = yes_button(phone).split(":", 1)[1].removesuffix(":YES")
    for data in (
        f"d:{mark}",
        f"s:{mark}",
        f"t:{mark}:+YES",
        f"a:{mark}:ZZ",
        f"a:{mark}",
        "a:1",
        ":",
    ):
        await phone.tap_data(data)
    assert await world.database.read(answered) == []
    await phone.tap_data(f"a:{mark}:YES")
    assert await world.database.read(answered) == [("any", 1, ["YES"])]


async def test_none_of_these_together_with_something_is_asked_again(world: World) -> None:
    phone = world.phone("P-001")
    await phone.choose("YES")
    await phone.send("1, 4")
    assert [item for item, _, _ in await world.database.read(answered)] == ["any"]
    await phone.send("1, 2")
    assert (await world.database.read(answered))[1:] == [("emergency", 1, ["BREATHING", "SIGHT"])]


async def test_a_turn_that_raises_leaves_nothing(world: World) -> None:
    """Not even that its update was seen: it will be taken again."""
    phone = world.phone("P-001")
    content = Tapped(yes_button(phone), "tap-1", "1")
    incoming = Incoming("telegram", 9002, phone.address, content, "en")
    before = await world.database.read(everything)

    def fail(desk: Desk) -> None:
        take_turn(desk, incoming)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await world.at_desk(fail)
    assert await world.database.read(everything) == before
    await world.at_desk(take_turn, incoming)
    assert await world.database.read(answered) == [("any", 1, ["YES"])]


async def test_a_turn_that_fails_among_others_goes_alone(world: World) -> None:
    phone = world.phone("P-001")
    letter = Incoming("telegram", 9003, phone.address, Typed("Is this normal, please?"), "en")

    def fail(desk: Desk) -> None:
        take_turn(desk, letter)
        raise RuntimeError

    results = await asyncio.gather(
        world.at_desk(fail), phone.choose("YES"), world.at_desk(fail), return_exceptions=True
    )
    assert [type(it) for it in results] == [RuntimeError, type(None), RuntimeError]
    assert await world.database.read(answered) == [("any", 1, ["YES"])]
    assert (await world.database.read(everything))["mail"] == 0


async def test_two_staff_answering_one_letter_send_one_answer(world: World) -> None:
    """What was done meanwhile is seen at the confirmation, not only at the beginning."""
    phone, first = world.phone("P-001"), world.phone("clinician")
    await phone.send("Is this normal, please?")
    await first.send("/answer 1 yes")
    shown = len(phone.shown)
    await asyncio.gather(first.press("S"), first.press("S"))
    assert sum("yes" in it.words for it in phone.shown[shown:]) == 1
