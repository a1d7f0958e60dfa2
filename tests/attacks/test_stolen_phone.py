"""An unlocked phone of staff in other hands: what is decisive asks a PIN, and a cut ends it all."""

from collections.abc import Callable

import pytest

from bot import operating
from bot.rehearsal.stage import PIN
from bot.turn import staffing
from bot.turn.desk import Desk
from bot.turn.incoming import Tapped, Typed
from flows import commands
from flows.commands.command import Secured
from flows.roles import STAFF, Role
from storage import people
from tests.attacks.conftest import Trial
from tests.attacks.sandbox import Nth

# What cannot be undone, or shows what nobody may see; with the reset of a PIN, which guards it.
DECISIVE = {
    "randomize",
    "unblind",
    "agree_unblinding",
    "lock",
    "sign_off",
    "unblind_trial",
    "reset_pin",
}
DECIDED = {"allocation", "unblinding", "unblinding_answer", "data_lock", "sign_off", "pin"}
ASKS_PIN = "Write your PIN."


def _role(name: str) -> Role:
    return next(min(it.roles) for it in commands.COMMANDS if it.name == name)


def test_what_is_decisive_is_secured() -> None:
    secured = {it.name for it in commands.COMMANDS if it.secured is Secured.ALWAYS}
    assert secured == DECISIVE


@pytest.mark.parametrize("name", sorted({*DECISIVE, "pin"}))
@pytest.mark.parametrize("begun", ["", " P-001", " P-003"])
def test_a_thief_without_the_pin_gets_as_far_as_the_pin(
    trial: Trial, name: str, begun: str
) -> None:
    """Whatever they answer, in words or by any of the first buttons."""
    for words in ("864202", "she is in hospital"):
        for place in range(3):
            steps = [it for _ in range(5) for it in (Typed(words), Nth(place))]
            seen = trial.attack(_role(name).value, Typed(f"/{name}{begun}"), *steps)
            assert DECIDED.isdisjoint(seen.changed)


@pytest.mark.parametrize(
    ("who", "steps"),
    [
        ("allocator", [Typed("/randomize P-003")]),
        ("clinician", [Typed("/unblind P-001"), Typed("she is in hospital")]),
        ("administrator", [Typed("/reset_pin"), Nth(0)]),
        ("rater", [Typed("/pin"), Typed("864202"), Typed("864202")]),
    ],
)
def test_the_owner_gets_on_by_the_pin_and_five_misses_end_it(
    trial: Trial, who: str, steps: list[Typed | Nth]
) -> None:
    asked = trial.attack(who, *steps)
    assert ASKS_PIN in asked.words()
    owner = trial.attack(who, *steps, Typed(PIN), Nth(0))
    assert owner.changed & DECIDED
    thief = trial.attack(
        who, *steps, *[Typed("864203")] * 5, Typed(PIN), Nth(0), *steps, Typed(PIN)
    )
    assert DECIDED.isdisjoint(thief.changed)
    assert [it.verb for it in thief.audited].count("wrong_pin") == 5
    assert "refused" in thief.verbs
    told = {to for to, _ in thief.said}
    assert {trial.phone("administrator").address, trial.phone("pi").address} <= told


def _from_the_command_line(desk: Desk, person: int) -> None:
    assert operating._end(desk, person, None)


@pytest.mark.parametrize("cut", [staffing.cut_off, _from_the_command_line])
@pytest.mark.parametrize("role", sorted(STAFF - {Role.METHODOLOGIST}))
def test_whoever_is_cut_off_is_a_stranger_in_the_middle_of_what_they_do(
    trial: Trial, role: Role, cut: Callable[[Desk, int], None]
) -> None:
    """Nothing that they had begun goes on, and nothing that is said reaches them."""
    name = role.value

    def cut_off(desk: Desk) -> None:
        cut(desk, people.holders(desk.connection, role)[0])

    mine = [it.name for it in commands.COMMANDS if role in it.roles]
    steps = [Typed(f"/{it}") for it in (*mine[:3], "help", "start")]
    taps = [Tapped(f"r:{it}:P-001", "tap", "1") for it in mine[:3]]
    seen = trial.attack(name, *steps, *taps, Typed(PIN), after=cut_off)
    assert seen.changed == frozenset()
    assert seen.audited == ()
    said = {words for words in seen.words(trial.phone(name).address).splitlines() if words}
    stranger = {
        words for words in trial.attack("stranger", Typed("x")).words().splitlines() if words
    }
    assert said <= stranger | {""}
