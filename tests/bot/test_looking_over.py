"""A record is looked over again and again; what is found is written down once."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.rehearsal.world import World
from bot.turn.desk import Desk
from bot.turn.looking_over import look_over
from flows.queries import QueryAct
from storage import deviations, queries
from tests.scenes import given

P_001 = 7


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """Five weeks after a first session, of which nothing came: no answer, and no visit."""
    it = await World.begin(tmp_path, "en")
    await given(it, "a treated woman P-001")
    await it.pass_time(timedelta(days=40))
    yield it
    await it.end()


def asked(desk: Desk) -> dict[str, str]:
    """What is asked about P-001, and what became of it."""
    kept = queries.kept(desk.connection, keys=desk.keys, participant=P_001)
    return {query.key.split(":")[0]: query.state.value for query in kept}


def turns(desk: Desk) -> list[str]:
    kept = queries.kept(desk.connection, keys=desk.keys, participant=P_001)
    unrecorded = next(query for query in kept if query.key.startswith("visit_unrecorded"))
    return [turn.act.value for turn in unrecorded.turns]


async def test_looking_again_finds_nothing_new(world: World) -> None:
    def found(desk: Desk) -> tuple[dict[str, str], int]:
        kept = deviations.kept(desk.connection, keys=desk.keys, participant=P_001)
        return asked(desk), len(kept)

    before = await world.at_desk(found)
    assert before == ({"form_unanswered": "open", "visit_unrecorded": "open"}, 1)
    for _ in range(3):
        await world.at_desk(look_over, P_001)
    assert await world.at_desk(found) == before


async def test_a_query_is_closed_when_its_fact_is_gone_and_opened_when_it_returns(
    world: World,
) -> None:
    day = (world.study.today(world.now) + timedelta(days=4)).isoformat()
    coordinator = world.phone("coordinator")
    await coordinator.send(f"/book P-001 month_1 {day} 10:00")
    await coordinator.choose("ILLNESS")
    await coordinator.press("S")
    assert await world.at_desk(turns) == ["close"]
    await world.pass_time(timedelta(days=6))
    assert await world.at_desk(turns) == ["close", "reopen"]


async def test_what_a_person_closed_stays_closed(world: World) -> None:
    def close(desk: Desk) -> None:
        for query in queries.kept(desk.connection, keys=desk.keys, participant=P_001):
            queries.take_turn(
                desk.connection,
                keys=desk.keys,
                query=query,
                act=QueryAct.CLOSE,
                by=1,
                at=desk.now,
            )

    await world.at_desk(close)
    await world.at_desk(look_over, P_001)
    assert set((await world.at_desk(asked)).values()) == {"closed"}


async def test_who_withdrew_consent_is_not_looked_over(world: World) -> None:
    coordinator = world.phone("coordinator")
    await coordinator.send("/withdraw P-001 today")
    await coordinator.press("s")
    await coordinator.press("S")
    before = await world.at_desk(asked)
    await world.pass_time(timedelta(days=120))
    assert await world.at_desk(asked) == before
