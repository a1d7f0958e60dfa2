"""What happens outside its window keeps the reason: asked once, recorded with the milestone.

A reason that was given when the visit was booked is not asked for again when it takes place; where
the clinic is closed on every day of the window, that is the reason.
"""

from collections.abc import Mapping
from datetime import date

from flows.commands.command import Circumstances, choice, words
from flows.definition import Site
from flows.facts.participants import ParticipantFacts
from flows.forms import Answers, Item
from flows.schedule import Due
from flows.text import Text, text

WHY = ("PARTICIPANT", "ILLNESS", "CLINIC", "OTHER")
CLOSURE = "CLOSURE"
LONGEST_REASON = 300


def is_outside(due: Due | None, on: date | None) -> bool:
    return due is not None and on is not None and due.days_outside(on) != 0


def window_question(due: Due | None, on: date | None, site: Site) -> Text | None:
    """Why this day, if it is outside the window and the clinic was open on some day of it."""
    if due is None or not is_outside(due, on) or due.is_closed_throughout(site):
        return None
    return text("ask.outside", first=due.opens_on, last=due.closes_on)


def question_of_day(facts: ParticipantFacts, answers: Answers, given: Circumstances) -> Text | None:
    """Why a visit, or a part of it, took place outside the window, where that is not known yet."""
    chart, on = facts.chart, answers.get("on")
    if chart is None or not isinstance(on, date):
        return None
    name = str(answers.get("visit"))
    visit = chart.visit(name)
    if visit.outside is not None or visit.attended_on == on:
        return None
    return window_question(facts.due.get(name), on, given.trial.site)


def why_items(question: Text | None, answers: Answers) -> tuple[Item, ...]:
    if question is None:
        return ()
    why = choice("outside", *WHY, question=question)
    in_words = answers.get("outside") == "OTHER"
    return (why, words("reason", LONGEST_REASON)) if in_words else (why,)


def why_kept(due: Due | None, on: date, site: Site, answers: Answers) -> Mapping[str, str]:
    """The detail of a milestone that says why it lies outside; empty within."""
    if "outside" in answers:
        return {"outside": str(answers["outside"])}
    closed = due is not None and is_outside(due, on) and due.is_closed_throughout(site)
    return {"outside": CLOSURE} if closed else {}


def why_of_day(
    facts: ParticipantFacts, answers: Answers, given: Circumstances
) -> Mapping[str, str]:
    on = answers["on"]
    assert isinstance(on, date)
    return why_kept(facts.due.get(str(answers["visit"])), on, given.trial.site, answers)


def words_of(answers: Answers) -> str:
    return str(answers["reason"]) if answers.get("outside") == "OTHER" else ""
