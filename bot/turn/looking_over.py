"""A participant's record is looked over whenever something is recorded, closed or falls due.

What the software finds it writes down by itself: a deviation once, a query until its fact is gone.
Who left the study is not looked over any more, and nobody is once the data are locked.
"""

from collections.abc import Iterable, Iterator

from bot.language.calendars import add_jalali_months
from bot.turn.desk import Desk
from bot.turn.locking import is_locked
from bot.turn.reads.day import rated
from bot.turn.reads.participants import due_for, form_states
from flows.chart import Chart
from flows.course import Course, Filled, Questionnaire
from flows.deviations import Deviation, deviations
from flows.edit_checks import Finding, findings
from flows.facts.participants import FormState
from flows.forms import Answers
from flows.instruments import title
from flows.queries import QueryAct, QueryState
from flows.schedule import due_forms
from storage import alerts, participants, queries, responses
from storage import deviations as kept_deviations
from storage.audit import Act, Detail
from storage.deviations import NewDeviation
from storage.queries import NewQuery, NewTurn, Query
from storage.responses import FormRow


def look_over(desk: Desk, participant: int) -> None:
    """Record what deviates, raise what is to be asked, close what is in order again."""
    chart = participants.chart(desk.connection, participant)
    if not chart.is_followed or is_locked(desk):
        return
    course = _course(desk, chart)
    known = kept_deviations.known(desk.connection, participant)
    for deviation in deviations(course):
        if deviation.key not in known:
            _record(desk, participant, deviation)
    _query(desk, participant, {it.key: it for it in findings(course)})


def _course(desk: Desk, chart: Chart) -> Course:
    states = form_states(desk, chart.participant)
    raised = alerts.of_participant(desk.connection, chart.participant)
    return Course(
        desk.study.trial,
        chart,
        due_for(desk, chart),
        tuple(_questionnaires(desk, chart, states)),
        tuple(_filled(desk, chart, {state.form_id: state for state in states})),
        frozenset(rated(desk, chart)),
        tuple(desk.study.today(alert.raised_at) for alert in raised),
        desk.today,
        desk.study.today,
    )


def _questionnaires(
    desk: Desk, chart: Chart, states: Iterable[FormState]
) -> Iterator[Questionnaire]:
    opened = {(it.visit, it.instrument): it for it in states}
    for due in due_forms(desk.study.trial, chart, add_jalali_months):
        state = opened.get((due.visit, due.instrument))
        yield Questionnaire(
            due.instrument,
            title(desk.study.latest(due.instrument)) if state is None else state.title,
            due.visit,
            (None if state is None else state.closes_on) or due.closes_on,
            state is not None and state.submitted,
        )


def _filled(desk: Desk, chart: Chart, states: dict[int, FormState]) -> Iterator[Filled]:
    """The submitted forms whose answers are compared: of side effects, and the safety check."""
    trial = desk.study.trial
    check = None if trial.safety_check is None else trial.safety_check.instrument
    for row in responses.forms_of(desk.connection, chart.participant):
        if row.submitted_at is None or row.instrument not in (trial.side_effect_report, check):
            continue
        yield Filled(states[row.id], desk.study.today(row.submitted_at), _answers(desk, row))


def _answers(desk: Desk, row: FormRow) -> Answers:
    form = desk.study.form(row.instrument, row.version, any_time=row.visit is None)
    items = {item.id: item for item in form.items}
    return responses.answers(desk.connection, keys=desk.keys, form_row=row, items=items)


def _record(desk: Desk, participant: int, found: Deviation) -> None:
    reason = participants.reason_of(
        desk.connection,
        keys=desk.keys,
        participant=participant,
        visit=found.visit,
        milestones=found.told_by,
    )
    kept_deviations.record(
        desk.connection,
        keys=desk.keys,
        participant=participant,
        new=NewDeviation(found.key, found.kind.value, found.on, found.visit, found.detail, reason),
        by=None,
        at=desk.now,
    )
    _write_down(desk, "record_deviation", participant, {"deviation": found.key})


def _query(desk: Desk, participant: int, found: dict[str, Finding]) -> None:
    kept = queries.kept(desk.connection, keys=desk.keys, participant=participant)
    known = {query.key: query for query in kept if query.raised_by is None}
    for key, finding in found.items():
        if key not in known:
            _raise(desk, participant, finding)
        elif _was_closed_here(known[key]):
            _turn(desk, known[key], QueryAct.REOPEN)
    for key, query in known.items():
        if key not in found and query.state is not QueryState.CLOSED:
            _turn(desk, query, QueryAct.CLOSE)


def _was_closed_here(query: Query) -> bool:
    """Whether the software closed it; what a person closed stays closed."""
    return query.state is QueryState.CLOSED and query.turns[-1].by is None


def _raise(desk: Desk, participant: int, finding: Finding) -> None:
    new = NewQuery(participant, finding.key, finding.kind, finding.subject)
    number = queries.raise_(desk.connection, keys=desk.keys, new=new, at=desk.now)
    _write_down(desk, "raise_query", participant, {"query": number, "about": finding.key})


def _turn(desk: Desk, query: Query, act: QueryAct) -> None:
    turn = NewTurn(query.id, query.participant, act)
    queries.take_turn(desk.connection, keys=desk.keys, turn=turn, at=desk.now)
    _write_down(desk, f"{act.value}_query", query.participant, {"query": query.id})


def _write_down(desk: Desk, verb: str, participant: int, detail: Detail) -> None:
    desk.record(Act(verb, "system", None, participant, detail))
