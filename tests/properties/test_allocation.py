"""Envelopes are given in order, once each, to those who may be randomized, however many ask."""

import asyncio
import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from bot.rehearsal.phones import Phone
from bot.rehearsal.scenes import given
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
    bound = await asyncio.gather(*(bind(world, it, it) for it in ids if it is not None))
    assert bound == [1, 2, 3, 4, 5, 6, None, None]
    await world.end()


async def retire(world: World, number: int, by: int) -> int | None:
    """Retire an envelope; the number that took its place, where it was bound."""

    def run(connection: Connection) -> int | None:
        holder = envelopes.holder_of(connection, number)
        envelopes.retire(connection, envelope=number, kind="DAMAGED", by=by, at=world.now)
        if holder is None:
            return None
        bound = envelopes.replace(connection, retired=holder, by=by, at=world.now)
        return None if bound is None else bound.envelope

    return await world.database.write(run)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
async def test_with_envelopes_retired_the_rest_are_given_in_order_once_each(
    tmp_path: Path, seed: int
) -> None:
    """Whatever is retired, bound or not: nobody is given a number twice, one out of turn, or one
    that was retired before; and each allocation stays as it was made."""
    world, chance = await World.begin(tmp_path), random.Random(seed)
    await world.add_all_staff()
    await world.lay_paper_envelopes()
    ids = [await _participant(world) for _ in range(MANY)]
    numbers: list[int] = []
    retired: set[int] = set()
    first: dict[int, int] = {}
    for person in ids:
        for number in chance.sample(sorted(set(range(1, 61)) - retired), chance.choice((0, 0, 1))):
            retired.add(number)
            numbers += filter(None, [await retire(world, number, person)])
        bound = await bind(world, person, person)
        assert bound is not None
        assert bound not in retired
        first[person] = bound
        numbers.append(bound)
    assert numbers == sorted(set(numbers))
    assert set(range(1, max(numbers) + 1)) - set(numbers) <= retired
    for person, number in first.items():
        now = await world.database.read(envelopes.allocation_of, person)
        assert now is not None
        assert now.envelope not in retired
        assert (now.envelope == number) == (number not in retired)
    assert sorted(await world.database.read(allocated)) == sorted(first.values())
    count = await world.database.read(envelopes.count)
    assert (count.sealed, count.used, count.retired) == (60, MANY, len(retired))
    assert count.left == 60 - len(set(numbers) | retired)
    await world.end()


async def _participant(world: World) -> int:
    found = await world.database.read(participants.with_code, (await add_participant(world)).name)
    assert found is not None
    return found


@pytest.mark.slow
async def test_twenty_at_once_get_envelopes_in_order_though_some_are_retired(
    tmp_path: Path,
) -> None:
    """Ten are bound and ten retired at the same time."""
    world = await World.begin(tmp_path)
    await given(world, "an open trial with paper envelopes")
    allocators = [await world.add_staff(f"allocator{n}", Role.ALLOCATOR) for n in range(MANY)]
    for number, allocator in enumerate(allocators, start=1):
        if number % 2:
            participant = await add_participant(world)
            await allocator.send(f"/randomize {participant.name}")
            await allocator.send(PIN)
        else:
            await allocator.send(f"/envelope_incident {number} LOST")
            await allocator.press("s")
    await asyncio.gather(*(allocator.press("S") for allocator in allocators))
    retired = set(range(2, MANY + 1, 2))
    held = await world.database.read(_held)
    assert len(held) == MANY // 2
    assert set(held.values()) == set(range(1, max(held.values()) + 1)) - retired
    assert await world.database.read(_retired) == retired
    await world.end()


def _held(connection: Connection) -> dict[int, int]:
    """The envelope of each participant now."""
    table = tables.allocation
    bound = (
        envelopes.allocation_of(connection, person)
        for person in connection.scalars(select(table.c.participant_id)).all()
    )
    return {it.participant: it.envelope for it in bound if it is not None}


def _retired(connection: Connection) -> set[int]:
    return set(connection.scalars(select(tables.envelope_incident.c.envelope)))


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
        for trigger in ("refuses", "records"):
            file.execute(f"DROP TRIGGER sealed_arm_{trigger}_update")
        file.execute(
            "UPDATE sealed_arm SET arm = (SELECT arm FROM sealed_arm WHERE envelope = 2) "
            "WHERE envelope = 1"
        )
        file.commit()
    with pytest.raises(Unreadable):
        await world.database.read(arms.arm_in, keys=world.keys, envelope=1)
    await world.end()
