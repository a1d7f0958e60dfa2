"""What hangs on a day follows when the day is corrected: questionnaires, readings and reminders.

What was answered stays as it is; what was not is asked in the window that the right day gives.
"""

from bot.language.calendars import add_jalali_months
from bot.turn import filling, readings
from bot.turn.desk import Desk
from bot.turn.planning import replan
from flows.chart import Chart
from flows.instruments import FilledBy
from flows.schedule import FormDue, due_forms
from storage import conversations, participants, responses
from storage.responses import FormRow


def follow(desk: Desk, participant: int) -> None:
    chart = participants.chart(desk.connection, participant)
    _forms(desk, chart)
    readings.close_needless(desk, participant)
    readings.open_due(desk, participant)
    replan(desk, participant)


def _forms(desk: Desk, chart: Chart) -> None:
    due = due_forms(desk.study.trial, chart, add_jalali_months) if chart.is_followed else []
    wanted = {(it.instrument, it.visit): it for it in due}
    for row in responses.forms_of(desk.connection, chart.participant):
        if row.visit is not None and _waits(desk, row):
            _redate(desk, row, wanted.get((row.instrument, row.visit)))


def _waits(desk: Desk, row: FormRow) -> bool:
    """Whether it is the participant's, and nothing in it was answered."""
    instrument = desk.study.instruments[row.instrument, row.version]
    is_theirs = instrument.filled_by is FilledBy.PARTICIPANT
    answered = row.submitted_at is not None or responses.has_answers(desk.connection, row.id)
    return is_theirs and not answered


def _redate(desk: Desk, row: FormRow, wanted: FormDue | None) -> None:
    if wanted is None:
        if row.is_open:
            filling.close(desk, row, "no_longer_holds")
        return
    moved = (row.opens_on, row.closes_on) != (wanted.opens_on, wanted.closes_on)
    shut = not row.is_open and desk.today <= wanted.closes_on
    if moved or shut:
        conversations.end_of_form(desk.connection, form_id=row.id, at=desk.now)
        responses.redate(
            desk.connection,
            form_id=row.id,
            opens_on=wanted.opens_on,
            closes_on=wanted.closes_on,
        )
