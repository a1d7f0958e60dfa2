"""Envelopes are given in order, once each, to those who may be randomized, however many ask."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from bot.rehearsal.phones import Phone
from bot.rehearsal.stage import PIN
from bot.rehearsal.world import World
from bot.turn.desk import Desk
from flows.chart import Milestone
from flows.envelopes import commitment
from flows.roles import Role
from storage import arms, envelopes, participants, tables
from storage.sealing import Unreadable
from tests.properties.people import BEFORE_RANDOMIZATION, add_participant, open_trial

MANY = 20


def allocated(connection: Connection) -> list[int]:
    table = tables.allocation
    return list(connection.scalars(select(table.c.envelope).order_by(table.c.id)))


@pytest.mark.slow
async def test_twenty_taps_at_once_open_twenty_envelopes_in_order(tmp_path: Path) -> None:
    world = await World.begin(tmp_path)
    await open_trial(world)
    allocators = [await world.add_staff(f"allocator{n}", Role.ALLOCATOR) for n in range(MANY)]
    for allocator in allocators:
        participant = await add_participant(world)
        await allocator.send(f"/randomize {participant.name}")
        await allocator.send(PIN)
    await asyncio.gather(*(allocator.press("S") for allocator in allocators))
    assert await world.database.read(allocated) == list(range(1, MANY + 1))
    assert [len(allocator.popups) for allocator in allocators] == [1] * MANY
    await world.end()


@pytest.mark.slow
async def test_twenty_taps_for_one_participant_open_one_envelope(tmp_path: Path) -> None:
    """The others are told so, and hear no arm."""
    world = await World.begin(tmp_path)
    await open_trial(world)
    participant = await add_participant(world)
    allocators = [await world.add_staff(f"allocator{n}", Role.ALLOCATOR) for n in range(MANY)]
    for allocator in allocators:
        await allocator.send(f"/randomize {participant.name}")
        await allocator.send(PIN)
    await asyncio.gather(*(allocator.press("S") for allocator in allocators))
    assert await world.database.read(allocated) == [1]
    assert sorted(len(allocator.popups) for allocator in allocators) == [0] * (MANY - 1) + [1]
    await world.end()


async def bind(world: World, participant: int, by: int) -> int | None:
    bound = await world.database.write(
        envelopes.bind_next, participant=participant, by=by, at=world.now
    )
    return None if bound is None else bound.envelope


async def test_the_storage_gives_no_envelope_twice_and_none_beyond_the_last(tmp_path: Path) -> None:
    world = await World.begin(tmp_path)
    await world.add_all_staff()
    await world.at_desk(
        lambda desk: envelopes.lay(
            desk.connection, commitments=[None] * 6, block_size=6, at=desk.now
        )
    )
    codes = [(await add_participant(world)).name for _ in range(8)]
    ids = [await world.database.read(participants.with_code, code) for code in codes]
    given = await asyncio.gather(*(bind(world, it, it) for it in ids if it is not None))
    assert given == [1, 2, 3, 4, 5, 6, None, None]
    await world.end()


NEEDED = [it for it in BEFORE_RANDOMIZATION if it is not Milestone.MESSAGING_AGREED]


@pytest.mark.slow
async def test_no_step_before_randomization_can_be_left_out(tmp_path: Path) -> None:
    """By the command and by a button made by hand; agreeing to messages is not among the steps."""
    world = await World.begin(tmp_path)
    await open_trial(world)
    allocator = world.phone("allocator")
    for step in NEEDED:
        participant = await add_participant(world, without=step)
        await allocator.send(f"/randomize {participant.name}")
        assert not allocator.shown[-1].buttons, step
        await allocator.tap_data(f"r:randomize:{participant.name}")
        assert not allocator.shown[-1].buttons, step
    assert await world.database.read(allocated) == []
    await _randomize(world, await add_participant(world, without=Milestone.MESSAGING_AGREED))
    assert await world.database.read(allocated) == [1]
    await world.end()


async def _randomize(world: World, participant: Phone) -> None:
    await world.randomize(participant.name)


@pytest.mark.slow
async def test_only_a_tap_opens_an_envelope(tmp_path: Path) -> None:
    """Typed words would leave the arm in the chat's history, so they are refused."""
    world = await World.begin(tmp_path)
    await open_trial(world)
    participant, allocator = await add_participant(world), world.phone("allocator")
    await allocator.send(f"/randomize {participant.name}")
    await allocator.send(PIN)
    await allocator.send("confirm")
    assert await world.database.read(allocated) == []
    await world.end()


