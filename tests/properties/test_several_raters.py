"""However many raters take readings at once: two of each visit, a third if and only if they lie
apart, and never two by one person."""

import asyncio
import random
from collections.abc import Sequence
from contextlib import suppress
from itertools import groupby
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from bot.rehearsal.phones import NotPlayable, Phone
from bot.rehearsal.scenes import given
from bot.rehearsal.world import World
from bot.turn import readings
from bot.turn.agreement import agreement
from bot.turn.desk import Desk
from flows.agreement import weighted_kappa
from flows.chart import Milestone
from flows.definition import Weights
from flows.readings import Apart, outcome, scale_of
from flows.roles import Role
from storage import participants, tables
from storage.participants import NewMilestone
from tests.properties.people import add_participant

SCALE = ("VMI", "MI", "I", "NC", "W")
VISITS = ("month_1", "month_2", "month_3", "month_4")
TWENTY = 20


async def with_two_raters(folder: Path) -> World:
    world = await World.begin(folder)
    await given(world, "an open trial with two raters")
    return world


async def attend(world: World, *visits: str) -> str:
    """A participant whose visits took place; returns the code."""
    code = (await add_participant(world)).name

    def record(desk: Desk) -> None:
        person = participants.with_code(desk.connection, code)
        assert person is not None
        happened: list[tuple[Milestone, str | None]] = [
            (Milestone.RANDOMIZED, None),
            *((Milestone.ATTENDED, visit) for visit in visits),
        ]
        for milestone, visit in happened:
            participants.record(
                desk.connection,
                keys=desk.keys,
                participant=person,
                new=NewMilestone(milestone, desk.today, visit),
                recorded_by=person,
                at=desk.now,
            )
        readings.open_due(desk, person)

    await world.at_desk(record)
    return code


async def rate(phone: Phone, chance: random.Random) -> bool:
    """Take a reading from the list and submit it; False where there is none."""
    await phone.send("/ratings")
    offered = [data for row in phone.shown[-1].buttons for _, data in row if "r:rate:" in data]
    if not offered:
        return False
    await phone.tap_data(chance.choice(offered))
    with suppress(NotPlayable):  # Another rater may take it over at any moment.
        await phone.choose(chance.choice(SCALE))
        await phone.press("S")
    return True


async def rate_all(phone: Phone, seed: int) -> None:
    chance = random.Random(seed)
    while await rate(phone, chance):
        pass


def submitted(connection: Connection) -> list[list[tuple[int, str]]]:
    """Of each visit, who submitted a reading and what it was, in the order of the readings."""
    form, response = tables.form, tables.response
    rows = connection.execute(
        select(
            form.c.id, form.c.participant_id, form.c.visit, form.c.submitted_by, response.c.codes
        )
        .join(response, response.c.form_id == form.c.id)
        .where(form.c.submitted_at.is_not(None), form.c.instrument == "igais")
        .order_by(form.c.participant_id, form.c.visit, form.c.reading, response.c.revision)
    ).all()
    newest = {row.id: row for row in rows}.values()
    return [
        [(row.submitted_by, row.codes[0]) for row in group]
        for _, group in groupby(newest, key=lambda row: (row.participant_id, row.visit))
    ]


def check(world: World, visits: Sequence[Sequence[tuple[int, str]]]) -> None:
    rule = world.study.trial.rating
    for visit in visits:
        raters, codes = [rater for rater, _ in visit], [code for _, code in visit]
        assert len(set(raters)) == len(raters)
        apart = outcome(rule, SCALE, codes[:2]) == Apart()
        assert len(raters) == (3 if apart else 2)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_each_visit_gets_the_readings_it_needs_from_different_people(
    tmp_path: Path, seed: int
) -> None:
    world = await with_two_raters(tmp_path)
    names = ("rater", "nader", *(f"extra{n}" for n in range(2)))
    raters = [world.phone(it) for it in names[:2]]
    raters += [await world.add_staff(name, Role.RATER) for name in names[2:]]
    for _ in range(3):
        await attend(world, *VISITS)
    await asyncio.gather(*(rate_all(it, seed * 10 + n) for n, it in enumerate(raters)))
    visits = await world.database.read(submitted)
    assert len(visits) == 3 * len(VISITS)
    check(world, visits)
    await world.end()


@pytest.mark.slow
async def test_twenty_raters_at_once_leave_two_readings_of_one_visit(tmp_path: Path) -> None:
    """Or three, where the two lie apart; everybody else is told that there is none for them."""
    world = await with_two_raters(tmp_path)
    await attend(world, "month_1")
    raters = [await world.add_staff(f"extra{n}", Role.RATER) for n in range(TWENTY)]
    await asyncio.gather(*(rate(it, random.Random(n)) for n, it in enumerate(raters)))
    for number, rater in enumerate(raters):
        await rate_all(rater, number)
    visits = await world.database.read(submitted)
    assert len(visits) == 1
    check(world, visits)
    await world.end()


@pytest.mark.slow
async def test_what_two_raters_agree_on_is_told_to_the_pi(tmp_path: Path) -> None:
    """Kappa compares two people: who of them came first at a visit makes no difference, nor does
    what they correct afterwards."""
    world = await with_two_raters(tmp_path)
    assert scale_of(world.study.latest("igais")) == SCALE
    first, second = world.phone("rater"), world.phone("nader")
    pairs = [("MI", "MI"), ("I", "NC"), ("NC", "NC"), ("MI", "I")]
    for number, (mine, other) in enumerate(pairs):
        await attend(world, "month_1")
        both = [(first, mine), (second, other)]
        for phone, code in both if number % 2 else both[::-1]:
            await phone.send("/ratings")
            await phone.tap_data(phone.shown[-1].buttons[0][0][1])
            await phone.choose(code)
            await phone.press("S")
    await first.send("/correct_rating")
    await first.tap_data(first.shown[-1].buttons[-2][0][1])
    await first.choose("I")
    await first.send("looked at the wrong picture")
    await first.press("S")
    assert [codes for *_, codes in (await world.database.read(submitted))[-1]] == ["I", "I"]
    kappa = weighted_kappa(pairs, SCALE, Weights.QUADRATIC)
    assert kappa is not None
    (shown,) = await world.at_desk(agreement)
    words = world.study.render(shown, "en")
    assert f"{kappa.value:.2f}" in words
    assert f"{kappa.low:.2f} to {kappa.high:.2f}, visits rated twice: 4" in words
    await world.end()
