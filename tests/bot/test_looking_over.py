"""A record is looked over again and again; what is found is written down once."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.rehearsal.world import World
from bot.turn.desk import Desk
from bot.turn.looking_over import look_over
from flows.chart import Milestone
from flows.queries import QueryAct
from storage import closing, deviations, participants, queries
from storage.participants import NewMilestone
from storage.queries import NewTurn
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
    return {query.key: query.state.value for query in kept}


def turns(desk: Desk) -> list[str]:
    kept = queries.kept(desk.connection, keys=desk.keys, participant=P_001)
    unrecorded = next(query for query in kept if query.key.startswith("visit_unrecorded"))
    return [turn.act.value for turn in unrecorded.turns]


async def test_looking_again_finds_nothing_new(world: World) -> None:
    def found(desk: Desk) -> tuple[dict[str, str], int]:
        kept = deviations.kept(desk.connection, keys=desk.keys, participant=P_001)
        return asked(desk), len(kept)

    before = await world.at_desk(found)
    unanswered, unrecorded = (
        "form_unanswered:baseline:safety_check",
        "visit_unrecorded:month_1:2026-11-02",
    )
    assert before == ({unanswered: "open", unrecorded: "open"}, 1)
    for _ in range(3):
        await world.at_desk(look_over, P_001)
    assert await world.at_desk(found) == before


async def test_a_query_is_closed_when_its_fact_is_gone_and_opened_when_it_returns(
    world: World,
) -> None:
    """A visit is recorded as missed; then it appears that it had been moved within its window."""

    def happens(desk: Desk, new: NewMilestone) -> None:
        participants.record(
            desk.connection,
            keys=desk.keys,
            participant=P_001,
            new=new,
            recorded_by=1,
            at=desk.now,
        )
        look_over(desk, P_001)

    now = world.now
    missed = NewMilestone(Milestone.MISSED, world.study.today(now), "month_1")
    await world.at_desk(happens, missed)
    assert await world.at_desk(turns) == ["close"]
    at = now - timedelta(days=7)
    booked = NewMilestone(Milestone.BOOKED, world.study.today(at), "month_1", at)
    await world.at_desk(happens, booked)
    assert await world.at_desk(turns) == ["close", "reopen"]


async def test_a_questionnaire_that_never_opened_is_missed_too(world: World) -> None:
    """The session was entered when the days of the check after it had passed."""
    day = world.study.today(world.now) - timedelta(days=10)
    await world.check_before_session("P-001", "month_1")
    await world.phone("clinician").send(f"/session P-001 month_1 {day} LOT-2")
    await world.phone("clinician").press("s")
    await world.phone("clinician").press("S")
    await world.pass_time(timedelta(minutes=5))
    kept = await world.at_desk(asked)
    assert kept["form_unanswered:month_1:safety_check"] == "open"


async def test_after_the_lock_nothing_is_found(world: World) -> None:
    def lock(desk: Desk) -> None:
        closing.lock(desk.connection, keys=desk.keys, by=1, reason="", at=desk.now)

    before = await world.at_desk(asked)
    await world.at_desk(lock)
    await world.pass_time(timedelta(days=60))
    await world.at_desk(look_over, P_001)
    assert await world.at_desk(asked) == before


async def test_what_a_person_closed_stays_closed(world: World) -> None:
    def close(desk: Desk) -> None:
        for query in queries.kept(desk.connection, keys=desk.keys, participant=P_001):
            turn = NewTurn(query.id, P_001, QueryAct.CLOSE, by=1)
            queries.take_turn(desk.connection, keys=desk.keys, turn=turn, at=desk.now)

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
