"""`/why` tells of every way that a message took, with what became of it on each."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from bot.rehearsal.scenes import given
from bot.rehearsal.world import World
from bot.turn.desk import Desk
from storage import attempts, people, tables


@pytest.mark.parametrize(
    ("language", "failed", "taken"),
    [
        ("en", "❌ the SMS did not arrive", "✅ web page took it"),
        ("fa", "❌ پیامک نرسید", "✅ صفحهٔ وب آن را"),
    ],
)
async def test_a_message_that_went_another_way_is_told_of_on_both(
    tmp_path: Path, language: str, failed: str, taken: str
) -> None:
    world = await World.begin(tmp_path, language)
    try:
        await given(world, "a treated woman P-001")
        await given(world, "P-001 reached by SMS")
        await given(world, "an appointment for month_1 in 28 days at 10:00")
        await world.pass_time(timedelta(hours=1))
        await world.at_desk(_fail_and_pass_on)
        await world.deliver()
        coordinator = world.phone("coordinator")
        await coordinator.send("/why P-001")
        told = coordinator.last
    finally:
        await world.end()
    told = re.sub("[\u2066-\u2069]", "", told)
    assert failed in told
    assert taken in told.split(failed)[-1]


def _fail_and_pass_on(desk: Desk) -> None:
    """The operator could not deliver the newest message, and there is a page."""
    of, report = tables.outbox, tables.sms_report
    newest = desk.connection.execute(
        select(of)
        .where(of.c.channel == "sms", of.c.state == "sent", of.c.kind == "message")
        .order_by(of.c.id.desc())
    ).first()
    assert newest is not None
    desk.connection.execute(update(report).values(state="failed", reason="not_delivered"))
    people.bind_address(
        desk.connection,
        keys=desk.keys,
        person_id=newest.person_id,
        channel="web",
        address="P-001",
        at=desk.now,
    )
    assert attempts.pass_on(
        desk.connection, keys=desk.keys, message_id=newest.id, without="sms", at=desk.now
    )
