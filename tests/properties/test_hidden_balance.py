"""The letters of a block are held against the planned ratio; a methodologist alone learns of it.

The same paper trial is played with letters that keep the ratio and with letters that break it: on
every other phone stands the same, and nothing that is counted differs.
"""

import re
from pathlib import Path
from typing import Any

import pytest

from bot.rehearsal.scenes import given
from bot.rehearsal.world import World
from bot.trial.definitions import DEFAULT_TRIAL, load_study
from bot.turn import arms
from flows.allocation_list import plan_of
from flows.roles import Role
from storage import audit, counts
from tests.properties.people import add_participant

KEPT, BROKEN = "ABCCBA", "ABAACB"
DIGEST = re.compile(r"[0-9a-f]{16}")


async def play(folder: Path, letters: str, *, methodologist: bool) -> World:
    """Six envelopes are read; then everybody looks at what they may see."""
    world = await World.begin(folder)
    await given(world, "an open trial with paper envelopes")
    if methodologist:
        await world.add_staff("mina", Role.METHODOLOGIST)
    for letter in letters:
        participant = await add_participant(world)
        await world.read_envelope(participant.name, letter)
    await given(world, "7 days later")
    await world.phone("pi").send("/summary")
    await world.phone("administrator").send("/staff")
    await world.phone("coordinator").send("/today")
    if methodologist:
        await world.phone("mina").send("/balance")
    return world


def shown(world: World) -> dict[str, Any]:
    """What stands on each phone, but for the methodologist's, and for the digest of the record."""
    return {
        phone.name: [(DIGEST.sub("", it.words), it.buttons) for it in phone.shown]
        for phone in world.phones.values()
        if phone.name != "mina"
    }


async def counted(world: World) -> tuple[object, ...]:
    """What can be counted by whoever watches the service: entries of the record, and messages."""
    entries, _ = await world.database.read(audit.head)
    reading = (counts.messages_by_state, counts.messages_waiting)
    return (entries, *[await world.database.read(it) for it in reading])


@pytest.mark.slow
@pytest.mark.parametrize("methodologist", [True, False])
async def test_nobody_but_a_methodologist_learns_of_a_broken_ratio(
    tmp_path: Path, *, methodologist: bool
) -> None:
    kept = await play(tmp_path / "kept", KEPT, methodologist=methodologist)
    broken = await play(tmp_path / "broken", BROKEN, methodologist=methodologist)
    assert shown(kept) == shown(broken)
    assert await counted(kept) == await counted(broken)
    assert await kept.at_desk(arms.unbalanced_blocks) == []
    assert await broken.at_desk(arms.unbalanced_blocks) == [1]
    if methodologist:
        told = [it.words for it in broken.phone("mina").shown]
        assert len(told) == 2
        assert all("1" in words for words in told)
        assert [it.words for it in kept.phone("mina").shown] != told
    await kept.end()
    await broken.end()


@pytest.mark.slow
async def test_a_block_is_told_of_once(tmp_path: Path) -> None:
    """Though further letters are read in it; and another block is another matter."""
    world = await play(tmp_path, "AAABBBAAA", methodologist=True)
    warnings = [it.words for it in world.phone("mina").shown][:-1]
    assert [re.findall(r"\d+", words)[0] for words in warnings] == ["1", "2"]
    await world.end()


def test_a_block_allows_what_letters_still_to_come_can_complete() -> None:
    plan = plan_of(load_study(DEFAULT_TRIAL).trial)
    assert plan.allows("")
    assert plan.allows("AABBCC")
    assert plan.allows("AAB")
    assert not plan.allows("AAAB")
