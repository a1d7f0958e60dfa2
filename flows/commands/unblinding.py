"""Emergency unblinding: one participant, a reason, two people, and a pop-up for one of them."""

from collections.abc import Iterable
from datetime import timedelta

from flows.commands.command import (
    PARTICIPANT,
    Circumstances,
    Command,
    Reach,
    Secured,
    choice,
    pick,
    words,
)
from flows.effects import Decision, Refused
from flows.effects.ending import AnswerUnblinding, AskToUnblind, ShowUnblinded
from flows.effects.speaking import Say
from flows.facts.ending import Asked, UnblindingFacts
from flows.facts.people import Person
from flows.forms import Answers, Item, Review
from flows.messages import say
from flows.roles import MAY_UNBLIND
from flows.text import Text, text

LONGEST_REASON = 300


def others(authorised: Iterable[Person], given: Circumstances) -> bool:
    """Whether somebody else may agree, and can be reached."""
    return any(person.id != given.actor for person in authorised)


def _ask_items(_f: UnblindingFacts, _a: Answers, _g: Circumstances) -> tuple[Item, ...]:
    return (PARTICIPANT, words("unblinding_reason", LONGEST_REASON))


def _check_ask(facts: UnblindingFacts, _answers: Answers, given: Circumstances) -> Text | None:
    rule, site, chart = given.trial.unblinding, given.trial.site, facts.chart
    if rule is None or given.roles.isdisjoint(rule.asked_by):
        return text("refused.no_unblinding")
    if not others(facts.authorised, given):
        return text("refused.nobody_to_agree", phone=site.clinic_phone)
    if chart is not None and chart.randomized_on is None:
        return text("refused.not_randomized", code=chart.code)
    if chart is not None and not facts.letter_kept:
        return text("refused.letter_missing", code=chart.code)
    return None


def _ask(facts: UnblindingFacts, answers: Answers, given: Circumstances) -> Decision:
    assert facts.chart is not None
    assert given.trial.unblinding is not None
    asked = AskToUnblind(facts.chart.participant, str(answers["unblinding_reason"]))
    minutes = given.trial.unblinding.minutes
    return (asked, Say(say(text("unblinding.asked", code=facts.chart.code, minutes=minutes))))


def _label(it: Asked) -> Text:
    return text("unblinding.of_all") if it.code is None else text("unblinding.of", code=it.code)


def _request_item(facts: UnblindingFacts) -> Item:
    return pick("unblinding_request", {str(it.id): _label(it) for it in facts.asked})


def _chosen(facts: UnblindingFacts, answers: Answers) -> Asked | None:
    chosen = str(answers.get("unblinding_request"))
    return next((it for it in facts.asked if str(it.id) == chosen), None)


def _answer_items(facts: UnblindingFacts, _a: Answers, _g: Circumstances) -> tuple[Item, ...]:
    return (_request_item(facts), choice("agree_unblinding", "YES", "NO"))


def _check_answer(facts: UnblindingFacts, answers: Answers, given: Circumstances) -> Text | None:
    rule = given.trial.unblinding
    if rule is None or given.roles.isdisjoint(rule.agreed_by):
        return text("refused.no_unblinding")
    asked = _chosen(facts, answers)
    if asked is None:
        return None if facts.asked else text("refused.no_request")
    if asked.asked_by.id == given.actor:
        return text("refused.own_request")
    if asked.agreed is not None:
        return text("refused.answered_request")
    return text("refused.late_request") if asked.expires_at < given.now else None


def _answer(facts: UnblindingFacts, answers: Answers, given: Circumstances) -> Decision:
    asked = _chosen(facts, answers)
    if asked is None:
        return Refused(text("refused.no_request"))
    agreed = answers["agree_unblinding"] == "YES"
    done = "unblinding.you_agreed" if agreed else "unblinding.you_declined"
    told = text(done, name=asked.asked_by.name, whose=_label(asked))
    return (AnswerUnblinding(asked.id, agreed), Say(say(told)))


def _show_items(facts: UnblindingFacts, _a: Answers, _g: Circumstances) -> tuple[Item, ...]:
    return (_request_item(facts),)


def _check_show(facts: UnblindingFacts, answers: Answers, given: Circumstances) -> Text | None:
    asked = _chosen(facts, answers)
    if asked is None:
        return None if facts.asked else text("refused.no_request")
    if asked.asked_by.id != given.actor or not asked.agreed or asked.code is None:
        return text("refused.not_agreed")
    assert asked.answered_at is not None
    assert given.trial.unblinding is not None
    until = asked.answered_at + timedelta(minutes=given.trial.unblinding.minutes)
    return text("refused.late_request") if until < given.now else None


def _show(facts: UnblindingFacts, answers: Answers, given: Circumstances) -> Decision:
    asked = _chosen(facts, answers)
    if asked is None or asked.participant is None or not given.tapped:
        return Refused(text("refused.tap_needed"))
    return (ShowUnblinded(asked.id, asked.participant),)


COMMANDS = (
    Command(
        "unblind",
        MAY_UNBLIND,
        UnblindingFacts,
        _ask,
        "ask_to_unblind",
        items=_ask_items,
        check=_check_ask,
        review=Review.ALWAYS,
        reach=Reach.CARD,
        secured=Secured.ALWAYS,
    ),
    Command(
        "agree_unblinding",
        MAY_UNBLIND,
        UnblindingFacts,
        _answer,
        "answer_unblinding",
        items=_answer_items,
        check=_check_answer,
        review=Review.ALWAYS,
        reach=Reach.BUTTON,
        secured=Secured.ALWAYS,
    ),
    Command(
        "show_unblinded",
        MAY_UNBLIND,
        UnblindingFacts,
        _show,
        "unblind",
        items=_show_items,
        check=_check_show,
        reach=Reach.BUTTON,
    ),
)
