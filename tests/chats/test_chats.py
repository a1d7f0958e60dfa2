"""Every golden chat is played on the real software, and says and keeps what it did before."""

from pathlib import Path

import pytest

from bot.rehearsal.transcript import play
from bot.rehearsal.world import World
from tests.scenes import given

CHATS = Path(__file__).parent
LANGUAGES = ("fa", "en")
TRANSCRIPTS = sorted(path for language in LANGUAGES for path in (CHATS / language).glob("*.txt"))


@pytest.mark.slow
@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: f"{path.parent.name}-{path.stem}")
async def test_a_chat_goes_as_written(path: Path, tmp_path: Path, rewrite_chats: bool) -> None:
    """What is said and kept is the transcript's, to the letter."""
    world = await World.begin(tmp_path, path.parent.name)
    try:
        written = await play(world, path.read_text(encoding="utf-8"), given)
    finally:
        await world.end()
    if rewrite_chats:
        path.write_text(written, encoding="utf-8")
    assert written == path.read_text(encoding="utf-8")


def test_both_languages_keep_the_same() -> None:
    """Each chat exists in both languages, and what is kept does not depend on the language."""
    stems = {language: {p.stem for p in (CHATS / language).glob("*.txt")} for language in LANGUAGES}
    assert stems["fa"] == stems["en"]
    differing = [
        stem for stem in stems["fa"] if _kept(CHATS / "fa", stem) != _kept(CHATS / "en", stem)
    ]
    assert differing == []


def _kept(folder: Path, stem: str) -> list[str]:
    lines = (folder / f"{stem}.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line.startswith("= ")]
