"""A red flag: kept, told to staff and to the participant, in the transaction of the tap.

Where nobody acknowledges it, the next person is told and those before them are told again; after
everybody was, the waits double, so that it is never forgotten.
"""

from collections.abc import Collection, Iterable
from datetime import timedelta

from bot.turn import adverse_events
from bot.turn.clinicians import clinician_of, tell_clinicians
from bot.turn.desk import Desk
from bot.turn.nudging import plan_nudges
from flows.commands.safety import ALERTED, acknowledge_button
from flows.engine import RaiseAlert
from flows.escalation import next_step
from flows.forms import AlertLevel, Form, Item, Option, short
from flows.messages import Message, say
from flows.reminders import Decision, Send, Skip
from flows.roles import Role
from flows.text import Text, text
from storage import alerts, participants, people, planned, responses
from storage.alerts import Alert
from storage.audit import Act, Detail
from storage.outbox import Urgency
from storage.planned import DuePlan, Plan
from storage.responses import FormRow

CHASE_ALERT = "chase_alert"


def raise_alert(
    desk: Desk, row: FormRow, form: Form, effect: RaiseAlert, *, entered: bool
) -> Message:
    """Raise the alert once and tell staff; returns what the participant must be told now, or what
    whoever `entered` it for them must tell them."""
    alert_id = alerts.raise_(
        desk.connection,
        participant=row.participant,
        form_id=row.id,
        item=effect.item,
        option=effect.option,
        level=effect.level,
        at=desk.now,
    )
    code = participants.code_of(desk.connection, row.participant)
    if alert_id is not None:
        key = f"alert.{effect.level.value}.{'staff_entered' if entered else 'staff'}"
        told = text(key, number=alert_id, code=code, term=_term(form, effect))
        _tell_staff(desk, row.participant, alert_id, effect.level, told)
        _plan_chase(desk, alert_id, effect.level)
        detail: Detail = {"alert": alert_id, "item": effect.item, "option": effect.option}
        desk.record(Act("raise_alert", "system", None, row.participant, detail))
        adverse_events.open_alerted(desk, row, effect.item, effect.option)
    key = f"alert.{effect.level.value}.{'entering' if entered else 'participant'}"
    site = desk.study.trial.site
    return say(text(key, code=code, emergency=site.emergency, phone=site.clinic_phone))


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


def alert_term(desk: Desk, alert: Alert) -> Text:
    """What the alert is about, in a few words."""
    row = responses.form(desk.connection, alert.form_id)
    form = desk.study.form(row.instrument, row.version)
    return _term(form, RaiseAlert(alert.item, alert.option, alert.level))


def _tell_staff(desk: Desk, participant: int, alert_id: int, level: AlertLevel, told: Text) -> None:
    message, key = say(told, buttons=((acknowledge_button(alert_id),),)), f"alert:{alert_id}"
    reached = tell_clinicians(desk, participant, message, key=key, urgency=Urgency.ALERT)
    _note_told(desk, alert_id, reached)
    plan_nudges(desk, alert_id, level, key, reached)


def _note_told(desk: Desk, alert_id: int, reached: Iterable[int]) -> None:
    for person in reached:
        alerts.note_told(desk.connection, alert_id=alert_id, person_id=person, at=desk.now)


def _plan_chase(
    desk: Desk, alert_id: int, level: AlertLevel, step: int = 0, times: int = 0
) -> None:
    rule = desk.study.trial.escalation
    minutes = rule.at_once_minutes if level is AlertLevel.AT_ONCE else rule.same_day_minutes
    due_at = desk.now + timedelta(minutes=minutes) * 2**times
    subject = {"alert": alert_id, "step": step, "times": times}
    plan = Plan(f"chase:{alert_id}:{step}:{times}", CHASE_ALERT, due_at, subject=subject)
    planned.add(desk.connection, plan)


def chase_alert(desk: Desk, plan: DuePlan) -> Decision:
    """Tell the next person of an alert that waits, and again whoever was told."""
    alert = alerts.get(desk.connection, int(plan.subject["alert"]))
    if alert is None or alert.acknowledged_at is not None:
        return Skip("acknowledged")
    told = _told_before(desk, alert)
    step, times = int(plan.subject.get("step", 0)), int(plan.subject["times"])
    rule, holders = desk.study.trial.escalation, _holders(desk)
    found = next_step(rule.then, step, holders, told)
    step = len(rule.then) if found is None else found.step
    told += [] if found is None else found.persons
    more = next_step(rule.then, step, holders, told) is not None
    _plan_chase(desk, alert.id, alert.level, step, times if more else times + 1)
    _tell_again(desk, alert, told, f"chased:{plan.id}")
    if alert.escalated_at is None:
        alerts.mark_escalated(desk.connection, alert_id=alert.id, at=desk.now)
    desk.record(Act("escalate_alert", "system", None, alert.participant, {"alert": alert.id}))
    return Send()


def _told_before(desk: Desk, alert: Alert) -> list[int]:
    """Who was told and is still there, and who treats the participant now; where there is no
    clinician at all, the PI and the administrators."""
    connection, clinician = desk.connection, clinician_of(desk, alert.participant)
    told = [] if clinician is None else [clinician]
    told += [it for it in alerts.told(connection, alert.id) if people.roles_of(connection, it)]
    if not people.holders(connection, Role.CLINICIAN):
        told += people.holders(connection, Role.PI)
        told += people.holders(connection, Role.ADMINISTRATOR)
    return list(dict.fromkeys(told))


def _holders(desk: Desk) -> dict[Role, list[int]]:
    """Who holds the roles that may be told; where there is no PI, the administrators."""
    return {
        Role.CLINICIAN: people.holders(desk.connection, Role.CLINICIAN),
        Role.PI: people.holders(desk.connection, Role.PI)
        or people.holders(desk.connection, Role.ADMINISTRATOR),
    }


def _tell_again(desk: Desk, alert: Alert, persons: Collection[int], key: str) -> None:
    told = text(
        "alert.escalated",
        number=alert.id,
        code=participants.code_of(desk.connection, alert.participant),
        term=alert_term(desk, alert),
        at=alert.raised_at,
    )
    for person in persons:
        acts = not ALERTED.isdisjoint(people.roles_of(desk.connection, person))
        message = say(told, buttons=((acknowledge_button(alert.id),),) if acts else ())
        desk.notify(person, message, key=f"{key}:{person}", urgency=Urgency.ALERT)
    _note_told(desk, alert.id, persons)
    plan_nudges(desk, alert.id, alert.level, key, persons)
