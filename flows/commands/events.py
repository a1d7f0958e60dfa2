"""What is open: seen by clinicians in terms, by the PI and the coordinator in numbers and codes.

The words of an event are sent to that participant's clinician alone.
"""

from datetime import datetime

from flows.adverse_events import Event, is_overdue
from flows.commands.about_event import check_yours, event_button, event_in, event_item
from flows.commands.about_participant import CLINICIAN, COORDINATOR
from flows.commands.command import (
    PARTICIPANT,
    Circumstances,
    Command,
    Reach,
    choice,
    pick,
    words,
)
from flows.definition import Trial
from flows.effects import Decision
from flows.effects.events import ReceiveEvent, SendEventReport, ShowEvent
from flows.effects.pregnancies import ReceivePregnancy
from flows.effects.speaking import Say
from flows.facts.events import EventFacts, OpenEvent, OpenEventsFacts, OpenPregnancy
from flows.forms import Answers, Item
from flows.messages import Button, Message, run_button, say
from flows.roles import Role
from flows.text import Text, text

PI = frozenset({Role.PI})
LONGEST_RECEIPT = 300
LANGUAGES = ("fa", "en")

# Longer lists do not fit a message; the next ones move up when these are done.
MOST = 15


def _events(facts: OpenEventsFacts, _answers: Answers, given: Circumstances) -> Decision:
    lists = []
    if Role.CLINICIAN in given.roles:
        lists.append(_for_clinician(facts, given))
    if not given.roles.isdisjoint((Role.PI, Role.COORDINATOR)):
        lists.append(_in_codes(facts, given))
    return tuple(Say(message) for message in lists)


def _for_clinician(facts: OpenEventsFacts, given: Circumstances) -> Message:
    """Their own, and those of participants whom nobody treats now."""
    events = [it for it in facts.events if it.clinician in (given.actor, None)]
    pregnancies = [it for it in facts.pregnancies if it.clinician in (given.actor, None)]
    if not events and not pregnancies:
        return say(text("events.none"))
    lines = (
        *(_line(it, given, text("events.term", term=it.event.term.label)) for it in events[:MOST]),
        *(_pregnancy_line(it) for it in pregnancies[:MOST]),
    )
    buttons = (
        *(_event_row(it) for it in events[:MOST]),
        *(_pregnancy_row(it) for it in pregnancies[:MOST]),
    )
    title = text("events.title", events=len(events), pregnancies=len(pregnancies))
    return say(title, text("events.list", lines=lines), buttons=buttons)


def _event_row(it: OpenEvent) -> tuple[Button, ...]:
    name = "follow_up_event" if it.event.versions else "assess_event"
    return (
        event_button(name, it.participant, it.event),
        event_button("show_event", it.participant, it.event),
    )


def _pregnancy_row(it: OpenPregnancy) -> tuple[Button, ...]:
    label = text("pregnancy.button", pregnancy=it.pregnancy.code)
    return (run_button(label, "pregnancy", it.participant),)


def _in_codes(facts: OpenEventsFacts, given: Circumstances) -> Message:
    if not facts.events and not facts.pregnancies:
        return say(text("events.none"))
    lines = (
        *(
            _line(it, given, text("events.since", at=it.event.opened_at))
            for it in facts.events[:MOST]
        ),
        *(_pregnancy_line(it) for it in facts.pregnancies[:MOST]),
    )
    buttons = tuple(_pi_buttons(facts)) if Role.PI in given.roles else ()
    title = text("events.title", events=len(facts.events), pregnancies=len(facts.pregnancies))
    return say(title, text("events.list", lines=lines), buttons=buttons)


def _pi_buttons(facts: OpenEventsFacts) -> list[tuple[Button, ...]]:
    rows: list[tuple[Button, ...]] = []
    for it in facts.events[:MOST]:
        report = event_button("event_report", it.participant, it.event)
        if it.event.awaits_receipt:
            rows.append((receipt_button(it.participant, it.event.code), report))
        elif it.event.is_serious:
            rows.append((report,))
    rows += [
        (receipt_button(it.participant, it.pregnancy.code),)
        for it in facts.pregnancies[:MOST]
        if not it.pregnancy.received
    ]
    return rows


def receipt_button(participant: str, code: str) -> Button:
    label = text("event.button.acknowledge_event", event=code)
    return run_button(label, "acknowledge_event", participant, code)


def _line(it: OpenEvent, given: Circumstances, about: Text) -> Text:
    return text(
        "events.line",
        event=it.event.code,
        code=it.participant,
        about=about,
        state=event_state(given.trial, it.event, given.now),
    )