@pytest.mark.slow
async def test_a_candidate_found_ineligible_before_the_tap_is_not_randomized(
    tmp_path: Path,
) -> None:
    """What holds is what is true when the envelope is opened, not when it was asked for."""
    world = await World.begin(tmp_path)
    await open_trial(world)
    participant, allocator = await add_participant(world), world.phone("allocator")
    await allocator.send(f"/randomize {participant.name}")
    await allocator.send(PIN)
    await _find_ineligible(world, participant.name)
    await allocator.press("S")
    assert await world.database.read(allocated) == []
    await world.end()


@pytest.mark.slow
async def test_a_form_of_eligibility_half_done_at_randomization_changes_nothing_after_it(
    tmp_path: Path,
) -> None:
    world = await World.begin(tmp_path)
    await open_trial(world)
    participant, coordinator = await add_participant(world), world.phone("coordinator")
    await coordinator.send(f"/eligibility {participant.name}")
    await world.randomize(participant.name)
    await _answer_no(coordinator)
    found = await world.database.read(participants.with_code, participant.name)
    assert found is not None
    chart = await world.database.read(participants.chart, found)
    assert chart.is_treated
    assert chart.eligibility_confirmed
    await world.end()


async def _find_ineligible(world: World, code: str) -> None:
    coordinator = world.phone("coordinator")
    await coordinator.send(f"/eligibility {code}")
    await _answer_no(coordinator)


async def _answer_no(coordinator: Phone) -> None:
    for answer in ("NO", "NONE", "NO", "YES", "YES", "YES", "YES", "YES"):
        await coordinator.choose(answer)
    await coordinator.press("S")


async def test_every_commitment_is_of_the_arm_in_its_envelope(tmp_path: Path) -> None:
    world = await World.begin(tmp_path)
    await world.seal_envelopes()
    sealed = await world.at_desk(_sealed)
    assert len(sealed) == 60
    for number, (committed, arm, salt) in enumerate(sealed, start=1):
        assert committed == commitment(number, arm, salt)
    assert len({salt for _, _, salt in sealed}) == 60
    await world.end()


def _sealed(desk: Desk) -> list[tuple[bytes, str, bytes]]:
    key, table = desk.keys.named("envelopes"), tables.sealed_arm
    rows = desk.connection.execute(
        select(tables.envelope.c.commitment, table.c.arm, table.c.salt)
        .join(table, table.c.envelope == tables.envelope.c.number)
        .order_by(tables.envelope.c.number)
    ).all()
    return [
        (row.commitment, key.open(row.arm).split(":")[1], bytes.fromhex(key.open(row.salt)))
        for row in rows
    ]


async def test_an_arm_moved_to_another_envelope_is_not_read(tmp_path: Path) -> None:
    """Two rows swapped in the file would swap two arms, so each names its envelope."""
    world = await World.begin(tmp_path)
    await world.seal_envelopes()
    with closing(sqlite3.connect(tmp_path / "hamrah.sqlite3")) as file:
        file.execute("DROP TRIGGER sealed_arm_refuses_update")
        file.execute(
            "UPDATE sealed_arm SET arm = (SELECT arm FROM sealed_arm WHERE envelope = 2) "
            "WHERE envelope = 1"
        )
        file.commit()
    with pytest.raises(Unreadable):
        await world.database.read(arms.arm_in, keys=world.keys, envelope=1)
    await world.end()
