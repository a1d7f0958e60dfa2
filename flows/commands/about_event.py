"""What the commands about an adverse event share: which one, whose it is, and its buttons."""

from collections.abc import Callable

from flows.adverse_events import Event, continues
from flows.commands.command import Circumstances, pick
from flows.facts.events import EventFacts
from flows.forms import Answers, Item
from flows.messages import Button, run_button
from flows.text import Text, text

Fits = Callable[[EventFacts, Event], bool]


def is_unassessed(_facts: EventFacts, event: Event) -> bool:
    return event.is_open and event.version == 0


def is_assessed(_facts: EventFacts, event: Event) -> bool:
    """A closed one may be followed on: that opens it again."""
    return event.part_of is None and event.version > 0


def is_open(_facts: EventFacts, event: Event) -> bool:
    return event.is_open


def may_continue(facts: EventFacts, event: Event) -> bool:
    """Whether it may turn out to be the same as an earlier one."""
    return is_unassessed(facts, event) and continues(event, facts.events) is not None


def event_button(command: str, participant: str, event: Event) -> Button:
    label = text(f"event.button.{command}", event=event.code)
    return run_button(label, command, participant, event.number)


def event_item(facts: EventFacts, fits: Fits, item_id: str = "event") -> Item:
    labels = {
        str(event.number): text("event.option", event=event.code, term=event.term.label)
        for event in facts.events
        if fits(facts, event)
    }
    return pick(item_id, labels)


def event_in(facts: EventFacts, answers: Answers, item_id: str = "event") -> Event | None:
    number = answers.get(item_id)
    return next((it for it in facts.events if str(it.number) == number), None)


def check_yours(facts: EventFacts, given: Circumstances) -> Text | None:
    chart = facts.chart
    if chart is not None and chart.clinician != given.actor:
        return text("refused.not_your_participant", code=chart.code)
    return None


def check_any(facts: EventFacts, given: Circumstances, fits: Fits, why: str) -> Text | None:
    if facts.chart is None:
        return None
    if refused := check_yours(facts, given):
        return refused
    fitting = any(fits(facts, event) for event in facts.events)
    return None if fitting else text(f"refused.{why}", code=facts.chart.code)
