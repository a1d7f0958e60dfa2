"""What can name an arm, a guess or words about an envelope, stands in no row that is read."""

from pathlib import Path

import pytest
from sqlalchemy import select

from bot.rehearsal.scenes import given
from bot.rehearsal.world import World
from bot.turn import arms
from bot.turn.desk import Desk
from flows.effects.ledger import RetireEnvelope
from flows.effects.rating import KeepGuess
from storage import tables

WORDS = "letter B could be seen"


def test_what_can_name_an_arm_is_in_no_repr() -> None:
    assert "B" not in repr(KeepGuess(7, "B")).replace("KeepGuess", "")
    assert WORDS not in repr(RetireEnvelope(1, "DAMAGED", WORDS))


def _of_verb(desk: Desk, verb: str) -> list[str]:
    audit = tables.audit
    rows = desk.connection.execute(select(audit).where(audit.c.verb == verb)).all()
    return [desk.keys.of(desk.connection, row.subject_id).open(row.detail) for row in rows]


@pytest.mark.slow
async def test_a_guess_is_kept_as_it_was_given_and_told_to_nobody(tmp_path: Path) -> None:
    """Not even the record of the act holds it."""
    world = await World.begin(tmp_path)
    await given(world, "a treated woman P-001")
    await given(world, "P-001 attended month_1 after 30 days")
    rater, coordinator = world.phone("rater"), world.phone("coordinator")
    await rater.send("/rate")
    await rater.press("a")
    await rater.choose("MI")
    await rater.press("S")
    await coordinator.send("/withdraw P-001 today")
    await coordinator.press("s")
    await coordinator.press("S")
    await rater.send("/guess P-001")
    await rater.choose("ARM_B")

    def guesses(desk: Desk) -> list[str]:
        key, table = desk.keys.named("envelopes"), tables.arm_guess
        return [key.open(it) for it in desk.connection.scalars(select(table.c.guess))]

    (kept,) = await world.at_desk(guesses)
    assert kept.split(":")[-1] == "B"
    assert await world.at_desk(_of_verb, "guess_arm") == ["{}"]
    opened = {it.participant: it.guesses for it in await world.at_desk(arms.openings)}
    assert opened["P-001"].endswith(":B")
    assert set(opened) == {"P-001", ""}
    assert opened[""] == ""
    await world.end()


@pytest.mark.slow
async def test_words_about_an_envelope_are_kept_apart_from_its_number(tmp_path: Path) -> None:
    world = await World.begin(tmp_path)
    await given(world, "an open trial with paper envelopes")
    allocator = world.phone("allocator")
    await allocator.send("/envelope_incident 3 OPENED_EARLY")
    await allocator.send(WORDS)
    await allocator.press("S")

    def words(desk: Desk) -> list[str]:
        key, table = desk.keys.named("envelopes"), tables.incident_words
        return [key.open(it) for it in desk.connection.scalars(select(table.c.words))]

    assert await world.at_desk(words) == [WORDS]
    (detail,) = await world.at_desk(_of_verb, "retire_envelope")
    assert WORDS not in detail
    assert all(WORDS not in shown.words for it in world.phones.values() for shown in it.shown)
    await world.end()
