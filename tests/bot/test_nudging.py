"""An urgent alert that does not reach somebody in the bot: an SMS says to open it, no more."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from bot.rehearsal.phones import Phone
from bot.rehearsal.world import World
from bot.turn import nudging
from bot.turn.desk import Desk
from bot.turn.nudging import NUDGE
from bot.turn.ticking import carry_out
from flows.roles import Role
from storage import people, planned, tables
from storage.planned import DuePlan
from tests.scenes import given

NOT_REACHED = "clinician blocked the bot"
PROVED = "clinician has a number for alerts"
RAISED = "P-001 reported BREATHING"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    it = await World.begin(tmp_path, "en")
    await given(it, "a treated woman P-001")
    yield it
    await it.end()


async def _begin(world: World, *scenes: str) -> None:
    for scene in scenes:
        await given(world, scene)


async def _decided(world: World) -> list[tuple[str, str | None]]:
    """What became of each look whether an alert had reached somebody."""

    def read(connection: Connection) -> list[tuple[str, str | None]]:
        plan = tables.planned
        rows = connection.execute(
            select(plan.c.state, plan.c.reason).where(plan.c.kind == NUDGE).order_by(plan.c.id)
        )
        return [(row.state, row.reason) for row in rows]

    return await world.database.read(read)


def _nudges(world: World) -> list[str]:
    return [it.words for it in world.phone("clinician-sms").shown if "urgent is" in it.words]


def _clinician(desk: Desk) -> int:
    return people.holders(desk.connection, Role.CLINICIAN)[0]


async def _web_phone(world: World) -> Phone:
    """The clinician's page of the web chat, beside their Telegram."""
    phone = world.phones["clinician-web"] = Phone(world, "clinician-web", "page-1", "web")

    def bind(desk: Desk) -> None:
        people.bind_address(
            desk.connection,
            keys=desk.keys,
            person_id=_clinician(desk),
            channel="web",
            address=phone.address,
            at=desk.now,
        )

    await world.at_desk(bind)
    return phone


async def test_one_sms_follows_a_message_however_often_it_is_looked_at(world: World) -> None:
    """A process that is killed after the commit looks again, and finds that it was done."""
    await _begin(world, PROVED, NOT_REACHED, RAISED)
    due = await world.database.read(planned.due, at=world.now + timedelta(minutes=5), limit=10)
    looks = [it for it in due if it.kind == NUDGE]
    world.now += timedelta(minutes=5)
    for plan in (*looks, *looks):
        await world.at_desk(carry_out, plan)
    await world.deliver()
    assert len(_nudges(world)) == 1
    assert await _decided(world) == [("done", None)]


async def test_a_second_alert_has_an_sms_of_its_own(world: World) -> None:
    await _begin(world, PROVED, NOT_REACHED, RAISED)
    await world.phone("P-001").choose("SIGHT")
    await world.pass_time(timedelta(minutes=5))
    assert len(_nudges(world)) == 2


async def test_a_rolled_back_look_leaves_nothing_and_is_repeated(world: World) -> None:
    """The SMS and the note that it was decided are kept together or not at all."""
    await _begin(world, PROVED, NOT_REACHED, RAISED)
    due = await world.database.read(planned.due, at=world.now + timedelta(minutes=5), limit=10)
    look = next(it for it in due if it.kind == NUDGE)

    def carry_out_and_die(desk: Desk, plan: DuePlan) -> None:
        carry_out(desk, plan)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await world.at_desk(carry_out_and_die, look)
    await world.deliver()
    assert _nudges(world) == []
    await world.pass_time(timedelta(minutes=5))
    assert len(_nudges(world)) == 1


@pytest.mark.parametrize(
    ("scenes", "reason"),
    [
        ((PROVED, RAISED), "delivered"),
        (("SMS", NOT_REACHED, RAISED), "no_number"),
    ],
)
async def test_no_sms(world: World, scenes: tuple[str, ...], reason: str) -> None:
    """The bot reached them, or no number is known; the alert goes on as it does anyhow."""
    await _begin(world, *scenes)
    await world.pass_time(timedelta(minutes=30))
    assert await _decided(world) == [("skipped", reason), ("planned", None), ("planned", None)]
    assert world.phone("pi").last.startswith("🔺 Alert 1")


async def test_nothing_is_planned_without_a_gateway_or_for_a_lower_grade(world: World) -> None:
    await _begin(world, NOT_REACHED, RAISED)
    await world.pass_time(timedelta(minutes=10))
    assert await _decided(world) == []
    await _begin(world, PROVED, "P-001 reported NONE")
    await world.phone("P-001").press("d")
    await world.phone("P-001").choose("EYELIDS")
    assert "Alert 2" in world.phone("clinician").last
    assert await _decided(world) == []


async def _acknowledge(phone: Phone) -> None:
    await phone.send("/acknowledge 1 phoned her")


@pytest.mark.parametrize("channel", ["telegram", "web"])
async def test_an_alert_is_acknowledged_from_any_channel(world: World, channel: str) -> None:
    """Whichever of two addresses it was told at, the other one may answer; nobody is told more."""
    phones = {"web": await _web_phone(world), "telegram": world.phone("clinician")}
    await _begin(world, PROVED, *([NOT_REACHED] if channel == "telegram" else []), RAISED)
    told = phones["web" if channel == "telegram" else "telegram"]
    assert told.last.startswith("🔴 Urgent alert 1")
    await _acknowledge(phones[channel])
    await world.pass_time(timedelta(hours=2))
    assert await _decided(world) == [("skipped", "acknowledged")]
    assert _nudges(world) == []
    assert "Alert 1" not in world.phone("pi").last


async def test_a_web_page_rings_no_bell(world: World) -> None:
    """What stands on a page alone may not have been seen, so the SMS goes all the same."""
    page = await _web_phone(world)
    await _begin(world, PROVED, NOT_REACHED, RAISED)
    await world.pass_time(timedelta(minutes=5))
    assert page.last.startswith("🔴 Urgent alert 1")
    assert len(_nudges(world)) == 1


async def test_whoever_left_gets_no_sms(world: World) -> None:
    await _begin(world, PROVED, NOT_REACHED, RAISED)
    await world.at_desk(
        lambda desk: people.end_roles(desk.connection, person_id=_clinician(desk), at=desk.now)
    )
    await world.pass_time(timedelta(minutes=5))
    assert await _decided(world) == [("skipped", "left")]


async def test_the_number_is_no_address(world: World) -> None:
    """Nothing but the nudge goes there: the person is reached as before, or not at all."""
    await _begin(world, PROVED)

    def reached(desk: Desk) -> tuple[str | None, str]:
        person = _clinician(desk)
        return people.channel_of(desk.connection, person), nudging.number_of(desk, person)

    channel, number = await world.at_desk(reached)
    assert (channel, number) == ("telegram", world.phone("clinician-sms").address)
    await _begin(world, NOT_REACHED)
    assert (await world.at_desk(reached))[0] is None


async def test_a_new_number_takes_the_place_of_the_old(world: World) -> None:
    """And a number counts only once its code comes back from it."""
    await _begin(world, PROVED)
    new = world.phones["new-sms"] = Phone(world, "new-sms", "+989121112233", "sms")
    await world.phone("clinician").send(f"/alert_number {new.address}")
    await _begin(world, NOT_REACHED, RAISED)
    await world.pass_time(timedelta(minutes=5))
    assert len(_nudges(world)) == 1
    await new.answer_with_code()
    await world.pass_time(timedelta(minutes=30))
    assert len(_nudges(world)) == 1
    assert "urgent is" in new.last
