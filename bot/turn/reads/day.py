"""The coordinator's day, and whoever is looked for.

Everybody's charts are read for it: a clinic's trial has hundreds of participants, not thousands.
"""

from collections.abc import Iterator

from bot.language.calendars import local
from bot.language.typed_answers import read_participant_code
from bot.language.typed_text import Problem, compact, normalize
from bot.turn.desk import Desk
from bot.turn.reads.participants import due_for, form_states
from flows import day
from flows.chart import Chart
from flows.conversation import STUCK_AFTER
from flows.facts.day import Call, DayFacts, Expected, FindFacts, Found, Unbooked
from flows.facts.participants import FormState
from flows.forms import Answers
from storage import alerts, conversations, counts, participants, people, queries, responses

# Fewer digits are part of too many numbers.
FEWEST_DIGITS = 3


def today(desk: Desk, _actor: int = 0, _answers: Answers | None = None) -> DayFacts:
    charts = participants.charts(desk.connection, participants.everyone(desk.connection))
    forms = {chart.participant: form_states(desk, chart.participant) for chart in charts}
    expected = [it for chart in charts for it in _expected(desk, chart, forms[chart.participant])]
    return DayFacts(
        desk.today,
        tuple(sorted(expected, key=lambda it: (it.hour, it.code))),
        tuple(it for chart in charts for it in _call(desk, chart, forms[chart.participant])),
        tuple(it for chart in charts for it in _unbooked(desk, chart)),
        counts.waiting_mail(desk.connection),
        len(alerts.open_alerts(desk.connection)),
        len(queries.open_about(desk.connection)),
    )


def _expected(desk: Desk, chart: Chart, forms: tuple[FormState, ...]) -> Iterator[Expected]:
    trial = desk.study.trial
    for visit, at_visit in day.visits_on(trial, chart, desk.today, desk.study.today):
        assert at_visit.booked_at is not None
        yield Expected(
            local(at_visit.booked_at, desk.study.zone).time(),
            chart.code,
            visit.name,
            at_visit.confirmed,
            at_visit.attended_on is not None,
            day.needs(visit, at_visit, chart, forms, rated(desk, chart)),
            _name(desk, chart.participant),
        )


def rated(desk: Desk, chart: Chart) -> set[str]:
    """The visits that no rating is waited for: they were rated, each reading of them; or raters may
    not know which visit they rate, and read all of them later."""
    if desk.study.trial.rating.hidden_order:
        return {visit.name for visit in desk.study.trial.visits}
    scales = {visit.name: visit.rating for visit in desk.study.trial.visits}
    rows = [
        row
        for row in responses.forms_of(desk.connection, chart.participant)
        if row.visit is not None and row.instrument == scales.get(row.visit)
    ]
    waiting = {row.visit for row in rows if row.is_open}
    return {row.visit for row in rows if row.visit and row.submitted_at is not None} - waiting


def _call(desk: Desk, chart: Chart, forms: tuple[FormState, ...]) -> Iterator[Call]:
    channel = people.channel_of(desk.connection, chart.participant)
    found = day.call(
        desk.study.trial,
        chart,
        forms,
        channel,
        desk.today,
        desk.study.today,
        stuck=_is_stuck(desk, chart.participant),
    )
    if found is not None:
        reason, until = found
        phone = people.identity(
            desk.connection, keys=desk.keys, person_id=chart.participant, kind="phone"
        )
        yield Call(chart.code, reason, until, _name(desk, chart.participant), phone)


def _is_stuck(desk: Desk, participant: int) -> bool:
    """Whether what is being asked was not understood again and again."""
    found = conversations.foreground(desk.connection, keys=desk.keys, person_id=participant)
    return found is not None and found.form_id is not None and found.state.misses >= STUCK_AFTER


def _unbooked(desk: Desk, chart: Chart) -> Iterator[Unbooked]:
    found = day.unbooked(desk.study.trial, chart, due_for(desk, chart), desk.today)
    if found is not None:
        yield found


def _name(desk: Desk, participant: int) -> str:
    return people.identity(desk.connection, keys=desk.keys, person_id=participant, kind="name")


def found(desk: Desk, _actor: int, answers: Answers) -> FindFacts:
    """Whoever's code it is; else everybody whose name or phone has it as a part."""
    sought = answers.get("find")
    if not isinstance(sought, str):
        return FindFacts(())
    code = read_participant_code(sought, desk.study.lexicon)
    named = None if isinstance(code, Problem) else participants.with_code(desk.connection, code)
    everyone = participants.everyone(desk.connection) if named is None else [named]
    fits = everyone if named is not None else [it for it in everyone if _fits(desk, it, sought)]
    return FindFacts(
        tuple(Found(participants.code_of(desk.connection, it), _name(desk, it)) for it in fits)
    )


def _fits(desk: Desk, participant: int, sought: str) -> bool:
    words = compact(normalize(sought))
    if words.isdecimal():
        phone = people.identity(
            desk.connection, keys=desk.keys, person_id=participant, kind="phone"
        )
        return len(words) >= FEWEST_DIGITS and phone.endswith(words.lstrip("0"))
    return bool(words) and words in compact(normalize(_name(desk, participant)))
