"""Every command of the one table, with every kind of hostile words behind it, by everybody."""

import random

import pytest

from bot.turn.incoming import Typed
from flows import commands
from flows.roles import Role
from tests.attacks.conftest import Trial
from tests.attacks.hostile import HOSTILE, MARK
from tests.attacks.sandbox import Nth, is_sound

NAMES = sorted({it.name for it in commands.COMMANDS})
# What was begun, and what was asked last, is no fact of the study; a wrong code is counted.
ASKED = {"conversation", "wrong_code"}
# What is written down when hostile words are no answer, no code, or are not anybody's to say.
REFUSED = {"refused", "refused_code"}


def some(count: int, *what: str) -> list[str]:
    """So many of the hostile words, others for each command and role, and always the same."""
    return random.Random(" ".join(what)).sample(sorted(HOSTILE.values()), count)


@pytest.mark.parametrize("name", NAMES)
def test_whoever_may_not_give_a_command_is_refused_whatever_they_write(
    trial: Trial, name: str
) -> None:
    for role in Role:
        if commands.find(name, {role}) is not None:
            continue
        (words,) = some(1, name, role)
        seen = trial.attack(trial.holder(role), Typed(f"/{name} {words}"))
        assert seen.said
        assert is_sound(seen.words())
        assert MARK not in seen.words()
        assert seen.changed == frozenset()
        assert [(it.verb, it.role) for it in seen.audited] == [("refused_role", role.value)]


@pytest.mark.parametrize("name", NAMES)
def test_hostile_words_behind_a_command_do_no_more_than_the_command_alone(
    trial: Trial, name: str
) -> None:
    for role in Role:
        command = commands.find(name, {role})
        if command is None:
            continue
        for begun in (f"/{name}", f"/{name} P-001"):
            alone = trial.attack(trial.holder(role), Typed(begun))
            for words in some(2, begun, role):
                seen = trial.attack(trial.holder(role), Typed(f"{begun} {words}"))
                assert seen.said
                assert is_sound(seen.words())
                assert seen.changed <= alone.changed | ASKED
                assert seen.verbs <= alone.verbs | REFUSED | {command.audit}


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_hostile_words_are_an_answer_or_a_misunderstanding_at_every_question(
    trial: Trial, name: str
) -> None:
    """Each question is answered with hostile words first, then with one of its buttons."""
    role = min(role for it in commands.COMMANDS if it.name == name for role in it.roles)
    answers = [it for words in some(8, name) for it in (Typed(words), Nth(len(words)))]
    seen = trial.attack(trial.holder(role), Typed(f"/{name} P-001"), *answers)
    assert is_sound(seen.words())
    assert {"sealed_arm", "audit_head", "data_lock"}.isdisjoint(seen.changed)
