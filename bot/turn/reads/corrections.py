"""Corrections that participants ask for, in codes: words are read where they may be shown."""

from collections.abc import Iterator

from bot.turn.clinicians import clinician_of
from bot.turn.correction_words import answers_in, asked, label
from bot.turn.desk import Desk
from bot.turn.reads.participants import chart_in
from flows.facts.corrections import (
    Asked,
    CorrectionFacts,
    OwnCorrectionFacts,
    SubmittedForm,
)
from flows.forms import Answers
from flows.instruments import FilledBy
from storage import corrections, participants, responses


def own(desk: Desk, actor: int, _answers: Answers) -> OwnCorrectionFacts:
    chart = participants.chart(desk.connection, actor)
    return OwnCorrectionFacts(chart, tuple(_submitted(desk, actor)), waiting(desk, actor))


def of_participant(desk: Desk, _actor: int, answers: Answers) -> CorrectionFacts:
    chart = chart_in(desk, answers)
    if chart is None:
        return CorrectionFacts(None)
    clinician = clinician_of(desk, chart.participant)
    return CorrectionFacts(chart, clinician, waiting(desk, chart.participant))


def waiting(desk: Desk, participant: int) -> tuple[Asked, ...]:
    """What waits for the clinician or the participant; not what was corrected otherwise since."""
    found = corrections.of_participant(desk.connection, keys=desk.keys, participant=participant)
    shown = (asked(desk.connection, desk.keys, desk.study, it) for it in found if it.waits)
    return tuple(it for it in shown if not it.changed)


def _submitted(desk: Desk, participant: int) -> Iterator[SubmittedForm]:
    for row in responses.forms_of(desk.connection, participant):
        filled_by = desk.study.instruments[row.instrument, row.version].filled_by
        if row.submitted_at is None or filled_by is not FilledBy.PARTICIPANT:
            continue
        form = desk.study.form(row.instrument, row.version, any_time=row.visit is None)
        answers = answers_in(desk.connection, desk.keys, desk.study, row)
        yield SubmittedForm(row.id, label(desk.study, row), form, answers)
