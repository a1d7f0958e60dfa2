"""The rater's guess of a participant's arm, once, after the last rating. It changes nothing."""

from flows.commands.command import Circumstances, Command, Reach, choice, pick
from flows.commands.rating import RATER
from flows.effects import Decision, Refused
from flows.effects.rating import KeepGuess
from flows.effects.speaking import Say
from flows.facts.rating import RaterFacts
from flows.forms import Answers, Item
from flows.messages import say
from flows.text import Text, text

NO_IDEA = "NO_IDEA"


def _items(facts: RaterFacts, _answers: Answers, given: Circumstances) -> tuple[Item, ...]:
    """Arms by codes of their own: in a button, an arm's letter alone could be taken for a group
    that somebody is in."""
    guessed = {it.code: text("ratings.code", code=it.code) for it in facts.guesses}
    arms = (f"ARM_{arm.code}" for arm in given.trial.arms)
    return (pick("guessed", guessed), choice("guess", *arms, NO_IDEA))


def _check(facts: RaterFacts, _answers: Answers, given: Circumstances) -> Text | None:
    return None if facts.guesses else text("guess.none")


def _guess(facts: RaterFacts, answers: Answers, given: Circumstances) -> Decision:
    about = next((it for it in facts.guesses if it.code == answers["guessed"]), None)
    if about is None:
        return Refused(text("guess.none"))
    chosen = str(answers["guess"])
    guess = "" if chosen == NO_IDEA else chosen.removeprefix("ARM_")
    return (KeepGuess(about.participant, guess), Say(say(text("guess.kept"))))


COMMANDS = (
    Command(
        "guess",
        RATER,
        RaterFacts,
        _guess,
        "guess_arm",
        items=_items,
        check=_check,
        reach=Reach.BUTTON,
    ),
)
