"""A chat that was linked to the wrong participant: what it can do no more, and what stays."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, select

from bot.rehearsal.phones import Phone
from bot.rehearsal.world import World
from bot.turn.desk import Desk
from bot.turn.incoming import BlockedBot
from flows.messages import say
from flows.roles import Role
from flows.text import text
from storage import audit, closing, conversations, participants, people, tables
from tests.scenes import given

# Tables that a stranger's words may add to: what was seen, and what is answered.
STRANGERS = ("update_seen", "outbox")
WAITING = "waiting"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    it = await World.begin(tmp_path, "en")
    await given(it, "a treated woman P-001")
    yield it
    await it.end()


async def _unlink(world: World) -> None:
    coordinator = world.phone("coordinator")
    await coordinator.send("/wrong_link P-001")
    await coordinator.send("her sister has it")
    await coordinator.press("S")


async def _answer_one_question(phone: Phone) -> None:
    await phone.send("/side_effect")
    await phone.choose("NONE")
    await phone.press("d")


def _id(connection: Connection) -> int:
    person = participants.with_code(connection, "P-001")
    assert person is not None
    return person


def _counted(connection: Connection) -> dict[str, int]:
    return {
        table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
        for table in tables.metadata.sorted_tables
        if table.name not in STRANGERS
    }


async def test_what_comes_late_from_the_chat_is_a_strangers_and_changes_nothing(
    world: World,
) -> None:
    participant = world.phone("P-001")
    await _answer_one_question(participant)
    button = next(data for row in participant.shown[-1].buttons for _, data in row)
    await _unlink(world)
    before = await world.database.read(_counted)
    for late in ("I feel ill", "/visits", "/side_effect", "stop", "/start"):
        await participant.send(late)
        assert "only for the participants and staff" in participant.last
    for data in (button, "r:fill:1", "r:stop"):
        await participant.tap_data(data)
        assert "only for the participants and staff" in participant.last
    await participant.send_file("a picture")
    assert await world.database.read(_counted) == before


async def test_nothing_is_left_that_leads_to_the_participant(world: World) -> None:
    """An invitation that lay about, a half-done form, a message that waited: all of it ends."""
    participant, coordinator = world.phone("P-001"), world.phone("coordinator")
    await _answer_one_question(participant)
    await coordinator.send("/invite P-001")
    await coordinator.send("/wrong_link P-001")
    await coordinator.send("her sister has it")
    await world.at_desk(_let_a_message_wait)
    await coordinator.press("S")
    assert "no longer connected to the study" in participant.last
    assert await world.database.read(_fates) == [("cancelled", "wrong_link")]
    person = await world.database.read(_id)
    assert await world.database.read(people.linked_addresses, person) == []
    assert await world.database.read(_unfinished, person) == 0
    stranger = world.phone("stranger")
    await stranger.send(f"/start {coordinator.invitation}")
    assert "does not work any more" in stranger.last


def _let_a_message_wait(desk: Desk) -> None:
    desk.notify(_id(desk.connection), say(text("language.set")), key=WAITING)


def _fates(connection: Connection) -> list[tuple[str, str]]:
    table = tables.outbox
    rows = connection.execute(select(table.c.state, table.c.reason).where(table.c.key == WAITING))
    return [(row.state, row.reason) for row in rows]


def _unfinished(connection: Connection, person: int) -> int:
    table = tables.conversation
    return connection.execute(
        select(func.count()).where(
            table.c.person_id == person, table.c.standing.in_(conversations.UNFINISHED)
        )
    ).scalar_one()


async def test_what_was_answered_before_the_link_or_elsewhere_is_not_counted(world: World) -> None:
    """Also a chat that was blocked for a while is linked since the same moment."""
    participant, coordinator = world.phone("P-001"), world.phone("coordinator")
    await _answer_one_question(participant)
    await world.pass_time(timedelta(days=1))
    await coordinator.send("/invite P-001")
    wrong = world.phone("wrong-phone")
    await wrong.send(f"/start {coordinator.invitation}")
    await wrong.choose("en")
    await wrong.send("/side_effect")
    await wrong.choose("NONE")
    await wrong.press("d")
    await world.pass_time(timedelta(hours=1))
    await world.receive(wrong, BlockedBot())
    await wrong.send("/side_effect")
    await _unlink(world)
    assert "since Sunday 27 September 2026 at 09:00: 1. These answers stay" in coordinator.last
    assert "These answers may be somebody else's" in world.phone("clinician").last


async def test_the_trail_holds_the_reason_and_neither_name_nor_phone(world: World) -> None:
    coordinator = world.phone("coordinator")
    for corrected in ("name", "phone"):
        await coordinator.send(f"/correct_identity P-001 {corrected}")
        await coordinator.send("Mahsa" if corrected == "name" else "0912 345 6789")
        await coordinator.send("a slip of the pen")
        await coordinator.press("S")
    await _unlink(world)
    person = await world.database.read(_id)
    entries = await world.database.read(_about, world, person)
    details = {it.act.verb: dict(it.act.detail) for it in entries}
    assert details["correct_identity"] == {"kind": "phone", "reason": "a slip of the pen"}
    assert details["unlink_chat"] == {"answers": 0, "reason": "her sister has it"}
    whole = str([it.act.detail for it in entries])
    assert not any(it in whole for it in ("Mahsa", "9123456789", world.phone("P-001").address))
    assert await world.database.read(_named, world, person) == ("Mahsa", "+989123456789")


def _about(connection: Connection, world: World, person: int) -> list[audit.Entry]:
    return audit.about(connection, keys=world.keys, subject=person)


def _named(connection: Connection, world: World, person: int) -> tuple[str, str]:
    name, phone = (
        people.identity(connection, keys=world.keys, person_id=person, kind=kind)
        for kind in ("name", "phone")
    )
    return name, phone


async def test_both_are_put_right_after_the_data_lock(world: World) -> None:
    coordinator = world.phone("coordinator")
    await world.at_desk(_lock)
    await coordinator.send("/correct_identity P-001 name")
    await coordinator.send("Mahsa")
    await coordinator.send("a slip of the pen")
    await coordinator.press("S")
    assert "is corrected" in coordinator.last
    await _unlink(world)
    assert "is cut off" in coordinator.last


def _lock(desk: Desk) -> None:
    person = people.holders(desk.connection, Role.PI)[0]
    closing.lock(desk.connection, keys=desk.keys, by=person, reason="it ends", at=desk.now)
