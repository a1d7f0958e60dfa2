"""Alerts: seen, and acknowledged."""

from collections.abc import Iterator

from flows.commands.about_participant import COORDINATOR
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


def alert_line(alert: AlertFact) -> Text:
    """An alert as whoever may acknowledge it sees it."""
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
    """The coordinator sees how far each alert is, and no more of it than number and code."""
    acts = not given.roles.isdisjoint(ALERTED)
    done = () if acts else tuple(_acknowledged(facts))
    if not facts.alerts:
        return (Say(say(text("alerts.none"), *done)),)
    shown = facts.alerts[:MOST_ALERTS]
    lines = tuple(
        line
        for alert in shown
        for line in (alert_line(alert) if acts else _code_line(alert), *_told(alert))
    )
    buttons = tuple((acknowledge_button(alert.id),) for alert in shown) if acts else ()
    title = text("alerts.title", count=len(facts.alerts))
    return (Say(say(title, text("alerts.list", lines=lines), *done, buttons=buttons)),)


def _code_line(alert: AlertFact) -> Text:
    return text("alerts.code_line", number=alert.id, code=alert.code, at=alert.raised_at)


def _told(alert: AlertFact) -> Iterator[Text]:
    """Who was told, in their order, and since when."""
    return (text("alerts.told", name=it.person.name, at=it.at) for it in alert.told)


def _acknowledged(facts: AlertFacts) -> Iterator[Text]:
    lines = tuple(
        text(
            "alerts.acknowledged_line",
            number=it.id,
            code=it.code,
            raised_at=it.raised_at,
            at=it.acknowledged_at,
            by=it.by,
        )
        for it in facts.acknowledged[-MOST_ALERTS:]
    )
    if lines:
        yield text("alerts.acknowledged_list", lines=lines)


def _alert_items(facts: AlertFacts, _a: Answers, _g: Circumstances) -> tuple[Item, ...]:
    return (
        pick("alert", {str(alert.id): alert_line(alert) for alert in facts.alerts}),
        words("done", 500, veiled=True),
    )


def _check_alerts(facts: AlertFacts, _answers: Answers, given: Circumstances) -> Text | None:
    return None if facts.alerts else text("alerts.none")


def _acknowledge(facts: AlertFacts, answers: Answers, given: Circumstances) -> Decision:
    chosen = str(answers["alert"])
    alert = next((a for a in facts.alerts if str(a.id) == chosen), None)
    if alert is None:
        return Refused(text("alerts.acknowledged_before"))
    done = text("alerts.acknowledged", number=alert.id, code=alert.code)
    buttons = ((_assess_button(alert),),) if alert.event and alert.clinician == given.actor else ()
    return (AcknowledgeAlert(alert.id, str(answers["done"])), Say(say(done, buttons=buttons)))


def _assess_button(alert: AlertFact) -> Button:
    """What was reported is an adverse event, which the participant's clinician assesses."""
    label = text("event.button.assess_event", event=f"AE-{alert.event:03}")
    return run_button(label, "assess_event", alert.code, str(alert.event))


COMMANDS = (
    Command("alerts", ALERTED | COORDINATOR, AlertFacts, _alerts, "view_alerts"),
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
