"""A red flag: kept, told to staff and to the participant, in the transaction of the tap."""

from datetime import timedelta

from bot.turn.desk import Desk
from bot.turn.questions import short
from flows.commands.safety import acknowledge_button
from flows.engine import RaiseAlert
from flows.forms import AlertLevel, Form, Item, Option
from flows.messages import Message, say
from flows.roles import Role
from flows.text import Text, text
from storage import alerts, participants, people, planned
from storage.audit import Act, Detail
from storage.outbox import Urgency
from storage.planned import Plan
from storage.responses import FormRow

CHASE_ALERT = "chase_alert"


def raise_alert(desk: Desk, row: FormRow, form: Form, effect: RaiseAlert) -> Message:
    """Raise the alert once and tell staff; returns what the participant must be told now."""
    alert_id = alerts.raise_(
        desk.connection,
        participant=row.participant,
        form_id=row.id,
        item=effect.item,
        option=effect.option,
        level=effect.level,
        at=desk.now,
    )
    if alert_id is not None:
        _tell_staff(desk, row, alert_id, effect.level, _term(form, effect))
        plan_chase(desk, alert_id, effect.level)
        detail: Detail = {"alert": alert_id, "item": effect.item, "option": effect.option}
        desk.record(Act("raise_alert", "system", None, row.participant, detail))
    return _advice(desk, effect.level)


def _term(form: Form, effect: RaiseAlert) -> Text:
    item = form.item(effect.item)
    option = item.option(effect.option) if item is not None else None
    assert item is not None
    assert option is not None
    return term_of(item, option)


def term_of(item: Item, option: Option) -> Text:
    """What the alert is about; an answer about a reported problem names the problem too."""
    label = option.button or option.label
    if any(name == "term" for name, _ in item.question.params):
        return text("alert.about", question=short(item), answer=label)
    return label


def _tell_staff(desk: Desk, row: FormRow, alert_id: int, level: AlertLevel, term: Text) -> None:
    code = participants.code_of(desk.connection, row.participant)
    told = text(f"alert.{level.value}.staff", number=alert_id, code=code, term=term)
    tell_clinician(desk, row.participant, alert_id, told, f"alert:{alert_id}")


def tell_clinician(desk: Desk, participant: int, alert_id: int, told: Text, key: str) -> None:
    """Tell the participant's clinician; every clinician where none is named, or they have left."""
    chart = participants.chart(desk.connection, participant)
    message = say(told, buttons=((acknowledge_button(alert_id),),))
    if chart.clinician is None or chart.clinician not in people.holders(
        desk.connection, Role.CLINICIAN
    ):
        desk.notify_role(Role.CLINICIAN, message, key=key, urgency=Urgency.ALERT)
    else:
        each = f"{key}:{chart.clinician}"
        desk.notify(chart.clinician, message, key=each, urgency=Urgency.ALERT)


def plan_chase(desk: Desk, alert_id: int, level: AlertLevel, times: int = 0) -> None:
    """Plan the next chase of an alert; the waits double, so that it is never forgotten."""
    rule = desk.study.trial.escalation
    minutes = rule.at_once_minutes if level is AlertLevel.AT_ONCE else rule.same_day_minutes
    due_at = desk.now + timedelta(minutes=minutes) * 2**times
    subject = {"alert": alert_id, "times": times}
    plan = Plan(f"chase:{alert_id}:{times}", CHASE_ALERT, due_at, subject=subject)
    planned.add(desk.connection, plan)


def _advice(desk: Desk, level: AlertLevel) -> Message:
    site = desk.study.trial.site
    key = f"alert.{level.value}.participant"
    return say(text(key, emergency=site.emergency, phone=site.clinic_phone))
