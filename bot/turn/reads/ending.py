"""Requests to unblind, and what stands against the end of the trial."""

from collections.abc import Iterator
from datetime import timedelta

from bot.turn import arms
from bot.turn.desk import Desk
from bot.turn.reads.participants import chart_in, due_for
from bot.turn.reads.people import person
from flows.chart import Chart
from flows.facts.ending import Asked, ClosingFacts, OpenPoint, UnblindingFacts
from flows.facts.people import Person
from flows.forms import Answers
from flows.instruments import FilledBy
from storage import (
    adverse_events,
    alerts,
    closing,
    envelopes,
    mail,
    participants,
    people,
    pregnancies,
    queries,
    responses,
    unblindings,
)
from storage.unblindings import Request

# A request that is older is of no use to anybody: its minutes have long passed.
LOOKED_BACK = timedelta(days=1)


def requests(desk: Desk, _actor: int, answers: Answers) -> UnblindingFacts:
    found = unblindings.newest(desk.connection, since=desk.now - LOOKED_BACK)
    chart = chart_in(desk, answers)
    bound = None if chart is None else envelopes.allocation_of(desk.connection, chart.participant)
    return UnblindingFacts(
        chart,
        authorised(desk),
        tuple(_asked(desk, it) for it in found),
        bound is not None and arms.is_letter_kept(desk.connection, desk.keys, bound.envelope),
    )


def authorised(desk: Desk) -> tuple[Person, ...]:
    """Whoever may agree to an unblinding and can be reached."""
    rule = desk.study.trial.unblinding
    roles = () if rule is None else rule.agreed_by
    holders = {it: None for role in roles for it in people.holders(desk.connection, role)}
    reached = (it for it in holders if people.current_address(desk.connection, it) is not None)
    return tuple(person(desk, it) for it in reached)


def _asked(desk: Desk, it: Request) -> Asked:
    code = None if it.participant is None else participants.code_of(desk.connection, it.participant)
    return Asked(
        it.id,
        it.participant,
        code,
        person(desk, it.asked_by),
        it.expires_at,
        it.agreed,
        it.answered_at,
    )


def closing_state(desk: Desk, _actor: int, _answers: Answers) -> ClosingFacts:
    points = (OpenPoint(name, tuple(codes)) for name, codes in _open(desk))
    return ClosingFacts(
        tuple(point for point in points if point.codes),
        closing.locked_at(desk.connection),
        closing.signed_at(desk.connection, after_lock=False),
        closing.signed_at(desk.connection, after_lock=True),
        unblindings.is_trial_unblinded(desk.connection),
        authorised(desk),
    )


def _open(desk: Desk) -> Iterator[tuple[str, list[str]]]:
    """Everything that the trial still waits for, each with the codes that it is about."""
    connection = desk.connection
    charts = participants.charts(connection, participants.everyone(connection))
    names = {
        filled_by: frozenset(
            it.name for it in desk.study.instruments.values() if it.filled_by is filled_by
        )
        for filled_by in FilledBy
    }
    yield "visits", [it.code for it in charts if _has_visits_to_come(desk, it)]
    yield "letters", _codes(desk, _without_letter(desk))
    yield "forms", _codes(desk, _waiting(desk, names[FilledBy.PARTICIPANT]))
    yield "ratings", _codes(desk, _waiting(desk, names[FilledBy.RATER]))
    yield "alerts", _codes(desk, (it.participant for it in alerts.open_alerts(connection)))
    events = (it for it in adverse_events.everything(connection) if it.is_open)
    yield "events", _codes(desk, (it.participant for it in events))
    expected = (it for it in pregnancies.everything(connection) if it.is_open)
    yield "pregnancies", _codes(desk, (it.participant for it in expected))
    yield "queries", _codes(desk, iter(queries.open_about(connection)))
    letters = mail.waiting(connection, keys=desk.keys)
    yield "mail", _codes(desk, (it.person_id for it in letters))


def _has_visits_to_come(desk: Desk, chart: Chart) -> bool:
    visits = (chart.visit(name) for name in due_for(desk, chart))
    waits = any(it.attended_on is None and it.missed_on is None for it in visits)
    return chart.is_followed and waits


def _without_letter(desk: Desk) -> Iterator[int]:
    """Whose paper envelope is bound and not read."""
    for bound in envelopes.allocations(desk.connection):
        if not arms.is_letter_kept(desk.connection, desk.keys, bound.envelope):
            yield bound.participant


def _waiting(desk: Desk, instruments: frozenset[str]) -> Iterator[int]:
    return (row.participant for row in responses.forms_for(desk.connection, instruments))


def _codes(desk: Desk, whose: Iterator[int]) -> list[str]:
    return sorted({participants.code_of(desk.connection, it) for it in whose})
