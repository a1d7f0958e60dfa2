"""Two coordinators on one card, at once: one booking, and the second is told."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from bot.rehearsal.phones import Phone
from bot.rehearsal.world import World
from flows.chart import Milestone
from flows.roles import Role
from storage import tables
from tests.properties.people import add_participant, open_trial

pytestmark = pytest.mark.slow


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """Two coordinators, and two participants with a first session."""
    world = await World.begin(tmp_path)
    await open_trial(world)
    await world.add_staff("leila", Role.COORDINATOR)
    for code in ("P-001", "P-002"):
        await add_participant(world)
        await world.randomize(code)
        await world.treat(code, "baseline")
    yield world
    await world.end()


def booked(connection: Connection) -> list[tuple[int, str]]:
    table = tables.milestone
    rows = connection.execute(
        select(table.c.participant_id, table.c.at).where(table.c.milestone == Milestone.BOOKED)
    )
    return [(row.participant_id, row.at.isoformat()) for row in rows]


def told(connection: Connection) -> list[str]:
    verbs = connection.scalars(select(tables.audit.c.verb))
    return [verb for verb in verbs if verb == "refused"]


def slots(phone: Phone) -> list[str]:
    return [data for row in phone.shown[-1].buttons for _, data in row if data.startswith("a:")]


async def asked(world: World, code_of_leila: str) -> tuple[Phone, Phone]:
    first, second = world.phone("coordinator"), world.phone("leila")
    await first.tap_data("r:book:P-001:month_1")
    await second.tap_data(f"r:book:{code_of_leila}:month_1")
    return first, second


async def test_the_same_visit_is_booked_once(world: World) -> None:
    """However the two taps fall, and at whatever moments."""
    first, second = await asked(world, "P-001")
    await asyncio.gather(first.tap_data(slots(first)[0]), second.tap_data(slots(second)[1]))
    assert len(await world.database.read(booked)) == 1
    assert await world.database.read(told) == ["refused"]
    late = first if slots(first) else second
    assert "meanwhile" in late.shown[-2].words
    assert slots(late)


async def test_the_same_moment_is_given_once(world: World) -> None:
    first, second = await asked(world, "P-002")
    await asyncio.gather(first.tap_data(slots(first)[0]), second.tap_data(slots(second)[0]))
    kept = await world.database.read(booked)
    assert len(kept) == 1
    assert await world.database.read(told) == ["refused"]
    late = first if slots(first) else second
    assert "no longer free" in late.shown[-2].words
    await late.tap_data(slots(late)[0])
    kept = await world.database.read(booked)
    assert len(kept) == len({at for _, at in kept}) == 2


async def test_a_tap_that_arrives_again_books_once(world: World) -> None:
    first, _ = await asked(world, "P-002")
    slot = slots(first)[0]
    await asyncio.gather(*(first.tap_data(slot) for _ in range(4)))
    assert len(await world.database.read(booked)) == 1


async def test_a_request_for_another_time_is_met_once(world: World) -> None:
    """One tap of either coordinator; the other is told in the pop-up."""
    first, second = await asked(world, "P-002")
    await first.tap_data(slots(first)[0])
    participant = world.phone("P-001")
    await participant.send("/visits")
    await participant.press("r")
    await participant.press("s")
    buttons = [
        [data for row in phone.shown[-1].buttons for _, data in row if "rebook" in data]
        for phone in (first, second)
    ]
    assert buttons[0] == buttons[1]
    before = len(await world.database.read(booked))
    await asyncio.gather(first.tap_data(buttons[0][0]), second.tap_data(buttons[1][1]))
    assert len(await world.database.read(booked)) == before + 1
    assert len(first.popups) + len(second.popups) == 1