def event_state(trial: Trial, event: Event, now: datetime) -> Text:
    """How far an event is, in a few words that hold no term."""
    late = is_overdue(trial.safety, event, now)
    if event.newest is None:
        return text("event.state.unassessed_late" if late else "event.state.unassessed")
    return text(
        f"event.state.{'serious' if event.is_serious else 'assessed'}{'_late' if late else ''}",
        grade=event.newest.assessment.grade,
        outcome=text(f"option.outcome.{event.newest.assessment.outcome}"),
    )


def _pregnancy_line(it: OpenPregnancy) -> Text:
    return text(
        "events.pregnancy",
        pregnancy=it.pregnancy.code,
        code=it.participant,
        on=it.pregnancy.learnt_on,
    )


# The words of an event


def _any_event(facts: EventFacts, event: Event) -> bool:
    return True


def _show_items(facts: EventFacts, _a: Answers, _g: Circumstances) -> tuple[Item, ...]:
    return (PARTICIPANT, event_item(facts, _any_event))


def _check_showing(facts: EventFacts, _answers: Answers, given: Circumstances) -> Text | None:
    if facts.chart is not None and not facts.events:
        return text("refused.no_event", code=facts.chart.code)
    return check_yours(facts, given)


def _show(facts: EventFacts, answers: Answers, _given: Circumstances) -> Decision:
    event = event_in(facts, answers)
    assert event is not None
    return (ShowEvent(event),)


# The report of a serious event


def _report_items(facts: EventFacts, _answers: Answers, given: Circumstances) -> tuple[Item, ...]:
    serious = [it for it in facts.events if it.is_serious]
    labels = {str(it.number): text("event.code", event=it.code) for it in serious}
    return (PARTICIPANT, pick("event", labels), choice("report_language", *LANGUAGES))


def _check_report(facts: EventFacts, _answers: Answers, given: Circumstances) -> Text | None:
    if facts.chart is None:
        return None
    if Role.PI not in given.roles and (refused := check_yours(facts, given)):
        return refused
    serious = any(event.is_serious for event in facts.events)
    return None if serious else text("refused.no_serious_event", code=facts.chart.code)


def _report(facts: EventFacts, answers: Answers, given: Circumstances) -> Decision:
    """The words go to the participant's clinician alone; the PI gets the same page without them."""
    event = event_in(facts, answers)
    assert event is not None
    assert facts.chart is not None
    full = facts.chart.clinician == given.actor and Role.CLINICIAN in given.roles
    return (SendEventReport(event, str(answers["report_language"]), full),)


# The PI's receipt


def _awaiting(facts: EventFacts) -> dict[str, Text]:
    codes = [it.code for it in facts.events if it.awaits_receipt]
    codes += [it.code for it in facts.pregnancies if not it.received]
    return {code: text("event.code", event=code) for code in codes}


def _receipt_items(facts: EventFacts, _a: Answers, _g: Circumstances) -> tuple[Item, ...]:
    return (
        PARTICIPANT,
        pick("received", _awaiting(facts)),
        words("receipt", LONGEST_RECEIPT, veiled=True),
    )


def _check_receipt(facts: EventFacts, _answers: Answers, _given: Circumstances) -> Text | None:
    if facts.chart is not None and not _awaiting(facts):
        return text("refused.nothing_to_receive", code=facts.chart.code)
    return None


def _receive(facts: EventFacts, answers: Answers, _given: Circumstances) -> Decision:
    code, said = str(answers["received"]), str(answers["receipt"])
    assert facts.chart is not None
    done = Say(say(text("event.received", event=code, code=facts.chart.code)))
    event = next((it for it in facts.events if it.code == code), None)
    if event is not None:
        return (ReceiveEvent(event, said), done)
    pregnancy = next(it for it in facts.pregnancies if it.code == code)
    return (ReceivePregnancy(facts.chart.participant, pregnancy.id, said), done)


COMMANDS = (
    Command("events", CLINICIAN | COORDINATOR | PI, OpenEventsFacts, _events, "view_events"),
    Command(
        "show_event",
        CLINICIAN,
        EventFacts,
        _show,
        "show_event",
        items=_show_items,
        check=_check_showing,
        reach=Reach.BUTTON,
    ),
    Command(
        "event_report",
        CLINICIAN | PI,
        EventFacts,
        _report,
        "send_event_report",
        items=_report_items,
        check=_check_report,
        reach=Reach.CARD,
    ),
    Command(
        "acknowledge_event",
        PI,
        EventFacts,
        _receive,
        "receive_event",
        items=_receipt_items,
        check=_check_receipt,
        reach=Reach.BUTTON,
    ),
)
