"""Links and codes that somebody makes up: refused alike, counted, and nothing changes."""

import pytest

from bot.language.typed_answers import read_phone
from bot.turn.entering import WRONG_CODES
from bot.turn.incoming import Tapped, Typed
from tests.attacks.conftest import Trial
from tests.attacks.hostile import HOSTILE


def test_guessed_links_look_alike_are_counted_and_soon_not_looked_at(trial: Trial) -> None:
    guesses = [Typed(f"/start {it}") for it in ("secret0000000001", "x" * 500, "000000", "1' OR 1")]
    told = [trial.attack("stranger", it) for it in guesses]
    assert len({it.words(trial.phone("stranger").address) for it in told}) == 1
    assert all(it.changed == {"wrong_code"} and it.verbs == {"refused_code"} for it in told)
    many = trial.attack("stranger", *guesses * 5)
    assert len([it for it in many.audited if it.verb == "refused_code"]) == WRONG_CODES
    assert trial.phone("administrator").address in {to for to, _ in many.said}


@pytest.mark.parametrize("words", HOSTILE.values(), ids=HOSTILE)
def test_a_stranger_learns_nothing_whatever_they_send(trial: Trial, words: str) -> None:
    plain = trial.attack("stranger", Typed("hello"))
    for content in (Typed(words), Tapped(words, "tap", "1")):
        seen = trial.attack("stranger", content)
        assert seen.changed == frozenset()
        assert seen.audited == ()
        assert seen.words().strip() == plain.words().strip()


def test_codes_that_are_guessed_by_sms_are_counted_and_soon_not_looked_at(trial: Trial) -> None:
    phone = trial.phone("P-777-sms")
    assert isinstance(read_phone(phone.address), str)
    seen = trial.attack(phone.name, *[Typed(f"{it:06}") for it in range(900_000, 900_020)])
    # What is answered leaves as an SMS, which is counted.
    assert seen.changed == {"wrong_code", "sms", "sms_report"}
    assert len([it for it in seen.audited if it.verb == "refused_code"]) == WRONG_CODES
