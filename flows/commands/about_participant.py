"""What the commands about one participant share: who may give them, and how a visit is told."""

from collections.abc import Mapping
from datetime import date
from typing import Protocol

from flows.chart import Chart, Milestone, Status
from flows.commands.command import PARTICIPANT, Circumstances
from flows.effects.milestones import RecordMilestone
from flows.facts.participants import ParticipantFacts
from flows.forms import Answers, Item
from flows.roles import Role
from flows.schedule import Due
from flows.text import Text, text


class OfParticipant(Protocol):
    """Facts about one participant; no chart before one is chosen."""

    @property
    def chart(self) -> Chart | None: ...


COORDINATOR = frozenset({Role.COORDINATOR})
CLINICIAN = frozenset({Role.CLINICIAN})
STAFF_OF_PARTICIPANT = COORDINATOR | CLINICIAN


def chart_items(_f: ParticipantFacts, _a: Answers, _g: Circumstances) -> tuple[Item, ...]:
    return (PARTICIPANT,)


def has_left(status: Status) -> bool:
    return status in (Status.WITHDRAWN, Status.DIED)


def outside_window(due: Due | None, on: date) -> tuple[Text, ...]:
    if due is None or due.days_outside(on) == 0:
        return ()
    return (text("book.outside_window", first=due.opens_on, last=due.closes_on),)


def visit_milestone(
    facts: OfParticipant,
    answers: Answers,
    milestone: Milestone,
    reason: str = "",
    detail: Mapping[str, str] | None = None,
) -> RecordMilestone:
    on = answers["on"]
    assert facts.chart is not None
    assert isinstance(on, date)
    name = str(answers["visit"])
    about = detail or {}
    return RecordMilestone(
        facts.chart.participant, milestone, on, name, detail=about, reason=reason
    )


def code_in(facts: OfParticipant) -> str:
    assert facts.chart is not None
    return facts.chart.code


def check_left(facts: OfParticipant) -> Text | None:
    chart = facts.chart
    if chart is not None and has_left(chart.status):
        return text("refused.left", code=chart.code)
    return None


def visit_line(chart: Chart, due: Due) -> Text:
    visit, label = chart.visit(due.visit.name), text(f"visit.{due.visit.name}")
    if visit.attended_on is not None:
        return text("visits.attended", visit=label, on=visit.attended_on)
    if visit.missed_on is not None:
        return text("visits.missed", visit=label)
    if visit.booked_at is not None:
        return text("visits.booked", visit=label, at=visit.booked_at)
    return text("visits.planned", visit=label, first=due.opens_on, last=due.closes_on)


def check_day(facts: OfParticipant, answers: Answers) -> Text | None:
    """Nothing of the trial happened to anybody before their consent."""
    on, chart = answers.get("on"), facts.chart
    if chart is None or chart.consented_on is None or not isinstance(on, date):
        return None
    return text("refused.before_consent") if on < chart.consented_on else None
