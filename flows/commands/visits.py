"""Appointments, attendance, photographs and sessions; the participant's card; leaving the trial."""

from datetime import date, datetime, time

from flows.chart import Chart, Milestone
from flows.commands.command import PARTICIPANT, Circumstances, Command, pick, words
from flows.commands.enrolment import CLINICIAN, COORDINATOR, chart_items, has_left
from flows.definition import WEEKDAYS, Site
from flows.effects import (
    Decision,
    Effect,
    RecordMilestone,
    RecordSessionNote,
    Say,
    TellPerson,
)
from flows.facts import ParticipantFacts
from flows.forms import Answers, Day, Hour, Item
from flows.messages import Button, run_button, say
from flows.roles import Role
from flows.schedule import Due, next_step_before_randomization
from flows.text import Text, text

# What fits in a pop-up of 200 characters, with room for the visit's name.
LONGEST_BATCH = 40
LONGEST_NOTES = 110


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
    if isinstance(on, date) and _is_closed(site, on):
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
        *_outside(facts.due.get(name), on),
    )
    return (booked, Say(done), *_tell_participant(facts, label, booked_at))


def _is_closed(site: Site, on: date) -> bool:
    weekly = WEEKDAYS[on.weekday()] in site.closed_weekdays
    return weekly or any(c.first_on <= on <= c.last_on for c in site.closures)


def _outside(due: Due | None, on: date) -> tuple[Text, ...]:
    if due is None or due.opens_on <= on <= due.closes_on:
        return ()
    return (text("book.outside_window", first=due.opens_on, last=due.closes_on),)


def _tell_participant(
    facts: ParticipantFacts, label: Text, booked_at: datetime
) -> tuple[Effect, ...]:
    chart = facts.chart
    if chart is None or not chart.gets_messages or not facts.has_address:
        return ()
    return (TellPerson(chart.participant, say(text("book.yours", visit=label, at=booked_at))),)


def _day_items(facts: ParticipantFacts, _a: Answers, given: Circumstances) -> tuple[Item, ...]:
    return (
        PARTICIPANT,
        _visit_item(facts, given),
        Item("on", text("ask.happened_on"), Day(latest=given.today)),
    )


def _check_day(facts: ParticipantFacts, answers: Answers, given: Circumstances) -> Text | None:
    on, chart = answers.get("on"), facts.chart
    if refused := _check_visits(facts, answers, given):
        return refused
    if isinstance(on, date) and chart is not None and chart.consented_on is not None:
        return text("refused.before_consent") if on < chart.consented_on else None
    return None


def _milestone(
    facts: ParticipantFacts, answers: Answers, milestone: Milestone, reason: str = ""
) -> RecordMilestone:
    on = answers["on"]
    assert facts.chart is not None
    assert isinstance(on, date)
    name = str(answers["visit"])
    return RecordMilestone(facts.chart.participant, milestone, on, name, reason=reason)


def _attended(facts: ParticipantFacts, answers: Answers, given: Circumstances) -> Decision:
    recorded = _milestone(facts, answers, Milestone.ATTENDED)
    done = text("attended.done", code=_code(facts), visit=text(f"visit.{answers['visit']}"))
    return (recorded, Say(say(done)))


def _missed_items(facts: ParticipantFacts, a: Answers, given: Circumstances) -> tuple[Item, ...]:
    return (*_day_items(facts, a, given), words("reason", 300, may_skip=True))


def _missed(facts: ParticipantFacts, answers: Answers, given: Circumstances) -> Decision:
    recorded = _milestone(facts, answers, Milestone.MISSED, str(answers["reason"]))
    done = text("missed.done", code=_code(facts), visit=text(f"visit.{answers['visit']}"))
    return (recorded, Say(say(done)))


def _code(facts: ParticipantFacts) -> str:
    assert facts.chart is not None
    return facts.chart.code


def _photograph_visits(facts: ParticipantFacts, given: Circumstances) -> dict[str, Text]:
    chart = facts.chart
    names = [given.trial.baseline.name, *facts.due]
    return {
        name: text(f"visit.{name}")
        for name in names
        if chart is None or chart.visit(name).photographed_on is None
    }


def _photograph_items(
    facts: ParticipantFacts, _a: Answers, given: Circumstances
) -> tuple[Item, ...]:
    return (
        PARTICIPANT,
        pick("visit", _photograph_visits(facts, given)),
        Item("on", text("ask.happened_on"), Day(latest=given.today)),
    )


