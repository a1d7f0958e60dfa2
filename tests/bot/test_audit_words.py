"""What is written in the audit trail has words in both languages, and no word for what can name a
product or a person."""

import pytest

from bot.trial.definitions import DEFAULT_TRIAL, load_study
from flows.commands import COMMANDS

WORDING = load_study(DEFAULT_TRIAL).wording
# What people wrote, or are called.
NEVER_SHOWN = ("name", "phone", "reason", "words", "answer", "notes", "batch")


@pytest.mark.parametrize("verb", sorted({command.audit for command in COMMANDS}))
def test_every_verb_of_a_command_is_worded(verb: str) -> None:
    assert WORDING.has(f"audit.verb.{verb}")


@pytest.mark.parametrize("key", NEVER_SHOWN)
def test_what_people_wrote_has_no_word(key: str) -> None:
    assert not WORDING.has(f"audit.key.{key}")
