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
    return text("ratings.line", code=rating.code, visit=text(f"visit.{rating.visit}"))


def _ratings(facts: RaterFacts, _answers: Answers, given: Circumstances) -> Decision:
    if not facts.due:
        return (Say(say(text("ratings.none"))),)
    lines = tuple(_label(rating) for rating in facts.due)
    rate = tuple((run_button(_label(r), "rate", r.form_id),) for r in facts.due[:MOST_BUTTONS])
    buttons = (*rate, (run_button(text("command.learnt_arm.button"), "learnt_arm"),))
    return (Say(say(text("ratings.title"), text("ratings.list", lines=lines), buttons=buttons)),)


# More would not fit on a phone; the next ones move up when these are done.
MOST_BUTTONS = 10


def _rate_items(facts: RaterFacts, _a: Answers, _g: Circumstances) -> tuple[Item, ...]:
    return (pick("rating", {str(rating.form_id): _label(rating) for rating in facts.due}),)


def _check_due(facts: RaterFacts, _answers: Answers, given: Circumstances) -> Text | None:
    return None if facts.due else text("ratings.none")


def _rate(facts: RaterFacts, answers: Answers, given: Circumstances) -> Decision:
    chosen = str(answers["rating"])
    if all(str(rating.form_id) != chosen for rating in facts.due):
        return Refused(text("ratings.not_yours"))
    return (ContinueForm(int(chosen)),)


def _correct_items(facts: RaterFacts, _a: Answers, _g: Circumstances) -> tuple[Item, ...]:
    locked = pick("rating", {str(rating.form_id): _label(rating) for rating in facts.locked})
    asked = form(facts.instrument).items if facts.instrument is not None else ()
    return (locked, *asked, words("reason", 300))


def _check_locked(facts: RaterFacts, _answers: Answers, given: Circumstances) -> Text | None:
    return None if facts.locked else text("ratings.none_locked")


def _correct(facts: RaterFacts, answers: Answers, given: Circumstances) -> Decision:
    chosen = str(answers["rating"])
    rating = next((r for r in facts.locked if str(r.form_id) == chosen), None)
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
    told = text("staff.rater_left" if facts.other_raters else "staff.no_rater_left", code=code)
    return (
        LeaveRating(facts.named),
        Say(say(text("ratings.left", code=code))),
        TellRole(Role.PI, say(told)),
    )


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
