"""A clinician assesses the adverse events of their own participants, version beside version.

What is written in words can name a product: it is veiled here, and kept with the arms.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from flows.adverse_events import (
    ACTIONS,
    CRITERIA,
    EXPECTEDNESS,
    FATAL,
    GRADES,
    NOT_SERIOUS,
    OUTCOMES,
    RELATEDNESS,
    RESOLVED,
    STOPPED,
    Assessment,
    Event,
    assessed,
    contradiction,
)
from flows.chart import Chart, Status
from flows.commands.about_event import (
    check_any,
    event_button,
    event_in,
    event_item,
    is_assessed,
    is_unassessed,
)
from flows.commands.about_participant import CLINICIAN
from flows.commands.command import (
    PARTICIPANT,
    Circumstances,
    Command,
    Reach,
    choice,
    choices,
    words,
)
from flows.commands.event_course import LONGEST_DIAGNOSIS
from flows.effects import Decision
from flows.effects.events import AssessEvent
from flows.effects.speaking import Say
from flows.facts.events import EventFacts
from flows.forms import Answers, Choices, Day, Item, Review
from flows.messages import Button, run_button, say
from flows.text import Text, text

LONGEST_NARRATIVE = 1500


def _criteria() -> Item:
    item = choices("criteria", NOT_SERIOUS, *CRITERIA)
    none, *others = item.options
    return replace(item, kind=Choices((replace(none, exclusive=True), *others)))


def _named(facts: EventFacts, answers: Answers) -> Text:
    """Which event is spoken of, in the questions that begin an assessment."""
    event = event_in(facts, answers)
    if event is None:
        return text("ask.event.short")
    return text("event.option", event=event.code, term=event.term.label)


def _lasting(facts: EventFacts, answers: Answers, given: Circumstances) -> tuple[Item, ...]:
    """What a further assessment need not say again."""
    began = text("ask.onset_on", event=_named(facts, answers))
    return (
        Item("onset_on", began, Day(latest=given.today)),
        choice("same_term", "YES", "NO"),
        choice("grade", *map(str, GRADES)),
        _criteria(),
        choice("relatedness", *RELATEDNESS),
        choice("expectedness", *EXPECTEDNESS),
        choice("action", *ACTIONS),
    )


def _said(facts: EventFacts, answers: Answers) -> tuple[Item, ...]:
    """What the term does not say, and the narrative; a serious event has one."""
    event = event_in(facts, answers)
    before = () if event is None else event.criteria
    criteria = answers.get("criteria", before)
    serious = isinstance(criteria, tuple) and bool(set(criteria) - {NOT_SERIOUS})
    narrative = words("narrative", LONGEST_NARRATIVE, may_skip=not serious, veiled=True)
    if answers.get("same_term") == "NO":
        return (words("diagnosis", LONGEST_DIAGNOSIS, veiled=True), narrative)
    return (narrative,)


def _outcome(facts: EventFacts, answers: Answers, given: Circumstances) -> tuple[Item, ...]:
    asked = text("ask.outcome", event=_named(facts, answers))
    outcome = choice("outcome", *OUTCOMES, question=asked)
    if answers.get("outcome") not in RESOLVED:
        return (outcome,)
    return (outcome, Item("resolved_on", text("ask.resolved_on"), Day(latest=given.today)))


def _assess_items(facts: EventFacts, answers: Answers, given: Circumstances) -> tuple[Item, ...]:
    return (
        PARTICIPANT,
        event_item(facts, is_unassessed),
        *_lasting(facts, answers, given),
        *_outcome(facts, answers, given),
        *_said(facts, answers),
    )


def _follow_items(facts: EventFacts, answers: Answers, given: Circumstances) -> tuple[Item, ...]:
    """The outcome, and the rest where something of it has changed: a death changes it all."""
    fatal, changed = answers.get("outcome") == FATAL, answers.get("changed") == "YES"
    return (
        PARTICIPANT,
        event_item(facts, is_assessed),
        *_outcome(facts, answers, given),
        *(() if fatal else (choice("changed", "NO", "YES"),)),
        *(_lasting(facts, answers, given) if fatal or changed else ()),
        *_said(facts, answers),
    )


def _check_assessing(facts: EventFacts, answers: Answers, given: Circumstances) -> Text | None:
    why = check_any(facts, given, is_unassessed, "no_event_to_assess")
    return why or _check_answers(facts, answers)


def _check_following(facts: EventFacts, answers: Answers, given: Circumstances) -> Text | None:
    why = check_any(facts, given, is_assessed, "no_event_to_follow")
    return why or _check_answers(facts, answers)


def _check_answers(facts: EventFacts, answers: Answers) -> Text | None:
    event = event_in(facts, answers)
    if facts.chart is None or event is None:
        return None
    onset_on, consented_on = answers.get("onset_on"), facts.chart.consented_on
    if isinstance(onset_on, date) and consented_on is not None and onset_on < consented_on:
        return text("refused.before_consent")
    wrong = contradiction(_known(event, answers))
    return None if wrong is None else text(f"refused.event_{wrong}")


def _known(event: Event, answers: Answers) -> Answers:
    """The answers, and what a further assessment that changes nothing else keeps."""
    if event.newest is None or answers.get("changed") != "NO":
        return answers
    kept = event.newest.assessment
    return {
        "onset_on": kept.onset_on,
        "grade": str(kept.grade),
        "criteria": kept.criteria,
        **answers,
    }


def _assess(facts: EventFacts, answers: Answers, given: Circumstances) -> Decision:
    event = event_in(facts, answers)
    assert event is not None
    assert facts.chart is not None
    before = None if event.newest is None else event.newest.assessment
    assessment = assessed(before, answers)
    said = {name: str(answers[name]) for name in ("narrative", "diagnosis") if answers.get(name)}
    key = "event.assessed_serious" if assessment.criteria else "event.assessed"
    done = text(key, event=event.code, code=facts.chart.code)
    return (
        AssessEvent(event, assessment, said),
        Say(say(done, buttons=tuple(_next_buttons(facts.chart, event, assessment)))),
    )


def _next_buttons(
    chart: Chart, event: Event, assessment: Assessment
) -> Iterator[tuple[Button, ...]]:
    """What the assessment asks for beside it: a report, and what the chart does not say yet."""
    if assessment.criteria:
        yield (event_button("event_report", chart.code, event),)
    if assessment.outcome == FATAL and chart.status is not Status.DIED:
        yield (run_button(text("command.died.button"), "died", chart.code),)
    elif assessment.action == STOPPED and chart.is_treated:
        yield (run_button(text("command.discontinue.button"), "discontinue", chart.code),)
    yield (event_button("close_event", chart.code, event),)


COMMANDS = (
    Command(
        "assess_event",
        CLINICIAN,
        EventFacts,
        _assess,
        "assess_event",
        items=_assess_items,
        check=_check_assessing,
        review=Review.ALWAYS,
        reach=Reach.CARD,
    ),
    Command(
        "follow_up_event",
        CLINICIAN,
        EventFacts,
        _assess,
        "follow_up_event",
        items=_follow_items,
        check=_check_following,
        review=Review.ALWAYS,
        reach=Reach.CARD,
    ),
)
