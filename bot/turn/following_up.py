"""What is open is asked about again, and what the PI must know of is chased until acknowledged.

Nothing here names a term or a word of an event to anybody but clinicians.
"""

from datetime import datetime, timedelta

from bot.turn.clinicians import clinician_of, tell_clinicians
from bot.turn.desk import Desk
from bot.turn.planning import hours
from flows.adverse_events import Event, asked_after, receipt_after
from flows.commands.about_event import event_button
from flows.commands.events import receipt_button
from flows.messages import Button, Message, run_button, say
from flows.pregnancies import Pregnancy
from flows.reminders import Decision, Send, Skip
from flows.roles import Role
from flows.text import Text, text
from storage import adverse_events, participants, planned, pregnancies
from storage.outbox import Urgency
from storage.planned import DuePlan, Plan

ASK_EVENT = "ask_event"
ASK_PREGNANCY = "ask_pregnancy"
CHASE_RECEIPT = "chase_receipt"


def plan_asking(desk: Desk, event: Event, times: int = 0) -> None:
    """Ask about an open event again; when nothing is done, in waits that double."""
    wait = asked_after(desk.study.trial.safety, event) if times == 0 else _overdue(desk, times)
    subject = {"event": event.id, "version": event.version, "times": times}
    key = f"event:{event.id}:{event.version}:{times}"
    planned.add(desk.connection, Plan(key, ASK_EVENT, _when_open(desk, wait), subject=subject))


def plan_asking_of_pregnancy(desk: Desk, pregnancy: Pregnancy, times: int = 0) -> None:
    days = timedelta(days=desk.study.trial.safety.pregnancy_days)
    wait = days if times == 0 else _overdue(desk, times)
    version = len(pregnancy.followed)
    subject = {"pregnancy": pregnancy.id, "version": version, "times": times}
    key = f"pregnancy:{pregnancy.id}:{version}:{times}"
    plan = Plan(key, ASK_PREGNANCY, _when_open(desk, wait), subject=subject)
    planned.add(desk.connection, plan)


def _overdue(desk: Desk, times: int) -> timedelta:
    return timedelta(days=desk.study.trial.safety.overdue_days) * 2.0 ** (times - 1)


def _when_open(desk: Desk, wait: timedelta) -> datetime:
    """When the clinic opens, on the first open day after so many days."""
    on = hours(desk).next_open_day(desk.study.today(desk.now + wait))
    return desk.study.moment(on, desk.study.trial.site.opens)


def ask_event(desk: Desk, plan: DuePlan) -> Decision:
    event = adverse_events.get(desk.connection, int(plan.subject["event"]))
    times = int(plan.subject["times"])
    if not event.is_open or event.version != plan.subject["version"]:
        return Skip("done")
    plan_asking(desk, event, times + 1)
    code = participants.code_of(desk.connection, event.participant)
    name = "follow_up_event" if event.versions else "assess_event"
    asked = text(f"event.ask_{name}", event=event.code, code=code, term=event.term.label)
    _ask(desk, plan, event.participant, asked, *_event_buttons(event, code))
    if times:
        overdue = say(text("event.overdue", event=event.code, code=code))
        desk.notify_role(Role.PI, overdue, key=f"overdue:{plan.id}")
    return Send()


def ask_pregnancy(desk: Desk, plan: DuePlan) -> Decision:
    pregnancy = pregnancies.get(desk.connection, int(plan.subject["pregnancy"]))
    times = int(plan.subject["times"])
    if not pregnancy.is_open or len(pregnancy.followed) != plan.subject["version"]:
        return Skip("done")
    plan_asking_of_pregnancy(desk, pregnancy, times + 1)
    code = participants.code_of(desk.connection, pregnancy.participant)
    asked = text("pregnancy.ask", pregnancy=pregnancy.code, code=code)
    label = text("pregnancy.button", pregnancy=pregnancy.code)
    _ask(desk, plan, pregnancy.participant, asked, run_button(label, "pregnancy", code))
    if times:
        overdue = say(text("event.overdue", event=pregnancy.code, code=code))
        desk.notify_role(Role.PI, overdue, key=f"overdue:{plan.id}")
    return Send()


def _event_buttons(event: Event, code: str) -> tuple[Button, ...]:
    if event.version == 0:
        return (event_button("assess_event", code, event),)
    follow = event_button("follow_up_event", code, event)
    return (follow, event_button("close_event", code, event))


def _ask(desk: Desk, plan: DuePlan, participant: int, asked: Text, *buttons: Button) -> None:
    """Ask the clinician; where there is none, whoever gets this names one first."""
    rows = [buttons]
    if clinician_of(desk, participant) is None:
        code = participants.code_of(desk.connection, participant)
        rows.append((run_button(text("command.assign.button"), "assign", code),))
    tell_clinicians(desk, participant, say(asked, buttons=tuple(rows)), key=f"asked:{plan.id}")


def chase_receipt_of(desk: Desk, about: str, number: int, version: int, times: int = 0) -> None:
    """Chase the PI at half the deadline, at its end, and in waits that double."""
    rule = desk.study.trial.safety
    already = receipt_after(rule, times - 1) if times else timedelta(0)
    due_at = desk.now + receipt_after(rule, times) - already
    subject: dict[str, str | int] = {
        "about": about,
        "id": number,
        "version": version,
        "times": times,
    }
    key = f"receipt:{about}:{number}:{version}:{times}"
    planned.add(desk.connection, Plan(key, CHASE_RECEIPT, due_at, subject=subject))


def chase_receipt(desk: Desk, plan: DuePlan) -> Decision:
    """Tell the PI again; once the deadline is over, the clinician and the administrators too."""
    about, number = str(plan.subject["about"]), int(plan.subject["id"])
    version, times = int(plan.subject["version"]), int(plan.subject["times"])
    waiting = _waiting(desk, about, number)
    if waiting is None:
        return Skip("acknowledged")
    code = participants.code_of(desk.connection, waiting.participant)
    chase_receipt_of(desk, about, number, version, times + 1)
    told = text("event.not_received", event=waiting.code, code=code)
    message = say(told, buttons=((receipt_button(code, waiting.code),),))
    key = f"receipt:{plan.id}"
    desk.notify_role(Role.PI, message, key=key, urgency=Urgency.ALERT)
    if times:
        _tell_of_deadline(desk, waiting, code, key)
    return Send()


def _waiting(desk: Desk, about: str, number: int) -> Event | Pregnancy | None:
    """What the PI has not acknowledged yet."""
    if about == "event":
        event = adverse_events.get(desk.connection, number)
        return event if event.awaits_receipt else None
    pregnancy = pregnancies.get(desk.connection, number)
    return None if pregnancy.received else pregnancy


def _tell_of_deadline(desk: Desk, waiting: Event | Pregnancy, code: str, key: str) -> None:
    late: Message = say(
        text(
            "event.deadline_over",
            event=waiting.code,
            code=code,
            hours=desk.study.trial.safety.serious_hours,
        )
    )
    desk.notify_role(Role.ADMINISTRATOR, late, key=f"{key}:administrator", urgency=Urgency.ALERT)
    tell_clinicians(desk, waiting.participant, late, key=f"{key}:clinician", urgency=Urgency.ALERT)
