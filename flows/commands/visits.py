"""Appointments, and whether they were kept."""

from datetime import date, datetime, time

from flows.chart import Milestone
from flows.commands.about_participant import (
    COORDINATOR,
    check_day,
    code_in,
    has_left,
    outside_window,
    visit_milestone,
)
from flows.commands.command import PARTICIPANT, Circumstances, Command, Reach, pick, words
from flows.commands.next_steps import steps_after
from flows.effects import Decision, Effect
from flows.effects.milestones import RecordMilestone
from flows.effects.speaking import Say, TellPerson
from flows.facts.participants import ParticipantFacts
from flows.forms import Answers, Day, Hour, Item, Review
from flows.messages import say
from flows.text import Text, text


def _open_visits(facts: ParticipantFacts, given: Circumstances) -> dict[str, Text]:
    """The visits that are still to come or to be recorded."""
    chart = facts.chart
    if chart is None:
        return {visit.name: text(f"visit.{visit.name}") for visit in given.trial.visits}
    names = [given.trial.baseline.name, *facts.due]
    return {name: text(f"visit.{name}") for name in names if chart.visit(name).attended_on is None}


def _visit_item(facts: ParticipantFacts, given: Circumstances) -> Item:
    return pick("visit", _open_visits(facts, given))


def _check_visits(facts: ParticipantFacts, _a: Answers, given: Circumstances) -> Text | None:
    chart = facts.chart
    if chart is None:
        return None
    if has_left(chart.status):
        return text("refused.left", code=chart.code)
    none_left = not _open_visits(facts, given)
    return text("refused.no_visit_left", code=chart.code) if none_left else None


def _book_items(facts: ParticipantFacts, _a: Answers, given: Circumstances) -> tuple[Item, ...]:
    return (
        PARTICIPANT,
        _visit_item(facts, given),
        Item("on", text("ask.book_on"), Day(earliest=given.today)),
        Item("at", text("ask.book_at"), Hour()),
    )


def _check_book(facts: ParticipantFacts, answers: Answers, given: Circumstances) -> Text | None:
    on, at, site = answers.get("on"), answers.get("at"), given.trial.site
    if refused := _check_visits(facts, answers, given):
        return refused
    if isinstance(on, date) and site.is_closed(on):
        return text("refused.clinic_closed", on=on)
    if not isinstance(on, date) or not isinstance(at, time):
        return None
    if not site.opens <= at < site.closes:
        return text("refused.hours", opens=site.opens, closes=site.closes)
    return text("refused.past") if given.at_clinic(on, at) <= given.now else None


def _book(facts: ParticipantFacts, answers: Answers, given: Circumstances) -> Decision:
    chart, name = facts.chart, str(answers["visit"])
    on, at = answers["on"], answers["at"]
    assert chart is not None
    assert isinstance(on, date)
    assert isinstance(at, time)
    booked_at = given.at_clinic(on, at)
    booked = RecordMilestone(chart.participant, Milestone.BOOKED, on, name, booked_at)
    label = text(f"visit.{name}")
    done = say(
        text("book.done", code=chart.code, visit=label, at=booked_at),
        *outside_window(facts.due.get(name), on),
    )
    return (booked, Say(done), *_tell_participant(facts, label, booked_at))


def _tell_participant(
    facts: ParticipantFacts, label: Text, booked_at: datetime
) -> tuple[Effect, ...]:
    chart = facts.chart
    if chart is None or not chart.gets_messages or facts.reached_on is None:
        return ()
    told = say(text("book.yours", visit=label, at=booked_at))
    return (TellPerson(chart.participant, told, until=booked_at),)


def _day_items(facts: ParticipantFacts, _a: Answers, given: Circumstances) -> tuple[Item, ...]:
    return (
        PARTICIPANT,
        _visit_item(facts, given),
        Item("on", text("ask.happened_on"), Day(latest=given.today)),
    )


def _check_day(facts: ParticipantFacts, answers: Answers, given: Circumstances) -> Text | None:
    return _check_visits(facts, answers, given) or check_day(facts, answers)


def _attended(facts: ParticipantFacts, answers: Answers, given: Circumstances) -> Decision:
    recorded = visit_milestone(facts, answers, Milestone.ATTENDED)
    done = text("attended.done", code=code_in(facts), visit=text(f"visit.{answers['visit']}"))
    return (recorded, Say(say(done, buttons=steps_after(facts, recorded, given))))


def _missed_items(facts: ParticipantFacts, a: Answers, given: Circumstances) -> tuple[Item, ...]:
    return (*_day_items(facts, a, given), words("reason", 300, may_skip=True))


def _missed(facts: ParticipantFacts, answers: Answers, given: Circumstances) -> Decision:
    recorded = visit_milestone(facts, answers, Milestone.MISSED, str(answers["reason"]))
    done = text("missed.done", code=code_in(facts), visit=text(f"visit.{answers['visit']}"))
    return (recorded, Say(say(done)))


COMMANDS = (
    Command(
        "book",
        COORDINATOR,
        ParticipantFacts,
        _book,
        "book_visit",
        items=_book_items,
        check=_check_book,
        review=Review.ALWAYS,
        reach=Reach.CARD,
    ),
    Command(
        "attended",
        COORDINATOR,
        ParticipantFacts,
        _attended,
        "record_attended",
        items=_day_items,
        check=_check_day,
        review=Review.TYPED,
        reach=Reach.CARD,
    ),
    Command(
        "missed",
        COORDINATOR,
        ParticipantFacts,
        _missed,
        "record_missed",
        items=_missed_items,
        check=_check_day,
        review=Review.TYPED,
        reach=Reach.CARD,
    ),
)
