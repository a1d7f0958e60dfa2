"""Alerts that wait."""

from bot.turn.alerting import term_of
from bot.turn.desk import Desk
from flows.facts.safety import AlertFact, AlertFacts
from flows.forms import Answers
from flows.text import Text
from storage import alerts, participants, responses


def waiting_alerts(desk: Desk, _actor: int, _answers: Answers) -> AlertFacts:
    return AlertFacts(
        tuple(
            AlertFact(
                alert.id,
                participants.code_of(desk.connection, alert.participant),
                alert_term(desk, alert),
                alert.level,
                alert.raised_at,
            )
            for alert in alerts.open_alerts(desk.connection)
        )
    )


def alert_term(desk: Desk, alert: alerts.Alert) -> Text:
    """What the alert is about, in a few words."""
    row = responses.form(desk.connection, alert.form_id)
    item = desk.study.form(row.instrument, row.version).item(alert.item)
    option = item.option(alert.option) if item is not None else None
    assert item is not None
    assert option is not None
    return term_of(item, option)