def _check_photographs(
    facts: ParticipantFacts, answers: Answers, given: Circumstances
) -> Text | None:
    chart = facts.chart
    if chart is not None and not has_left(chart.status) and not _photograph_visits(facts, given):
        return text("refused.photographed_already", code=chart.code)
    return _check_left(facts)


def _check_left(facts: ParticipantFacts) -> Text | None:
    chart = facts.chart
    if chart is not None and has_left(chart.status):
        return text("refused.left", code=chart.code)
    return None


def _photographed(facts: ParticipantFacts, answers: Answers, given: Circumstances) -> Decision:
    recorded = _milestone(facts, answers, Milestone.PHOTOGRAPHED)
    done = text("photographs.done", code=_code(facts), visit=text(f"visit.{answers['visit']}"))
    return (recorded, Say(say(done)))


def _sessions_to_do(facts: ParticipantFacts, given: Circumstances) -> dict[str, Text]:
    """The visit of the next session, and any later one that was attended: sessions keep their
    order, and one whose visit was missed is passed over. Dates hang on the first, so it is not.
    """
    chart = facts.chart
    planned = [v for v in given.trial.visits if v.session is not None]
    if chart is None:
        return {visit.name: text(f"visit.{visit.name}") for visit in planned}
    done = [at for at, it in enumerate(planned) if chart.visit(it.name).session_on is not None]
    left = planned[max(done, default=-1) + 1 :]
    took_place = [it for it in left if chart.visit(it.name).attended_on is not None]
    following = [it for it in left if chart.visit(it.name).missed_on is None]
    offered = left[:1] if not done else [*following[:1], *took_place]
    return {
        visit.name: text("session.option", number=visit.session, visit=text(f"visit.{visit.name}"))
        for visit in offered
        if visit.session is not None
    }


def _session_items(facts: ParticipantFacts, _a: Answers, given: Circumstances) -> tuple[Item, ...]:
    return (
        PARTICIPANT,
        pick("visit", _sessions_to_do(facts, given)),
        Item("on", text("ask.session_on"), Day(latest=given.today)),
        words("batch", LONGEST_BATCH),
        words("notes", LONGEST_NOTES, may_skip=True),
    )


def _check_session(facts: ParticipantFacts, answers: Answers, given: Circumstances) -> Text | None:
    chart, on = facts.chart, answers.get("on")
    if chart is None:
        return None
    if given.actor != chart.clinician:
        return text("refused.not_your_participant", code=chart.code)
    if chart.randomized_on is None:
        return text("refused.not_randomized", code=chart.code)
    if not chart.is_treated:
        return text("refused.not_treated", code=chart.code)
    if not _sessions_to_do(facts, given):
        return text("refused.no_session_left", code=chart.code)
    early = isinstance(on, date) and on < _last_session_on(chart, chart.randomized_on)
    return text("refused.before_last_session") if early else None


def _last_session_on(chart: Chart, randomized_on: date) -> date:
    done = [v.session_on for v in chart.visits.values() if v.session_on is not None]
    return max(done, default=randomized_on)


def _session(facts: ParticipantFacts, answers: Answers, given: Circumstances) -> Decision:
    chart, name = facts.chart, str(answers["visit"])
    assert chart is not None
    recorded = _milestone(facts, answers, Milestone.SESSION_DONE)
    note = RecordSessionNote(chart.participant, name, str(answers["batch"]), str(answers["notes"]))
    done = text("session.done", code=chart.code, visit=text(f"visit.{name}"))
    return (recorded, note, Say(say(done, *_late(facts, recorded.on, name, given))))


def _late(facts: ParticipantFacts, on: date, name: str, given: Circumstances) -> tuple[Text, ...]:
    """A session outside its window is taken as it was, and said to be."""
    chart, due = facts.chart, facts.due.get(name)
    assert chart is not None
    if due is not None:
        return _outside(due, on)
    latest = given.trial.eligibility.session_1_within_days
    waited = (on - chart.randomized_on).days if chart.randomized_on is not None else 0
    return (text("session.late", days=waited, most=latest),) if waited > latest else ()


CARD_COMMANDS = (
    "eligibility",
    "confirm_eligibility",
    "reference",
    "photographs",
    "assign",
    "invite",
    "book",
    "attended",
    "missed",
    "session",
    "sessions",
    "arm",
)


