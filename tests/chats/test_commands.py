"""Every command is worded, permitted, audited, and given in a golden chat of each language."""

import re
from pathlib import Path
from typing import Any

import pytest

from bot.language.wording import LANGUAGES
from bot.rehearsal.transcript import read
from bot.trial.definitions import DEFAULT_TRIAL, load_study
from flows.commands import COMMANDS
from flows.commands.command import Command, Reach
from flows.commands.offers import OFFERS
from flows.instruments import title
from flows.text import text

CHATS = Path(__file__).parent
STUDY = load_study(DEFAULT_TRIAL)
SOURCES = [path for room in ("flows", "bot") for path in Path(room).rglob("*.py")]
each_command = pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)


@each_command
def test_a_command_is_worded(command: Command[Any]) -> None:
    """In both languages the help tells what it does, unless a button alone leads to it."""
    for language in LANGUAGES:
        assert command.reach is Reach.BUTTON or STUDY.render(
            text(f"command.{command.name}.help"), language
        )


def test_buttons_are_worded() -> None:
    """Whatever a button can begin has a label in both languages."""
    written = {
        name
        for path in SOURCES
        for name in re.findall(r"command\.(\w+)\.button", path.read_text(encoding="utf-8"))
    }
    assert written
    for name in {*written, *(offer.command for offer in OFFERS)}:
        for language in LANGUAGES:
            assert STUDY.render(text(f"command.{name}.button"), language)


@each_command
def test_a_command_is_permitted_and_audited(command: Command[Any]) -> None:
    """Somebody may give it, and what comes of it has a verb in the audit trail."""
    assert command.roles
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", command.audit)


@each_command
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_command_has_a_chat(command: Command[Any], language: str) -> None:
    """In some chat of this language it is typed, or begun by its button, or left its verb."""
    assert any(
        is_given(command, language, path.read_text(encoding="utf-8"))
        for path in (CHATS / language).glob("*.txt")
    )


def is_given(command: Command[Any], language: str, chat: str) -> bool:
    said = [step.words for step in read(chat) if step.kind == "speech"]
    labels = _labels(command, language)
    return (
        any(words.split()[0] == f"/{command.name}" for words in said if words)
        or any(words.strip("[]") in label for words in said if words[:1] == "[" for label in labels)
        or re.search(rf"^= audit \w+ {command.audit}\b", chat, re.MULTILINE) is not None
    )


def _labels(command: Command[Any], language: str) -> list[str]:
    """What its buttons say; a questionnaire is opened by its title."""
    if command.name == "fill":
        return [STUDY.render(title(it), language) for it in STUDY.instruments.values()]
    key = f"command.{command.name}.button"
    return [STUDY.render(text(key), language)] if STUDY.wording.has(key) else []
