"""Staff are cut off from a messenger too: their commands go on the web chat as elsewhere."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.rehearsal.phones import Phone
from bot.rehearsal.transcript import play
from bot.rehearsal.world import World
from flows.commands import COMMANDS
from flows.roles import STAFF
from tests.chats.test_commands import CHATS, is_given
from tests.scenes import given

LANGUAGE = "fa"


@dataclass
class OnTheWeb(World):
    """Staff, whose names have no hyphen, have a page of the web chat, and nothing else."""

    def phone(self, name: str) -> Phone:
        phone = super().phone(name)
        if "-" not in name:
            phone.channel = "web"
        return phone


def _chats() -> list[Path]:
    """The first chat in which each command of staff is given."""
    chats = {path: path.read_text("utf-8") for path in sorted((CHATS / LANGUAGE).glob("*.txt"))}
    return sorted(
        {
            next(path for path, chat in chats.items() if is_given(command, LANGUAGE, chat))
            for command in COMMANDS
            if not STAFF.isdisjoint(command.roles)
        }
    )


@pytest.mark.slow
@pytest.mark.parametrize("path", _chats(), ids=lambda path: path.stem)
async def test_a_command_goes_on_the_web_as_written(path: Path, tmp_path: Path) -> None:
    """What is said and kept is the transcript's, to the letter, with nobody on a messenger."""
    scenes_apart = tmp_path.parent / "on the web"
    world = await OnTheWeb.begin(scenes_apart / tmp_path.name, LANGUAGE)
    try:
        written = await play(world, path.read_text("utf-8"), given)
        channels = {
            world.phones[role.value].channel for role in STAFF if role.value in world.phones
        }
    finally:
        await world.end()
    assert written == path.read_text("utf-8")
    assert channels == {"web"}
