"""What comes next for a participant, and whose it is: the buttons that stand first on a card."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from flows.chart import Chart, Recorded, fold
from flows.commands.about_participant import has_left
from flows.commands.command import Circumstances
from flows.definition import Visit
from flows.effects.milestones import RecordMilestone
from flows.facts.participants import ParticipantFacts
from flows.messages import Button, run_button
from flows.roles import Role
from flows.schedule import next_step_before_randomization
from flows.text import text

COORDINATOR = frozenset({Role.COORDINATOR})
CLINICIAN = frozenset({Role.CLINICIAN})

# Who does a step before randomization, and with which command.
_BEFORE = {
    "eligibility": ("eligibility", COORDINATOR),
    "eligibility_confirmed": ("confirm_eligibility", CLINICIAN),
    "reference": ("reference", CLINICIAN),
    "photographs": ("photographs", COORDINATOR | CLINICIAN),
    "clinician": ("assign", COORDINATOR | CLINICIAN),
}


@dataclass(frozen=True, slots=True)
class Step:
    """A command with the arguments that are known; `visit` where it is about one."""

    command: str
    arguments: tuple[str, ...]
    visit: str | None = None

    @property
    def button(self) -> Button:
        does = text(f"command.{self.command}.button")
        if self.visit is not None:
            does = text("card.step", does=does, visit=text(f"visit.{self.visit}"))
        return run_button(does, self.command, *self.arguments)


def steps_after(
    facts: ParticipantFacts, recorded: RecordMilestone, given: Circumstances
) -> tuple[tuple[Button, ...], ...]:
    """Buttons of what comes next once this is recorded; it moves no date, and may end a query."""
    assert facts.chart is not None
    fact = Recorded(recorded.milestone, recorded.on, recorded.visit, recorded.at, recorded.detail)
    then = replace(facts, chart=fold(facts.chart, (fact,)), queries=0)
    return tuple((step.button,) for step in next_steps(then, given))


def next_steps(facts: ParticipantFacts, given: Circumstances) -> tuple[Step, ...]:
    """The steps that this person can take now, the most urgent first."""
    chart = facts.chart
    if chart is None:
        return ()
    asked = (Step("queries_of", (chart.code,)),) if facts.queries else ()
    if has_left(chart.status) or (chart.excluded and not chart.randomized_on):
        return asked
    if chart.randomized_on is None:
        return (*_before_randomization(facts, chart, given), *asked)
    return (
        *_again(chart, given),
        *_at_visits(chart, given),
        *_answering(facts, chart, given),
        *asked,
        *_booking(facts, chart, given),
        *_inviting(facts, chart, given),
    )


def _before_randomization(
    facts: ParticipantFacts, chart: Chart, given: Circumstances
) -> Iterator[Step]:
    step = next_step_before_randomization(given.trial, chart)
    command, roles = _BEFORE.get(step or "", ("", frozenset[Role]()))
    if roles & given.roles:
        baseline = given.trial.baseline.name
        about = (baseline, given.today.isoformat()) if command == "photographs" else ()
        yield Step(command, (chart.code, *about), baseline if about else None)
    yield from _inviting(facts, chart, given)


def _again(chart: Chart, given: Circumstances) -> Iterator[Step]:
    """What was taken back after the randomization is filled in anew."""
    step = next_step_before_randomization(given.trial, chart)
    command, roles = _BEFORE.get(step or "", ("", frozenset[Role]()))
    is_taken_back = step in {"eligibility", "eligibility_confirmed", "reference"}
    if is_taken_back and not chart.excluded and roles & given.roles:
        yield Step(command, (chart.code,))


def _inviting(facts: ParticipantFacts, chart: Chart, given: Circumstances) -> Iterator[Step]:
    """Whoever has no chat yet is invited, also after they were taken over."""
    if facts.reached_on is None and given.roles & COORDINATOR:
        yield Step("invite", (chart.code,))


def _at_visits(chart: Chart, given: Circumstances) -> Iterator[Step]:
    for visit in given.trial.visits:
        yield from _at_visit(chart, visit, given)


def _at_visit(chart: Chart, visit: Visit, given: Circumstances) -> Iterator[Step]:
    """A visit that was booked for today or before, and what one that took place still needs."""
    at_visit, code = chart.visit(visit.name), chart.code
    booked_on = None if at_visit.booked_at is None else given.clinic_day(at_visit.booked_at)
    came_on = at_visit.attended_on
    is_open = came_on is None and at_visit.missed_on is None
    if is_open and booked_on is not None and booked_on <= given.today:
        on = booked_on.isoformat()
        for command in ("attended", "missed") if given.roles & COORDINATOR else ():
            yield Step(command, (code, visit.name, on), visit.name)
    if came_on is not None and visit.photographs and at_visit.photographed_on is None:
        yield Step("photographs", (code, visit.name, came_on.isoformat()), visit.name)
    if _wants_session(chart, visit, given):
        checked = given.trial.before_session is None or at_visit.checked_on is not None
        yield Step("session" if checked else "before_session", (code, visit.name), visit.name)


def _wants_session(chart: Chart, visit: Visit, given: Circumstances) -> bool:
    """The treating clinician records the session of a visit that took place, and the first one."""
    at_visit = chart.visit(visit.name)
    if chart.clinician != given.actor or not chart.is_treated or visit.session is None:
        return False
    took_place = at_visit.attended_on is not None or visit is given.trial.baseline
    return took_place and at_visit.session_on is None


def _answering(facts: ParticipantFacts, chart: Chart, given: Circumstances) -> Iterator[Step]:
    """An open questionnaire of somebody who is to be phoned about it, or gets no messages."""
    if not given.roles & COORDINATOR or not chart.is_followed:
        return
    late = timedelta(days=given.trial.reminders.call_list_day)
    unreached = facts.reached_on is None or not chart.gets_messages
    if any(
        form.is_open
        and form.visit is not None
        and (unreached or form.opens_on + late <= given.today)
        for form in facts.forms
    ):
        yield Step("answer_for", (chart.code,))


def _booking(facts: ParticipantFacts, chart: Chart, given: Circumstances) -> Iterator[Step]:
    """The first visit that is due and has no appointment."""
    if not given.roles & COORDINATOR:
        return
    for name in facts.due:
        visit = chart.visit(name)
        if visit.attended_on is None and visit.missed_on is None:
            if visit.booked_at is None:
                yield Step("book", (chart.code, name), name)
            return
