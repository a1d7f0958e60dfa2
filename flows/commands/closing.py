"""The end of the trial: what is still open, the lock, the sign-off, the unblinding of all."""

from flows.commands.command import Circumstances, Command, Reach, Secured, choice, words
from flows.commands.oversight import PI
from flows.commands.unblinding import others
from flows.effects import Decision, Refused
from flows.effects.ending import AskToUnblind, LockData, SignOff
from flows.effects.speaking import Say
from flows.facts.ending import ClosingFacts, OpenPoint
from flows.forms import Answers, Item, Review
from flows.messages import Button, run_button, say
from flows.text import Text, text

LONGEST_REASON = 500
# As many codes as a line holds; the card of each tells more.
MOST_CODES = 20


def _trial_end(facts: ClosingFacts, _answers: Answers, given: Circumstances) -> Decision:
    return (Say(say(*_standing(facts), buttons=tuple((it,) for it in _next(facts)))),)


def _standing(facts: ClosingFacts) -> tuple[Text, ...]:
    lines = tuple(_point(point) for point in facts.points)
    open_points = text("ending.open", lines=lines) if lines else text("ending.none_open")
    locked = (
        text("ending.not_locked")
        if facts.locked_at is None
        else text("ending.locked", at=facts.locked_at)
    )
    signed = (
        text("ending.not_signed")
        if facts.signed_at is None
        else text("ending.signed", at=facts.signed_at)
    )
    unblinded = text("ending.unblinded" if facts.trial_unblinded else "ending.blinded")
    return (text("ending.title"), open_points, locked, signed, unblinded)


def _point(point: OpenPoint) -> Text:
    codes = ", ".join(point.codes[:MOST_CODES])
    left = len(point.codes) - MOST_CODES
    what = text(f"ending.point.{point.name}", count=len(point.codes))
    if left > 0:
        return text("ending.point_more", what=what, codes=codes, left=left)
    return text("ending.point", what=what, codes=codes)


def _next(facts: ClosingFacts) -> list[Button]:
    wanted = {
        "lock": facts.locked_at is None,
        "sign_off": True,
        "unblind_trial": _may_unblind(facts) is None,
    }
    return [
        run_button(text(f"command.{name}.button"), name) for name, is_so in wanted.items() if is_so
    ]


def _lock_items(facts: ClosingFacts, _answers: Answers, _given: Circumstances) -> tuple[Item, ...]:
    """Points that are open are named, and why they are left so is asked."""
    lines = tuple(_point(point) for point in facts.points)
    question = text("ask.lock_open", lines=lines) if lines else text("ask.lock")
    reason = (words("open_points_reason", LONGEST_REASON),) if lines else ()
    return (choice("lock", "YES", "NO", question=question), *reason)


def _check_lock(facts: ClosingFacts, answers: Answers, _given: Circumstances) -> Text | None:
    if facts.locked_at is not None:
        return text("refused.locked_before", at=facts.locked_at)
    return text("refused.lock_left") if answers.get("lock") == "NO" else None


def _lock(facts: ClosingFacts, answers: Answers, given: Circumstances) -> Decision:
    reason = str(answers.get("open_points_reason", ""))
    return (LockData(reason), Say(say(text("ending.lock_done"))))


def _sign_items(facts: ClosingFacts, _answers: Answers, _given: Circumstances) -> tuple[Item, ...]:
    key = "ask.sign_off" if facts.locked_at is None else "ask.sign_off_final"
    return (choice("sign_off", "YES", "NO", question=text(key)),)


def _sign_off(facts: ClosingFacts, answers: Answers, given: Circumstances) -> Decision:
    if answers["sign_off"] == "NO":
        return Refused(text("refused.sign_off_left"))
    return (SignOff(), Say(say(text("ending.sign_done"))))


def _may_unblind(facts: ClosingFacts) -> Text | None:
    """Why the trial cannot be unblinded yet; None if it can."""
    if facts.trial_unblinded:
        return text("refused.unblinded_before")
    if facts.locked_at is None:
        return text("refused.lock_first")
    return text("refused.sign_first") if facts.signed_after_lock_at is None else None


def _all_items(_f: ClosingFacts, _a: Answers, _g: Circumstances) -> tuple[Item, ...]:
    return (choice("unblind_trial", "YES", "NO"),)


def _check_all(facts: ClosingFacts, answers: Answers, given: Circumstances) -> Text | None:
    if given.trial.unblinding is None:
        return text("refused.no_unblinding")
    if why := _may_unblind(facts):
        return why
    if not others(facts.authorised, given):
        return text("refused.nobody_to_agree", phone=given.trial.site.clinic_phone)
    return text("refused.unblinding_left") if answers.get("unblind_trial") == "NO" else None


def _unblind_all(facts: ClosingFacts, answers: Answers, given: Circumstances) -> Decision:
    assert given.trial.unblinding is not None
    told = text("unblinding.asked_all", minutes=given.trial.unblinding.minutes)
    return (AskToUnblind(None, ""), Say(say(told)))


COMMANDS = (
    Command("trial_end", PI, ClosingFacts, _trial_end, "view_trial_end"),
    Command(
        "lock",
        PI,
        ClosingFacts,
        _lock,
        "lock_data",
        items=_lock_items,
        check=_check_lock,
        review=Review.ALWAYS,
        reach=Reach.BUTTON,
        secured=Secured.ALWAYS,
    ),
    Command(
        "sign_off",
        PI,
        ClosingFacts,
        _sign_off,
        "sign_off",
        items=_sign_items,
        review=Review.ALWAYS,
        reach=Reach.BUTTON,
        secured=Secured.ALWAYS,
    ),
    Command(
        "unblind_trial",
        PI,
        ClosingFacts,
        _unblind_all,
        "ask_to_unblind_trial",
        items=_all_items,
        check=_check_all,
        review=Review.ALWAYS,
        reach=Reach.BUTTON,
        secured=Secured.ALWAYS,
    ),
)
