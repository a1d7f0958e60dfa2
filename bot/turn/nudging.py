"""A member of staff whom an urgent alert does not reach is told by SMS to open the bot.

Rules that hold here:
- The SMS says nothing of anybody's health; what it is about is seen in the bot alone.
- A number for this is no address: nothing else goes there, and nothing that comes from it is read.
- One SMS follows each message that did not reach a person in time, and it leaves at least once.
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta

from bot.turn.bodies import message_body
from bot.turn.desk import Desk
from flows.day import SILENT
from flows.forms import AlertLevel
from flows.messages import say
from flows.reminders import Decision, Send, Skip
from flows.roles import STAFF
from flows.text import text
from storage import alerts, fates, people, planned
from storage.audit import Act, Detail
from storage.outbox import NewMessage, ToStranger, Urgency
from storage.planned import DuePlan, Plan

NUDGE = "nudge"
CHANNEL = "sms"
_NUMBER = "alert_number"
# By then the alert has gone on, with messages and nudges of its own.
_LASTS = timedelta(days=1)


def keep_number(desk: Desk, person: int, number: str) -> None:
    """A member of staff has proved this number; the one before it is used no more."""
    people.identify(
        desk.connection, keys=desk.keys, person_id=person, kind=_NUMBER, value=number, at=desk.now
    )
    role = "+".join(sorted(people.roles_of(desk.connection, person)))
    desk.record(Act("prove_alert_number", role, person, person))
    desk.notify(person, say(text("alert_number.proved")))


def number_of(desk: Desk, person: int) -> str:
    """The number that this person proved; empty when there is none."""
    return people.identity(desk.connection, keys=desk.keys, person_id=person, kind=_NUMBER)


def is_of_staff(desk: Desk, number: str) -> bool:
    """Whether somebody who works on the trial proved this number."""
    bearers = people.bearers(desk.connection, keys=desk.keys, kind=_NUMBER, value=number)
    return any(not STAFF.isdisjoint(people.roles_of(desk.connection, it)) for it in bearers)


def plan_nudges(
    desk: Desk, alert_id: int, level: AlertLevel, key: str, persons: Iterable[int]
) -> None:
    """Look in a few minutes whether the messages with this key, one a person, have left."""
    if level is not AlertLevel.AT_ONCE or not desk.links.sms:
        return
    due_at = desk.now + timedelta(minutes=desk.study.trial.escalation.sms_minutes)
    for person in persons:
        message = f"{key}:{person}"
        subject: Mapping[str, str | int] = {"alert": alert_id, "person": person, "message": message}
        planned.add(desk.connection, Plan(f"nudge:{message}", NUDGE, due_at, subject=subject))


def nudge(desk: Desk, plan: DuePlan) -> Decision:
    """Tell by SMS whoever the message did not reach; a web page rings no bell."""
    alert = alerts.get(desk.connection, int(plan.subject["alert"]))
    person, message = int(plan.subject["person"]), str(plan.subject["message"])
    if alert is None or alert.acknowledged_at is not None:
        return Skip("acknowledged")
    if not people.roles_of(desk.connection, person):
        return Skip("left")
    if fates.left_by(desk.connection, key=message) not in SILENT:
        return Skip("delivered")
    number = number_of(desk, person)
    if not number:
        return Skip("no_number")
    language = people.language_of(desk.connection, person)
    body = message_body(say(text("alert.nudge")), language=language)
    to, expires_at = ToStranger(CHANNEL, number), desk.now + _LASTS
    desk.put(NewMessage(f"nudge:{message}", "message", Urgency.ALERT, to, body, expires_at))
    detail: Detail = {"alert": alert.id, "person": person}
    desk.record(Act("nudge", "system", None, alert.participant, detail))
    return Send()
