"""A clinician opens an adverse event, links it to an earlier one, and closes it when it is over."""

from flows.adverse_events import OTHER, continues, why_not_closed
from flows.commands.about_event import (
    check_any,
    check_yours,
    event_button,
    event_in,
    event_item,
    is_open,
    may_continue,
)
from flows.commands.about_participant import CLINICIAN
from flows.commands.command import PARTICIPANT, Circumstances, Command, Reach, choice, pick, words
from flows.effects import Decision
from flows.effects.events import CloseEvent, LinkEvent, OpenEvent
from flows.effects.following import RunNext
from flows.effects.speaking import Say
from flows.facts.events import EventFacts
from flows.forms import Answers, Item, Review
from flows.messages import say
from flows.text import Text, text

LONGEST_DIAGNOSIS = 100
SOURCES = ("PHONE", "IN_PERSON")


def _open_items(facts: EventFacts, answers: Answers, _g: Circumstances) -> tuple[Item, ...]:
    named = pick("event_term", {term.code: term.label for term in facts.terms})
    told = choice("event_source", *SOURCES)
    if answers.get("event_term") == OTHER:
        return (PARTICIPANT, named, words("diagnosis", LONGEST_DIAGNOSIS, veiled=True), told)
    return (PARTICIPANT, named, told)


def _check_opening(facts: EventFacts, _answers: Answers, given: Circumstances) -> Text | None:
    return check_yours(facts, given)


def _open(facts: EventFacts, answers: Answers, _given: Circumstances) -> Decision:
    """Opened and assessed in one go; what is not assessed now is asked for again."""
    assert facts.chart is not None
    term = next(it for it in facts.terms if it.code == answers["event_term"])
    opened = OpenEvent(
        facts.chart.participant,
        term,
        str(answers["event_source"]).lower(),
        str(answers.get("diagnosis", "")),
    )
    done = text("event.opened", event=f"AE-{facts.next_number:03}", code=facts.chart.code)
    following = RunNext("assess_event", (facts.chart.code, str(facts.next_number)))
    return (opened, Say(say(done)), following)


def _link_items(facts: EventFacts, answers: Answers, _g: Circumstances) -> tuple[Item, ...]:
    event = event_in(facts, answers)
    earlier = None if event is None else continues(event, facts.events)
    return (
        PARTICIPANT,
        event_item(facts, may_continue),
        event_item(facts, lambda _, it: it == earlier, "earlier_event"),
    )


def _check_linking(facts: EventFacts, _answers: Answers, given: Circumstances) -> Text | None:
    return check_any(facts, given, may_continue, "no_event_to_link")


def _link(facts: EventFacts, answers: Answers, _given: Circumstances) -> Decision:
    event, earlier = event_in(facts, answers), event_in(facts, answers, "earlier_event")
    assert event is not None
    assert earlier is not None
    assert facts.chart is not None
    name = "follow_up_event" if earlier.versions else "assess_event"
    button = event_button(name, facts.chart.code, earlier)
    done = text("event.linked", event=event.code, earlier=earlier.code)
    return (LinkEvent(event, earlier), Say(say(done, buttons=((button,),))))


def _close_items(facts: EventFacts, _answers: Answers, _g: Circumstances) -> tuple[Item, ...]:
    return (PARTICIPANT, event_item(facts, is_open))


def _check_closing(facts: EventFacts, answers: Answers, given: Circumstances) -> Text | None:
    if refused := check_any(facts, given, is_open, "no_event_open"):
        return refused
    event = event_in(facts, answers)
    if facts.chart is None or event is None:
        return None
    why = why_not_closed(given.trial, facts.chart, event)
    return None if why is None else text(f"refused.close_{why}", event=event.code)


def _close(facts: EventFacts, answers: Answers, _given: Circumstances) -> Decision:
    event = event_in(facts, answers)
    assert event is not None
    assert facts.chart is not None
    done = text("event.closed", event=event.code, code=facts.chart.code)
    return (CloseEvent(event), Say(say(done)))


COMMANDS = (
    Command(
        "report_event",
        CLINICIAN,
        EventFacts,
        _open,
        "open_event",
        items=_open_items,
        check=_check_opening,
        review=Review.TYPED,
        reach=Reach.CARD,
    ),
    Command(
        "link_event",
        CLINICIAN,
        EventFacts,
        _link,
        "link_event",
        items=_link_items,
        check=_check_linking,
        review=Review.TYPED,
        reach=Reach.BUTTON,
    ),
    Command(
        "close_event",
        CLINICIAN,
        EventFacts,
        _close,
        "close_event",
        items=_close_items,
        check=_check_closing,
        review=Review.ALWAYS,
        reach=Reach.CARD,
    ),
)
