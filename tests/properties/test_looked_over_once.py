"""However often a record is looked over, at once or cut off half-way, each fact is kept once."""

import asyncio
import random
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from bot.rehearsal.world import World
from bot.turn.desk import Desk
from bot.turn.looking_over import look_over
from storage import participants, tables
from tests.scenes import given

pytestmark = pytest.mark.slow

MONTHS = 5


class CutOffError(Exception):
    """The process is killed before the commit."""


def _cut_off(desk: Desk) -> None:
    _look_over_everybody(desk)
    raise CutOffError


def _look_over_everybody(desk: Desk) -> None:
    for participant in participants.everyone(desk.connection):
        look_over(desk, participant)


def _kept(connection: Connection) -> Counter[str]:
    """Every query and deviation by its key, and every turn of a query."""
    query, turn, deviation = tables.query, tables.query_turn, tables.deviation
    turns = select(turn.c.act + ":" + query.c.key).join(query)
    return Counter(
        key
        for keys in (select("query:" + query.c.key), select("deviation:" + deviation.c.key), turns)
        for key in connection.scalars(keys)
    )


def _written_down(connection: Connection) -> int:
    verbs = ("raise_query", "close_query", "reopen_query", "record_deviation")
    audit = tables.audit
    return len(connection.scalars(select(audit.c.id).where(audit.c.verb.in_(verbs))).all())


async def _play(folder: Path, chance: random.Random | None) -> Counter[str]:
    """Five months of which nothing came but time; with `chance`, disturbed on the way."""
    world = await World.begin(folder, "en")
    await given(world, "a treated woman P-001")
    for _ in range(MONTHS * 3):
        await world.pass_time(timedelta(days=10))
        if chance is not None:
            await _disturb(world, chance)
    kept = await world.database.read(_kept)
    assert await world.database.read(_written_down) == kept.total()
    await world.end()
    return kept


async def _disturb(world: World, chance: random.Random) -> None:
    if chance.random() < 0.5:
        with pytest.raises(CutOffError):
            await world.at_desk(_cut_off)
    times = chance.randrange(5)
    await asyncio.gather(*(world.at_desk(_look_over_everybody) for _ in range(times)))
    if chance.random() < 0.5:
        await world.pass_time(timedelta(0))


@pytest.mark.parametrize("seed", [1, 2])
async def test_each_fact_is_kept_once_whatever_happens_on_the_way(
    tmp_path: Path, seed: int
) -> None:
    undisturbed = await _play(tmp_path / "undisturbed", None)
    disturbed = await _play(tmp_path / "disturbed", random.Random(seed))
    assert disturbed == undisturbed
    assert set(disturbed.values()) == {1}
