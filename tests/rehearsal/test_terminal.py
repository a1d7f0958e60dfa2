"""A conversation in the terminal, from a pipe as from a keyboard."""

import subprocess
import sys
from pathlib import Path

import pytest

from bot.rehearsal.transcript import play
from bot.rehearsal.world import World
from tests.botapi.client import ROOT

pytestmark = pytest.mark.slow
LINES = "/screen NOT_ENTERED\n[Female]\n35\ncoordinator:\n[Criteria]\n[Confirm]\n~ 1 day\n"


def chat(folder: Path, typed: str, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bot", "chat", *options],
        input=typed,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


async def test_a_saved_chat_is_a_golden_chat(tmp_path: Path) -> None:
    """Played again it comes out to the letter, which is what the tests of golden chats ask."""
    saved = tmp_path / "screen.txt"
    played = chat(tmp_path, LINES, "--about", "Somebody is screened.", "--save", str(saved))
    assert played.returncode == 0, played.stderr
    written = saved.read_text(encoding="utf-8")
    assert written.startswith("# Somebody is screened.\ngiven an open trial\n")
    assert "= screening failure F 35 CRITERIA" in written
    world = await World.begin(tmp_path / "world")
    assert await play(world, written) == written
    await world.end()


def test_a_slip_is_told_and_the_chat_goes_on(tmp_path: Path) -> None:
    played = chat(
        tmp_path, "/screen NOT_ENTERED\n[Nothing like it]\n~ soon\nNobody!:\n[Female]\n35\n"
    )
    assert played.returncode == 1
    assert "Traceback" not in played.stderr
    assert len(played.stderr.splitlines()) == 3
    assert "Why did this person not enter the study?" in played.stdout


@pytest.mark.parametrize(
    "options", [("--given", "a miracle"), ("--save", "there.txt"), ("nowhere.txt",)]
)
def test_what_it_cannot_begin_with_is_one_sentence(
    tmp_path: Path, options: tuple[str, ...]
) -> None:
    (tmp_path / "there.txt").write_text("kept", encoding="utf-8")
    played = chat(tmp_path, "", *options)
    assert played.returncode == 1
    assert len(played.stderr.splitlines()) == 1
    assert (tmp_path / "there.txt").read_text(encoding="utf-8") == "kept"


def test_nothing_is_left_behind(tmp_path: Path) -> None:
    chat(tmp_path, "/help\n")
    assert list(tmp_path.iterdir()) == []
