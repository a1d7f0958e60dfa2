"""Paper envelopes are numbered once, and more of them when some were retired."""

from pathlib import Path

import pytest

from bot import envelope_lists
from bot.envelope_lists import NotNow
from bot.rehearsal.scenes import given
from bot.rehearsal.world import World
from storage import envelopes


@pytest.mark.slow
async def test_further_paper_envelopes_follow_those_that_were_laid(tmp_path: Path) -> None:
    world = await World.begin(tmp_path)
    await given(world, "an open trial with 6 paper envelopes")
    assert await world.at_desk(envelope_lists.lay_paper, 6) is NotNow.LAID_ALREADY
    assert await world.at_desk(envelope_lists.lay_paper, 5) is NotNow.LAID_ALREADY
    assert await world.at_desk(envelope_lists.lay_paper, 12) == 12
    count = await world.database.read(envelopes.count)
    assert (count.sealed, count.used, count.retired, count.left) == (12, 0, 0, 12)
    await world.end()
