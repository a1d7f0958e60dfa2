"""An appointment for a visit: quick choices to tap, any other moment to type.

A quick choice never clashes and lies in the window while that has room. What is typed may clash, or
lie outside the window: that is said, and the coordinator knows best. Two who book the same visit at
once: the second is told, and nothing moves.
"""

from datetime import datetime

from flows.chart import Milestone
from flows.commands.about_participant import COORDINATOR, outside_window
from flows.commands.command import PARTICIPANT, Circumstances, Command, Reach, pick
from flows.commands.moments import (
    check_free,
    check_moment,
    clash_items,
    day_meant,
    hour_items,
    moment_meant,
)
from flows.commands.outside import why_items, why_kept, window_question, words_of
from flows.commands.slot_choices import MOST_CHOICES, choices_of, diary
from flows.commands.visits import check_visits, open_visits
from flows.effects import Decision, Effect
from flows.effects.milestones import RecordMilestone
from flows.effects.speaking import Say, TellPerson
from flows.facts.booking import BookingFacts
from flows.forms import (
    Answers,
    Item,
    Moment,
    Option,
    Review,
    moments_in,
)
from flows.messages import run_button, say
from flows.schedule import Due
from flows.text import Text, text


def book_items(facts: BookingFacts, answers: Answers, given: Circumstances) -> tuple[Item, ...]:
    visits = open_visits(facts.about, given)
    visit = str(answers.get("visit", ""))
    return (
        PARTICIPANT,
        pick("visit", visits),
        _moment_item(facts, visit, given),
        *hour_items(answers),
        *why_items(_why_asked(facts, visit, answers, given), answers),
        *clash_items(facts, visit, answers, given),
    )


def _presumed(facts: BookingFacts, _answers: Answers, given: Circumstances) -> Answers:
    """The visit goes without asking where one alone is meant; a button may name another."""
    visit = next_visit(facts, given)
    return {} if visit is None else {"visit": visit}


def next_visit(facts: BookingFacts, given: Circumstances) -> str | None:
    """The visit that is meant if none is named: the first that is left, if none was missed."""
    chart = facts.chart
    if chart is None:
        return None
    left = list(open_visits(facts.about, given))
    missed = any(chart.visit(name).missed_on is not None for name in left)
    return left[0] if left and not missed else None


def _moment_item(facts: BookingFacts, visit: str, given: Circumstances) -> Item:
    chart, due = facts.chart, facts.about.due.get(visit)
    if chart is None or not visit:
        return Item("on", text("ask.book_on", code="", about=()), Moment())
    found = diary(facts.booked, chart, visit, given)
    offered = choices_of(found, chart, visit, due, given, MOST_CHOICES)
    about = (text(f"visit.{visit}"), *_about(facts, visit, offered, given))
    question = text("ask.book_on", code=chart.code, about=about)
    return Item("on", question, Moment(offered, earliest=given.today))


def _about(
    facts: BookingFacts, visit: str, offered: tuple[Option, ...], given: Circumstances
) -> tuple[Text, ...]:
    """What there is to know before choosing: the window, and the appointment that stands."""
    chart, due = facts.chart, facts.about.due.get(visit)
    assert chart is not None
    window = () if due is None else (_window(due, offered, given),)
    standing = chart.visit(visit)
    if standing.booked_at is None or standing.missed_on is not None:
        return window
    return (*window, text("book.standing", at=standing.booked_at))


def _window(due: Due, offered: tuple[Option, ...], given: Circumstances) -> Text:
    days = {given.clinic_day(moments_in(it.code)[0]) for it in offered}
    if due.is_closed_throughout(given.trial.site):
        key = "book.window_closed"
    elif any(due.days_outside(day) == 0 for day in days):
        key = "book.window"
    else:
        key = "book.window_full" if given.today <= due.closes_on else "book.window_over"
    return text(key, first=due.opens_on, last=due.closes_on)


def _why_asked(
    facts: BookingFacts, visit: str, answers: Answers, given: Circumstances
) -> Text | None:
    on = day_meant(answers, given)
    return window_question(facts.about.due.get(visit), on, given.trial.site)


def _check(facts: BookingFacts, answers: Answers, given: Circumstances) -> Text | None:
    return (
        check_visits(facts.about, answers, given)
        or check_moment(answers, given)
        or _check_choice(facts, answers, given)
    )


def _check_choice(facts: BookingFacts, answers: Answers, given: Circumstances) -> Text | None:
    chart, code = facts.chart, answers.get("on")
    if chart is None or not isinstance(code, str):
        return None
    visit = str(answers.get("visit", next_visit(facts, given)))
    standing, found = chart.visit(visit).booked_at, moments_in(code)
    if standing is not None and found[1:] != (standing,):
        return text("refused.booked_meanwhile", code=chart.code, at=standing)
    return check_free(facts, visit, answers, given)


def decide(facts: BookingFacts, answers: Answers, given: Circumstances) -> Decision:
    chart, name = facts.chart, str(answers["visit"])
    at = moment_meant(answers, given)
    assert chart is not None
    assert at is not None
    on, due, site = given.clinic_day(at), facts.about.due.get(name), given.trial.site
    booked = RecordMilestone(
        chart.participant,
        Milestone.BOOKED,
        on,
        name,
        at,
        why_kept(due, on, site, answers),
        words_of(answers),
    )
    label = text(f"visit.{name}")
    done = say(
        text("book.done", code=chart.code, visit=label, at=at),
        *_instead(chart.visit(name).booked_at, at),
        *outside_window(due, on),
        buttons=((run_button(text("command.today.button"), "today"),),),
    )
    return (booked, Say(done), *_tell_participant(facts, label, at))


def _instead(before: datetime | None, at: datetime) -> tuple[Text, ...]:
    return () if before is None or before == at else (text("book.instead_of", at=before),)


def _tell_participant(facts: BookingFacts, label: Text, at: datetime) -> tuple[Effect, ...]:
    chart = facts.chart
    if chart is None or not chart.gets_messages or facts.about.reached_on is None:
        return ()
    told = say(text("book.yours", visit=label, at=at))
    return (TellPerson(chart.participant, told, until=at),)


COMMANDS = (
    Command(
        "book",
        COORDINATOR,
        BookingFacts,
        decide,
        "book_visit",
        items=book_items,
        check=_check,
        presumes=_presumed,
        review=Review.TYPED,
        reach=Reach.CARD,
    ),
)
