"""Whatever order asking, deciding and confirming come in, an answer is revised once a request."""

import random
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select

from bot.rehearsal.phones import Phone
from bot.rehearsal.world import World
from bot.turn.incoming import Tapped, Typed
from storage import tables
from tests.scenes import given

STEPS = 80


def responses_in(connection: Connection) -> list[tuple[int, str, int, Any, str]]:
    table = tables.response
    mine = select(table).where(table.c.role == "participant").order_by(table.c.id)
    return [
        (row.form_id, row.item, row.revision, row.codes, row.status)
        for row in connection.execute(mine)
    ]


def confirmed_in(connection: Connection) -> int:
    table = tables.correction_confirmation
    return len(connection.execute(select(table.c.id).where(table.c.confirmed == 1)).all())


def overtaken_in(connection: Connection) -> list[int]:
    """Requests that were confirmed without having been agreed to."""
    agreed = select(tables.correction_decision.c.request_id).where(
        tables.correction_decision.c.agreed == 1
    )
    table = tables.correction_confirmation
    return list(connection.scalars(select(table.c.id).where(table.c.request_id.not_in(agreed))))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
async def test_an_answer_is_revised_once_a_request(tmp_path: Path, seed: int) -> None:
    """Buttons old and new are tapped, updates come again, and requests are made at random."""
    chance = random.Random(seed)
    world = await World.begin(tmp_path)
    for scene in ("a treated woman P-001", "3 days later"):
        await given(world, scene)
    participant, clinician = world.phone("P-001"), world.phone("clinician")
    for act in ("Short check", "1. No", "Submit"):
        await participant.tap(act)
    tapped: list[tuple[Phone, Tapped, int]] = []
    before, confirmed = await world.database.read(responses_in), 0
    for step in range(STEPS):
        await _something(world, chance, participant, clinician, tapped, 70_000 + step)
        after = await world.database.read(responses_in)
        again = await world.database.read(confirmed_in) - confirmed
        revised = [item for _, item, *_ in after[len(before) :]]
        assert after[: len(before)] == before
        assert again in (0, 1)
        assert bool(revised) == bool(again)
        assert len(revised) == len(set(revised))
        assert await world.database.read(overtaken_in) == []
        before, confirmed = after, confirmed + again
    assert confirmed
    await world.end()


async def _something(
    world: World,
    chance: random.Random,
    participant: Phone,
    clinician: Phone,
    tapped: list[tuple[Phone, Tapped, int]],
    update: int,
) -> None:
    match chance.randrange(8):
        case 0 | 1:
            await _ask(world, participant, chance)
        case 2 if tapped:
            phone, tap, number = chance.choice(tapped)
            await world.receive(phone, tap, update_id=number)
        case 3 | 4:
            await _tap(world, participant, chance, "r:confirm_correction", tapped, update)
        case _:
            await _decide(world, clinician, chance, tapped, update)


async def _ask(world: World, phone: Phone, chance: random.Random) -> None:
    """Either answer: it may be the one that stands, or a request may be waiting already."""
    form = (await world.database.read(responses_in))[0][0]
    answers = chance.choice(("NO", "YES NONE NONE", "YES NONE EYELIDS"))
    await phone.send(f"/correct {form} any {answers} overlooked")
    await _submit(phone)


async def _submit(phone: Phone) -> None:
    if any(data.startswith("S:") for row in phone.shown[-1].buttons for _, data in row):
        await phone.press("S")


async def _decide(
    world: World,
    phone: Phone,
    chance: random.Random,
    tapped: list[tuple[Phone, Tapped, int]],
    update: int,
) -> None:
    await _tap(world, phone, chance, "r:decide_correction", tapped, update)
    await world.receive(phone, Typed(chance.choice(("1", "1", "2"))))
    await phone.send("seen")
    await _submit(phone)


async def _tap(
    world: World,
    phone: Phone,
    chance: random.Random,
    what: str,
    tapped: list[tuple[Phone, Tapped, int]],
    update: int,
) -> None:
    """Any button of this kind that ever reached the phone, the newest as often as all others."""
    buttons = [
        (shown.number, data)
        for shown in phone.shown
        for row in shown.buttons
        for _, data in row
        if data.startswith(what)
    ]
    if not buttons:
        return
    shown, data = chance.choice((buttons[-1], buttons[-2:][0], chance.choice(buttons)))
    tap = Tapped(data, world.next_tap(), str(shown))
    tapped.append((phone, tap, update))
    await world.receive(phone, tap, update_id=update)