def _card(facts: ParticipantFacts, _answers: Answers, given: Circumstances) -> Decision:
    chart = facts.chart
    assert chart is not None
    head = text(
        "card.head",
        code=chart.code,
        name=facts.name,
        sex=text(f"option.sex.{chart.sex}"),
        age=chart.age,
        status=text(f"status.{chart.status.value}"),
    )
    messages = text("card.messages_on" if chart.messaging else "card.messages_off")
    chat = text("card.chat_open" if facts.has_address else "card.chat_none")
    return (
        Say(
            say(
                head,
                *_clinician(facts),
                *_whereabouts(facts, given),
                messages,
                chat,
                buttons=_card_buttons(chart, given),
            )
        ),
    )


def _clinician(facts: ParticipantFacts) -> tuple[Text, ...]:
    assert facts.chart is not None
    named = (person for person in facts.clinicians if person.id == facts.chart.clinician)
    return tuple(text("card.clinician", name=person.name) for person in named)


def _whereabouts(facts: ParticipantFacts, given: Circumstances) -> tuple[Text, ...]:
    chart = facts.chart
    assert chart is not None
    if has_left(chart.status):
        return ()
    if chart.randomized_on is None:
        if chart.excluded:
            return ()
        step = next_step_before_randomization(given.trial, chart)
        return (text("card.next", step=text(f"step.{step or 'randomize'}")),)
    visits = tuple(_visit_line(chart, due) for due in facts.due.values())
    forms = tuple(
        text("card.form_open", form=form.title, last=form.closes_on)
        for form in facts.forms
        if form.is_open and form.closes_on is not None
    )
    listed = (text("card.visits", lines=visits),) if visits else (text("card.no_session"),)
    return (*listed, text("card.forms", lines=forms)) if forms else listed


def _visit_line(chart: Chart, due: Due) -> Text:
    visit, label = chart.visit(due.visit.name), text(f"visit.{due.visit.name}")
    if visit.attended_on is not None:
        return text("visits.attended", visit=label, on=visit.attended_on)
    if visit.missed_on is not None:
        return text("visits.missed", visit=label)
    if visit.booked_at is not None:
        return text("visits.booked", visit=label, at=visit.booked_at)
    return text("visits.planned", visit=label, first=due.opens_on, last=due.closes_on)


def _card_buttons(chart: Chart, given: Circumstances) -> tuple[tuple[Button, ...], ...]:
    if has_left(chart.status):
        return ()
    allowed = [name for name in CARD_COMMANDS if _offers(name, chart, given)]
    buttons = [run_button(text(f"command.{name}.button"), name, chart.code) for name in allowed]
    return tuple(tuple(buttons[row : row + 2]) for row in range(0, len(buttons), 2))


def _offers(name: str, chart: Chart, given: Circumstances) -> bool:
    """Whether the card offers this command to this person at this point of the trial."""
    before = chart.randomized_on is None
    clinician, coordinator = Role.CLINICIAN in given.roles, Role.COORDINATOR in given.roles
    match name:
        case "eligibility":
            return coordinator and before
        case "confirm_eligibility" | "reference":
            return clinician and before
        case "session" | "sessions" | "arm":
            return chart.clinician == given.actor and not before
        case "invite" | "book" | "attended" | "missed":
            return coordinator
        case _:
            return clinician or coordinator


def _leave_items(
    facts: ParticipantFacts, _answers: Answers, given: Circumstances
) -> tuple[Item, ...]:
    return (
        PARTICIPANT,
        Item("on", text("ask.happened_on"), Day(latest=given.today)),
        words("reason", 300, may_skip=True),
    )


def _recorded(facts: ParticipantFacts, answers: Answers, milestone: Milestone) -> RecordMilestone:
    on, chart = answers["on"], facts.chart
    assert chart is not None
    assert isinstance(on, date)
    return RecordMilestone(chart.participant, milestone, on, reason=str(answers["reason"]))


def _left(
    facts: ParticipantFacts, answers: Answers, milestone: Milestone, given: Circumstances
) -> Decision:
    """Keep how somebody left, and tell their clinician, unless it is the clinician who says so."""
    chart = facts.chart
    assert chart is not None
    done = say(text(f"left.{milestone.value}", code=chart.code))
    recorded = (_recorded(facts, answers, milestone), Say(done))
    if chart.clinician is None or chart.clinician == given.actor:
        return recorded
    return (*recorded, TellPerson(chart.clinician, done))


def _withdraw(facts: ParticipantFacts, answers: Answers, given: Circumstances) -> Decision:
    return _left(facts, answers, Milestone.WITHDRAWN, given)


