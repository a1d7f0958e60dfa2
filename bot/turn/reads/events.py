"""Adverse events and pregnancies, in codes."""

from bot.turn.clinicians import clinician_of
from bot.turn.desk import Desk
from bot.turn.reads.participants import chart_in
from flows.adverse_events import Term, listed
from flows.facts.events import EventFacts, OpenEvent, OpenEventsFacts, OpenPregnancy
from flows.forms import Answers
from storage import adverse_events, participants, pregnancies


def about_participant(desk: Desk, _actor: int, answers: Answers) -> EventFacts:
    chart = chart_in(desk, answers)
    number = adverse_events.highest_number(desk.connection) + 1
    if chart is None:
        return EventFacts(None, _terms(desk), number)
    return EventFacts(
        chart,
        _terms(desk),
        number,
        tuple(adverse_events.of_participant(desk.connection, chart.participant)),
        tuple(pregnancies.of_participant(desk.connection, chart.participant)),
    )


def _terms(desk: Desk) -> tuple[Term, ...]:
    return tuple(listed(desk.study.latest(desk.study.trial.side_effect_report)))


def still_open(desk: Desk, _actor: int, _answers: Answers) -> OpenEventsFacts:
    events = [it for it in adverse_events.everything(desk.connection) if it.is_open]
    expected = [it for it in pregnancies.everything(desk.connection) if it.is_open]
    return OpenEventsFacts(
        tuple(OpenEvent(it, *_whose(desk, it.participant)) for it in events),
        tuple(OpenPregnancy(it, *_whose(desk, it.participant)) for it in expected),
    )


def _whose(desk: Desk, participant: int) -> tuple[str, int | None]:
    return participants.code_of(desk.connection, participant), clinician_of(desk, participant)
