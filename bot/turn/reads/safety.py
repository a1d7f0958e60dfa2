"""Alerts that wait, and those that were lately acknowledged."""

from datetime import timedelta

from bot.turn.alerting import alert_term
from bot.turn.desk import Desk
from bot.turn.reads.people import person
from flows.adverse_events import Event, concerned
from flows.facts.safety import Acknowledged, AlertFact, AlertFacts, Told
from flows.forms import Answers
from storage import adverse_events, alerts, participants, responses
from storage.alerts import Alert

# So long an alert stays in the coordinator's list after somebody acknowledged it.
LATELY = timedelta(days=7)


def waiting_alerts(desk: Desk, _actor: int, _answers: Answers) -> AlertFacts:
    lately = alerts.acknowledged_since(desk.connection, since=desk.now - LATELY)
    return AlertFacts(
        tuple(_waiting(desk, alert) for alert in alerts.open_alerts(desk.connection)),
        tuple(_acknowledged(desk, alert) for alert in lately),
    )


def _waiting(desk: Desk, alert: Alert) -> AlertFact:
    chart = participants.chart(desk.connection, alert.participant)
    event = _event_of(desk, alert)
    told = alerts.told(desk.connection, alert.id)
    return AlertFact(
        alert.id,
        chart.code,
        alert_term(desk, alert),
        alert.level,
        alert.raised_at,
        tuple(Told(person(desk, told_person), at) for told_person, at in told.items()),
        chart.clinician,
        None if event is None or event.versions else event.number,
    )


def _event_of(desk: Desk, alert: Alert) -> Event | None:
    """The adverse event that an alert opened."""
    row = responses.form(desk.connection, alert.form_id)
    instrument = desk.study.instruments[row.instrument, row.version]
    term = concerned(instrument, alert.item, alert.option)
    opened = adverse_events.of_form(desk.connection, alert.form_id)
    return next((event for event in opened if event.term == term), None)


def _acknowledged(desk: Desk, alert: Alert) -> Acknowledged:
    assert alert.acknowledged_at is not None
    assert alert.acknowledged_by is not None
    return Acknowledged(
        alert.id,
        participants.code_of(desk.connection, alert.participant),
        alert.raised_at,
        alert.acknowledged_at,
        person(desk, alert.acknowledged_by).name,
    )