def _died(facts: ParticipantFacts, answers: Answers, given: Circumstances) -> Decision:
    return _left(facts, answers, Milestone.DIED, given)


def _lost(facts: ParticipantFacts, answers: Answers, given: Circumstances) -> Decision:
    return _left(facts, answers, Milestone.LOST, given)


def _discontinue(facts: ParticipantFacts, answers: Answers, given: Circumstances) -> Decision:
    return _left(facts, answers, Milestone.DISCONTINUED, given)


def _check_leaving(facts: ParticipantFacts, answers: Answers, _g: Circumstances) -> Text | None:
    chart, on = facts.chart, answers.get("on")
    if refused := _check_left(facts):
        return refused
    if chart is None or not isinstance(on, date) or chart.consented_on is None:
        return None
    return text("refused.before_consent") if on < chart.consented_on else None


def _check_discontinuing(
    facts: ParticipantFacts, answers: Answers, given: Circumstances
) -> Text | None:
    chart = facts.chart
    if chart is not None and chart.randomized_on is None:
        return text("refused.not_randomized", code=chart.code)
    return _check_leaving(facts, answers, given)


def _agree_items(_f: ParticipantFacts, _a: Answers, given: Circumstances) -> tuple[Item, ...]:
    return (PARTICIPANT, Item("on", text("ask.agreed_on"), Day(latest=given.today)))


def _check_agreement(facts: ParticipantFacts, _a: Answers, _g: Circumstances) -> Text | None:
    chart = facts.chart
    if chart is not None and chart.messaging and not has_left(chart.status):
        return text("refused.messages_on", code=chart.code)
    return _check_left(facts)


def _agree(facts: ParticipantFacts, answers: Answers, _given: Circumstances) -> Decision:
    on, chart = answers["on"], facts.chart
    assert chart is not None
    assert isinstance(on, date)
    agreed = RecordMilestone(chart.participant, Milestone.MESSAGING_AGREED, on)
    return (agreed, Say(say(text("agreement.renewed", code=chart.code))))


STAFF_OF_PARTICIPANT = COORDINATOR | CLINICIAN

COMMANDS = (
    Command(
        "card",
        STAFF_OF_PARTICIPANT,
        ParticipantFacts,
        _card,
        "view_card",
        items=chart_items,
    ),
    Command(
        "book",
        COORDINATOR,
        ParticipantFacts,
        _book,
        "book_visit",
        items=_book_items,
        check=_check_book,
        confirm=True,
    ),
    Command(
        "attended",
        COORDINATOR,
        ParticipantFacts,
        _attended,
        "record_attended",
        items=_day_items,
        check=_check_day,
        confirm=True,
    ),
    Command(
        "missed",
        COORDINATOR,
        ParticipantFacts,
        _missed,
        "record_missed",
        items=_missed_items,
        check=_check_day,
        confirm=True,
    ),
    Command(
        "photographs",
        STAFF_OF_PARTICIPANT,
        ParticipantFacts,
        _photographed,
        "record_photographs",
        items=_photograph_items,
        check=_check_photographs,
        confirm=True,
    ),
    Command(
        "session",
        CLINICIAN,
        ParticipantFacts,
        _session,
        "record_session",
        items=_session_items,
        check=_check_session,
        confirm=True,
    ),
    Command(
        "discontinue",
        STAFF_OF_PARTICIPANT,
        ParticipantFacts,
        _discontinue,
        "record_discontinued",
        items=_leave_items,
        check=_check_discontinuing,
        confirm=True,
    ),
    Command(
        "withdraw",
        COORDINATOR,
        ParticipantFacts,
        _withdraw,
        "record_withdrawn",
        items=_leave_items,
        check=_check_leaving,
        confirm=True,
    ),
    Command(
        "lost",
        COORDINATOR,
        ParticipantFacts,
        _lost,
        "record_lost",
        items=_leave_items,
        check=_check_leaving,
        confirm=True,
    ),
    Command(
        "died",
        STAFF_OF_PARTICIPANT,
        ParticipantFacts,
        _died,
        "record_died",
        items=_leave_items,
        check=_check_leaving,
        confirm=True,
    ),
    Command(
        "renew_messages",
        COORDINATOR,
        ParticipantFacts,
        _agree,
        "renew_messages",
        items=_agree_items,
        check=_check_agreement,
        confirm=True,
    ),
)
