"""A participant says that they come, that they cannot, or that they need another time.

The coordinators get moments to tap; asked twice, they are told once.
"""

from datetime import date

from flows.chart import Milestone, VisitChart
from flows.commands.command import Circumstances, Command, Reach, choice, pick, words
from flows.commands.participant import OWN, check_left
from flows.commands.slot_choices import choices_of, diary
from flows.effects import Decision, Effect, Refused
from flows.effects.mail import WriteLetter
from flows.effects.milestones import RecordMilestone
from flows.effects.speaking import PopUp, Say, TellRole
from flows.facts.booking import OwnBookingFacts
from flows.forms import Answers, Day, Item
from flows.messages import Button, run_button, say
from flows.roles import Role
from flows.text import Text, text

# A message with more buttons hides the words above it.
SLOTS_IN_A_MESSAGE = 4
LONGEST_WISH = 300


def _about_appointment(given: Circumstances) -> tuple[Item, ...]:
    visits = {visit.name: text(f"visit.{visit.name}") for visit in given.trial.visits}
    return (pick("visit", visits), Item("on", text("ask.appointment_on"), Day()))


def _coming_items(_f: OwnBookingFacts, _a: Answers, given: Circumstances) -> tuple[Item, ...]:
    return (*_about_appointment(given), choice("coming", "YES", "NO"))


def _wish_items(_f: OwnBookingFacts, _a: Answers, given: Circumstances) -> tuple[Item, ...]:
    return (*_about_appointment(given), words("wish", LONGEST_WISH, may_skip=True))


def _check(facts: OwnBookingFacts, answers: Answers, given: Circumstances) -> Text | None:
    return check_left(facts.own, answers, given)


def _check_wish(facts: OwnBookingFacts, answers: Answers, given: Circumstances) -> Text | None:
    if left := _check(facts, answers, given):
        return left
    if facts.chart is None or not isinstance(answers.get("on"), date):
        return None
    visit = facts.chart.visit(str(answers["visit"]))
    asked_before = text("another_time.asked_before", phone=given.trial.site.clinic_phone)
    return _gone(visit, answers, given) or (asked_before if visit.confirmed is False else None)


def _gone(visit: VisitChart, answers: Answers, given: Circumstances) -> Text | None:
    """Why there is no such appointment any more."""
    passed = visit.attended_on is not None or visit.missed_on is not None
    if visit.booked_at is None or visit.booked_at < given.now or passed:
        return text("coming.passed")
    if given.clinic_day(visit.booked_at) != answers["on"]:
        return text("coming.moved", at=visit.booked_at)
    return None


def _coming(facts: OwnBookingFacts, answers: Answers, given: Circumstances) -> Decision:
    assert facts.chart is not None
    name = str(answers["visit"])
    visit = facts.chart.visit(name)
    if gone := _gone(visit, answers, given):
        return Refused(gone)
    coming = answers["coming"] == "YES"
    if visit.confirmed is coming:
        return (PopUp(text("popup.noted_before")),)
    if not coming:
        return _ask_for_another(facts, name, "staff.cannot_come", given)
    assert visit.booked_at is not None
    recorded = RecordMilestone(
        facts.chart.participant, Milestone.CONFIRMED_COMING, given.today, name
    )
    told = _told("staff.comes_after_all", facts, name)
    again = () if visit.confirmed is None else (TellRole(Role.COORDINATOR, say(told)),)
    return (recorded, Say(say(text("coming.yes", at=visit.booked_at))), *again)


def _another_time(facts: OwnBookingFacts, answers: Answers, given: Circumstances) -> Decision:
    wish = str(answers["wish"])
    letter = (WriteLetter(wish),) if wish else ()
    asked = _ask_for_another(facts, str(answers["visit"]), "staff.another_time", given)
    return (*asked, *letter)


def _ask_for_another(
    facts: OwnBookingFacts, name: str, key: str, given: Circumstances
) -> tuple[Effect, ...]:
    assert facts.chart is not None
    recorded = RecordMilestone(facts.chart.participant, Milestone.CANNOT_COME, given.today, name)
    message = say(_told(key, facts, name), buttons=_slot_rows(facts, name, given))
    reply = text("coming.no", phone=given.trial.site.clinic_phone)
    return (recorded, Say(say(reply)), TellRole(Role.COORDINATOR, message))


def _told(key: str, facts: OwnBookingFacts, name: str) -> Text:
    assert facts.chart is not None
    at = facts.chart.visit(name).booked_at
    assert at is not None
    return text(key, code=facts.chart.code, visit=text(f"visit.{name}"), at=at)


def _slot_rows(
    facts: OwnBookingFacts, name: str, given: Circumstances
) -> tuple[tuple[Button, ...], ...]:
    """Moments that are booked with one tap, and the way to any other."""
    chart, due = facts.chart, facts.own.due.get(name)
    assert chart is not None
    found = diary(facts.booked, chart, name, given)
    slots = choices_of(found, chart, name, due, given, SLOTS_IN_A_MESSAGE)
    rows = tuple((run_button(slot.label, "rebook", chart.code, name, slot.code),) for slot in slots)
    return (*rows, (run_button(text("rebook.other"), "book", chart.code, name),))


COMMANDS = (
    Command(
        "coming",
        OWN,
        OwnBookingFacts,
        _coming,
        "confirm_visit",
        items=_coming_items,
        check=_check,
        reach=Reach.BUTTON,
    ),
    Command(
        "another_time",
        OWN,
        OwnBookingFacts,
        _another_time,
        "ask_another_time",
        items=_wish_items,
        check=_check_wish,
        reach=Reach.BUTTON,
    ),
)
