"""A letter that was written after the randomization can name the arm: nobody but whoever treats the
participant at that moment reads a word of it, or sees its file.
"""

from collections.abc import Callable

import pytest

from bot.turn.desk import Desk
from bot.turn.incoming import Content, Incoming, Sent, Tapped, Typed
from bot.turn.turns import take_turn
from tests.attacks.conftest import Trial
from tests.attacks.sandbox import Nth, Seen

WORDS, FILE, ANSWER = "the EXOLOT itches", "photo:EXOLOT-picture", "the EXOLOT may itch"
SECRETS = (WORDS, FILE, ANSWER, "EXOLOT")
# Long before an attack: P-001 writes twice, and the second letter is answered by its number.
FIRST, SECOND = 1, 2
TREATS, OTHER_CLINICIAN, COORDINATOR = "clinician", "ziba", "coordinator"
BY_NUMBER = ("attachment", "answer", "take_mail", "close_mail", "hand_on_mail")
OTHERS = (OTHER_CLINICIAN, COORDINATOR, "pi", "P-002", "stranger")
ASKED = {"conversation"}


def _turns(trial: Trial, *turns: tuple[str, Content]) -> Callable[[Desk], None]:
    """What these people do one after the other, before anything leaves."""

    def take(desk: Desk) -> None:
        for number, (name, content) in enumerate(turns, start=10**8):
            phone = trial.phone(name)
            at = trial.world.desk(desk.connection, f"before:{number}")
            take_turn(at, Incoming(phone.channel, number, phone.address, content, "en"))

    return take


WRITTEN: tuple[tuple[str, Content], ...] = (
    ("P-001", Sent(WORDS, FILE)),
    ("P-001", Typed(WORDS)),
)
ANSWERED = (
    *WRITTEN,
    (TREATS, Typed(f"/answer {SECOND}")),
    (TREATS, Typed(ANSWER)),
    (TREATS, Typed("Confirm")),
)
# The coordinator names another clinician for P-001, as the second on the list.
REPLACED = (
    (COORDINATOR, Typed("/assign P-001")),
    (COORDINATOR, Typed("2")),
    (COORDINATOR, Typed("on leave")),
    (COORDINATOR, Typed("Confirm")),
)


def _reads_nothing(trial: Trial, name: str, seen: Seen) -> None:
    said = seen.words(trial.phone(name).address)
    assert said
    assert not any(it in said for it in SECRETS)


def test_the_treating_clinician_reads_a_letter_and_sees_its_file(trial: Trial) -> None:
    """What the others here may not."""
    steps = (Typed("/mail"), Typed(f"/attachment {FIRST}"))
    seen = trial.attack(TREATS, *steps, after=_turns(trial, *WRITTEN))
    said = seen.words(trial.phone(TREATS).address)
    assert WORDS in said
    assert FILE in said
    assert "arm_told" in seen.changed


def test_whoever_sees_a_file_that_is_withheld_is_noted_to_know_the_arm(trial: Trial) -> None:
    seen = trial.attack(TREATS, Typed(f"/attachment {FIRST}"), after=_turns(trial, *WRITTEN))
    assert FILE in seen.words(trial.phone(TREATS).address)
    assert "arm_told" in seen.changed


@pytest.mark.parametrize("command", BY_NUMBER)
@pytest.mark.parametrize("name", OTHERS)
def test_nobody_else_gets_at_a_letter_by_its_number(trial: Trial, name: str, command: str) -> None:
    """Neither by typing it, nor by a button made by hand, whatever they answer after it."""
    for number in (FIRST, SECOND):
        typed, tap = Typed(f"/{command} {number}"), Tapped(f"r:{command}:{number}", "tap", "1")
        for begun in (typed, tap):
            seen = trial.attack(name, begun, after=_turns(trial, *ANSWERED))
            _reads_nothing(trial, name, seen)
            assert seen.changed == frozenset()
            assert seen.verbs <= {"refused", "refused_role"}
            steps = (begun, Typed(str(number)), Nth(0), Typed("so it is"), Nth(0))
            seen = trial.attack(name, *steps, after=_turns(trial, *ANSWERED))
            _reads_nothing(trial, name, seen)
            assert seen.changed.isdisjoint({"mail_handed", "arm_told"})


@pytest.mark.parametrize("name", OTHERS)
@pytest.mark.parametrize("listed", ["/mail", "/letters P-001", "/history P-001", "/card P-001"])
def test_no_list_tells_anybody_else_the_words(trial: Trial, name: str, listed: str) -> None:
    seen = trial.attack(name, Typed(listed), after=_turns(trial, *ANSWERED))
    _reads_nothing(trial, name, seen)
    assert seen.changed <= ASKED


@pytest.mark.parametrize("asks", ["/mail", "/letters P-001", f"/attachment {FIRST}"])
def test_whoever_is_replaced_before_a_letter_leaves_does_not_get_it(
    trial: Trial, asks: str
) -> None:
    asked = (*WRITTEN, (TREATS, Typed(asks)))
    for replaced, gets in (((), True), (REPLACED, False)):
        seen = trial.attack(COORDINATOR, Typed("/help"), after=_turns(trial, *asked, *replaced))
        said = seen.words(trial.phone(TREATS).address)
        assert ("EXOLOT" in said) is gets
        assert ("You are not the treating clinician of P-001" in said) is not gets


# What is answered to each, to its end.
ANSWERS = {
    "answer": (Typed(ANSWER), Typed("Confirm")),
    "take_mail": (Typed(ANSWER), Typed("Confirm")),
    "close_mail": (Typed("1"),),
    "hand_on_mail": (Typed("1"),),
}


@pytest.mark.parametrize("command", ANSWERS)
def test_what_was_begun_is_not_done_after_the_replacement(trial: Trial, command: str) -> None:
    begun = (*WRITTEN, (TREATS, Typed(f"/{command} {FIRST}")))
    for replaced, does in (((), True), (REPLACED, False)):
        seen = trial.attack(TREATS, *ANSWERS[command], after=_turns(trial, *begun, *replaced))
        assert bool(seen.changed & {"mail", "mail_handed"}) is does
        if replaced:
            _reads_nothing(trial, TREATS, seen)
            assert seen.changed <= ASKED
