"""Alerts: seen, and acknowledged."""

from flows.commands.command import Circumstances, Command, pick, words
from flows.effects import Decision, Refused
from flows.effects.safety import AcknowledgeAlert
from flows.effects.speaking import Say
from flows.facts.safety import AlertFact, AlertFacts
from flows.forms import Answers, Item
from flows.messages import Button, run_button, say
from flows.roles import Role
from flows.text import Text, text

ALERTED = frozenset({Role.CLINICIAN, Role.PI})

# Longer lists do not fit a message; the next ones move up when these are done.
MOST_ALERTS = 20
MOST_LETTERS = 5


def alert_line(alert: AlertFact) -> Text:
    level = text(f"alert.level.{alert.level.value}")
    return text(
        "alerts.line",
        number=alert.id,
        level=level,
        code=alert.code,
        term=alert.term,
        at=alert.raised_at,
    )


def acknowledge_button(alert_id: int) -> Button:
    return run_button(text("alerts.acknowledge.button", number=alert_id), "acknowledge", alert_id)


def _alerts(facts: AlertFacts, _answers: Answers, given: Circumstances) -> Decision:
    if not facts.alerts:
        return (Say(say(text("alerts.none"))),)
    shown = facts.alerts[:MOST_ALERTS]
    lines = tuple(alert_line(alert) for alert in shown)
    buttons = tuple((acknowledge_button(alert.id),) for alert in shown)
    title = text("alerts.title", count=len(facts.alerts))
    return (Say(say(title, text("alerts.list", lines=lines), buttons=buttons)),)


def _alert_items(facts: AlertFacts, _a: Answers, _g: Circumstances) -> tuple[Item, ...]:
    return (
        pick("alert", {str(alert.id): alert_line(alert) for alert in facts.alerts}),
        words("done", 500),
    )


def _check_alerts(facts: AlertFacts, _answers: Answers, given: Circumstances) -> Text | None:
    return None if facts.alerts else text("alerts.none")


def _acknowledge(facts: AlertFacts, answers: Answers, given: Circumstances) -> Decision:
    chosen = str(answers["alert"])
    alert = next((a for a in facts.alerts if str(a.id) == chosen), None)
    if alert is None:
        return Refused(text("alerts.acknowledged_before"))
    done = text("alerts.acknowledged", number=alert.id, code=alert.code)
    return (AcknowledgeAlert(alert.id, str(answers["done"])), Say(say(done)))


COMMANDS = (
    Command("alerts", ALERTED, AlertFacts, _alerts, "view_alerts"),
    Command(
        "acknowledge",
        ALERTED,
        AlertFacts,
        _acknowledge,
        "acknowledge_alert",
        items=_alert_items,
        check=_check_alerts,
    ),
)
