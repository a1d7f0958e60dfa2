"""The blinded rater's commands. They read `RaterFacts` alone: codes and visits."""

from flows.commands.command import Circumstances, Command, pick, words
from flows.effects import Decision, Refused
from flows.effects.following import ContinueForm, CorrectRating
from flows.effects.rating import LeaveRating
from flows.effects.speaking import Say, TellRole
from flows.facts.rating import RaterFacts, Rating
from flows.forms import Answers, Item, ParticipantCode, Review
from flows.instruments import form
from flows.messages import run_button, say
from flows.roles import Role
from flows.text import Text, text

RATER = frozenset({Role.RATER})


def _label(rating: Rating) -> Text:
    return text("ratings.line", code=rating.code, visit=rating.shown)


def _ratings(facts: RaterFacts, _answers: Answers, given: Circumstances) -> Decision:
    guess = tuple(
        (run_button(text("guess.button", code=it.code), "guess", it.code),)
        for it in facts.guesses[:MOST_BUTTONS]
    )
    if not facts.due:
        none = text("ratings.only_guesses" if guess else "ratings.none")
        return (Say(say(none, buttons=guess)),)
    lines = tuple(_label(rating) for rating in facts.due)
    rate = tuple((run_button(_label(r), "rate", r.key),) for r in facts.due[:MOST_BUTTONS])
    buttons = (*rate, *guess, (run_button(text("command.learnt_arm.button"), "learnt_arm"),))
    return (Say(say(text("ratings.title"), text("ratings.list", lines=lines), buttons=buttons)),)


# More would not fit on a phone; the next ones move up when these are done.
MOST_BUTTONS = 10


def _rate_items(facts: RaterFacts, _a: Answers, _g: Circumstances) -> tuple[Item, ...]:
    return (pick("rating", {rating.key: _label(rating) for rating in facts.due}),)


def _check_due(facts: RaterFacts, _answers: Answers, given: Circumstances) -> Text | None:
    return None if facts.due else text("ratings.none")


def _rate(facts: RaterFacts, answers: Answers, given: Circumstances) -> Decision:
    chosen = next((it for it in facts.due if it.key == answers["rating"]), None)
    if chosen is None:
        return Refused(text("ratings.not_yours"))
    return (ContinueForm(chosen.form_id),)


def _correct_items(facts: RaterFacts, _a: Answers, _g: Circumstances) -> tuple[Item, ...]:
    locked = pick("rating", {rating.key: _label(rating) for rating in facts.locked})
    asked = form(facts.instrument).items if facts.instrument is not None else ()
    return (locked, *asked, words("reason", 300))


def _check_locked(facts: RaterFacts, _answers: Answers, given: Circumstances) -> Text | None:
    return None if facts.locked else text("ratings.none_locked")


def _correct(facts: RaterFacts, answers: Answers, given: Circumstances) -> Decision:
    rating = next((it for it in facts.locked if it.key == answers["rating"]), None)
    if rating is None or facts.instrument is None:
        return Refused(text("ratings.not_yours"))
    items = [item.id for item in form(facts.instrument).items]
    corrected = {item: answers[item] for item in items if item in answers}
    return (CorrectRating(rating.form_id, corrected, str(answers["reason"])),)


def _learnt_items(facts: RaterFacts, _a: Answers, _g: Circumstances) -> tuple[Item, ...]:
    """Asked by code: a rater can learn the group of somebody whose rating is still to come."""
    return (Item("rated", text("ask.rated"), ParticipantCode()),)


def _learnt(facts: RaterFacts, answers: Answers, given: Circumstances) -> Decision:
    code = str(answers["rated"])
    assert facts.named is not None
    told = text(f"staff.{_left_behind(facts, given)}", code=code)
    return (
        LeaveRating(facts.named),
        Say(say(text("ratings.left", code=code))),
        TellRole(Role.PI, say(told)),
    )


def _left_behind(facts: RaterFacts, given: Circumstances) -> str:
    if not facts.other_raters:
        return "no_rater_left"
    enough = facts.other_raters >= given.trial.rating.raters
    return "rater_left" if enough else "too_few_raters_left"


COMMANDS = (
    Command("ratings", RATER, RaterFacts, _ratings, "view_ratings"),
    Command("rate", RATER, RaterFacts, _rate, "rate", items=_rate_items, check=_check_due),
    Command(
        "correct_rating",
        RATER,
        RaterFacts,
        _correct,
        "correct_rating",
        items=_correct_items,
        check=_check_locked,
        review=Review.ALWAYS,
    ),
    Command(
        "learnt_arm",
        RATER,
        RaterFacts,
        _learnt,
        "learnt_arm",
        items=_learnt_items,
        review=Review.ALWAYS,
    ),
)
