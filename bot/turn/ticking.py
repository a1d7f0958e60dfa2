"""What is due is done: each plan in a turn of its own, decided at its moment.

The scheduler only ticks; after days of downtime the plans that fell due are taken in their order,
and each asks again whether it still makes sense.
"""

from collections.abc import Callable, Mapping
from datetime import date, timedelta

from bot.turn import filling, rating_reminders, unclaimed
from bot.turn.alerting import CHASE_ALERT, chase_alert
from bot.turn.desk import Desk
from bot.turn.following_up import (
    ASK_EVENT,
    ASK_PREGNANCY,
    CHASE_RECEIPT,
    ask_event,
    ask_pregnancy,
    chase_receipt,
)
from bot.turn.looking_over import look_over
from bot.turn.nudging import NUDGE, nudge
from bot.turn.planning import hours, reminder_key
from bot.turn.reads.day import today
from bot.turn.reads.people import is_confirmed
from bot.turn.summary import summary
from flows.chart import Chart
from flows.definition import WEEKDAYS
from flows.instruments import title
from flows.messages import Button, Message, run_button, say
from flows.overview import day_message
from flows.reminders import (
    CLINIC_CLOSED,
    Decision,
    Kind,
    Postpone,
    Send,
    Skip,
    decide_form_reminder,
    decide_visit_reminder,
)
from flows.roles import Role
from flows.text import Text, text
from storage import (
    participants,
    people,
    planned,
    responses,
    sms,
    updates,
)
from storage.outbox import Urgency
from storage.planned import DuePlan, Plan
from storage.responses import FormRow

WEEKLY_SUMMARY = "weekly_summary"
DAY = "day"


def carry_out(desk: Desk, plan: DuePlan) -> None:
    """Do what is due, or keep why it was not done."""
    if not planned.is_planned(desk.connection, plan.id):
        return
    match _STEPS[plan.kind](desk, plan):
        case Send():
            planned.settle(desk.connection, plan_id=plan.id, state="done", at=desk.now)
        case Postpone(until):
            planned.postpone(desk.connection, plan_id=plan.id, until=until, reason="quiet_hours")
        case Skip(reason):
            planned.settle(
                desk.connection, plan_id=plan.id, state="skipped", at=desk.now, reason=reason
            )


def plan_summary(desk: Desk) -> None:
    """Plan the next weekly summary; it is planned once a week, whatever the downtime."""
    rule = desk.study.trial.weekly_summary
    day = desk.today
    while (
        WEEKDAYS[day.weekday()] is not rule.weekday or desk.study.moment(day, rule.at) <= desk.now
    ):
        day += timedelta(days=1)
    key = f"summary:{day.isoformat()}"
    planned.add(desk.connection, Plan(key, WEEKLY_SUMMARY, desk.study.moment(day, rule.at)))


def plan_day(desk: Desk) -> None:
    """Plan the list of the next day on which the clinic is open, for when it opens."""
    if not desk.study.trial.day_at_opening:
        return
    site, day = desk.study.trial.site, desk.today
    while site.is_closed(day) or desk.study.moment(day, site.opens) <= desk.now:
        day += timedelta(days=1)
    opens_at = desk.study.moment(day, site.opens)
    planned.add(desk.connection, Plan(f"day:{day.isoformat()}", DAY, opens_at))


def ask_for_confirmation(desk: Desk) -> None:
    """Tell the PI, once for each definition, that enrolment waits for their confirmation."""
    if is_confirmed(desk):
        return
    button = run_button(text("command.protocol.button"), "protocol")
    for person in people.holders(desk.connection, Role.PI):
        key = f"confirm:{desk.study.definition_hash}:{person}"
        desk.notify(person, say(text("pi.confirm"), buttons=((button,),)), key=key)


def _weekly_summary(desk: Desk, plan: DuePlan) -> Decision:
    """Only the newest of the weeks that fell due during downtime is summed up."""
    plan_summary(desk)
    message = summary(desk)
    for person in people.holders(desk.connection, Role.PI):
        key = f"summary:{desk.study.today(plan.due_at).isoformat()}:{person}"
        desk.notify(person, message, key=key)
    updates.forget_old(desk.connection, at=desk.now)
    sms.forget_orphans(desk.connection, at=desk.now)
    return Send()


def _day(desk: Desk, plan: DuePlan) -> Decision:
    """Today's list to each coordinator; nothing on a quiet day, and nothing of days gone by."""
    plan_day(desk)
    facts = today(desk)
    if facts.is_quiet or desk.study.today(plan.due_at) != desk.today:
        return Send()
    closes_at = desk.study.moment(desk.today, desk.study.trial.site.closes)
    for person in people.holders(desk.connection, Role.COORDINATOR):
        key = f"plan:{plan.id}:{person}"
        desk.notify(person, day_message(facts), key=key, lasts=closes_at - desk.now)
    return Send()


def _visit_reminder(desk: Desk, plan: DuePlan) -> Decision:
    chart = _chart(desk, plan)
    decision = decide_visit_reminder(hours(desk), chart, plan.subject, desk.now)
    if decision == Skip(CLINIC_CLOSED):
        _report_closure(desk, plan, chart)
    if isinstance(decision, Send):
        name = str(plan.subject["visit"])
        booked_at = chart.visit(name).booked_at
        assert booked_at is not None
        day = desk.study.today(booked_at).isoformat()
        buttons = tuple(
            (run_button(text(f"option.coming.{code}"), "coming", name, day, code),)
            for code in ("YES", "NO")
        )
        phone = desk.study.trial.site.clinic_phone
        message = say(text("reminder.visit", at=booked_at, phone=phone), buttons=buttons)
        _remind(desk, plan, message, booked_at - desk.now)
    return decision


def _report_closure(desk: Desk, plan: DuePlan, chart: Chart) -> None:
    """An appointment on a day that was closed after it was made: somebody must call."""
    name = str(plan.subject["visit"])
    button = run_button(text("command.book.button"), "book", chart.code, name)
    told = text("staff.booked_on_closed_day", code=chart.code, visit=text(f"visit.{name}"))
    _tell_coordinators(desk, plan, told, button)


def _remind(desk: Desk, plan: DuePlan, message: Message, lasts: timedelta) -> None:
    """A reminder that cannot leave before the quiet hours does not leave in them."""
    assert plan.participant is not None
    loud = hours(desk).quiet_from(desk.now) - desk.now
    desk.notify(
        plan.participant,
        message,
        key=reminder_key(plan.id),
        urgency=Urgency.REMINDER,
        lasts=min(lasts, loud, timedelta(hours=12)),
    )


def _unbooked(desk: Desk, plan: DuePlan) -> Decision:
    chart, name = _chart(desk, plan), str(plan.subject["visit"])
    visit = chart.visit(name)
    if not chart.is_followed:
        return Skip("left_the_trial")
    if visit.booked_at or visit.attended_on or visit.missed_on:
        return Skip("done")
    button = run_button(text("command.book.button"), "book", chart.code, name)
    told = text("staff.unbooked", code=chart.code, visit=text(f"visit.{name}"))
    _tell_coordinators(desk, plan, told, button)
    return Send()


def _tell_coordinators(desk: Desk, plan: DuePlan, told: Text, button: Button) -> None:
    desk.notify_role(Role.COORDINATOR, say(told, buttons=((button,),)), key=f"plan:{plan.id}")


def _open_forms(desk: Desk, plan: DuePlan) -> Decision:
    chart, subject = _chart(desk, plan), plan.subject
    if not chart.is_followed:
        return Skip("left_the_trial")
    if desk.today > _closes_on(subject):
        _report_late(desk, plan, chart)
        look_over(desk, chart.participant)
        return Skip("closed")
    for instrument in _instruments(subject):
        responses.open_form(
            desk.connection,
            participant=chart.participant,
            instrument=instrument,
            version=desk.study.latest(instrument).version,
            visit=str(subject["visit"]),
            opens_on=date.fromisoformat(str(subject["opens_on"])),
            closes_on=_closes_on(subject),
            at=desk.now,
        )
    return Send()


def _report_late(desk: Desk, plan: DuePlan, chart: Chart) -> None:
    """A date was entered so late that the window has passed: it is reported, not dropped."""
    label = text(f"visit.{plan.subject['visit']}")
    button = run_button(text("command.card.button"), "card", chart.code)
    _tell_coordinators(desk, plan, text("staff.entered_late", code=chart.code, visit=label), button)


def _instruments(subject: Mapping[str, str | int]) -> list[str]:
    return str(subject["instruments"]).split(",")


def _closes_on(subject: Mapping[str, str | int]) -> date:
    return date.fromisoformat(str(subject["closes_on"]))


def _waiting(desk: Desk, plan: DuePlan) -> list[FormRow]:
    """The forms of this matter that are still open."""
    assert plan.participant is not None
    return [
        row
        for row in responses.forms_of(desk.connection, plan.participant)
        if row.visit == plan.subject["visit"]
        and row.instrument in _instruments(plan.subject)
        and row.is_open
    ]


def _form_reminder(desk: Desk, plan: DuePlan) -> Decision:
    chart, waiting = _chart(desk, plan), _waiting(desk, plan)
    decision = decide_form_reminder(
        hours(desk), chart, plan.subject, waiting=bool(waiting), now=desk.now
    )
    if isinstance(decision, Send):
        buttons = tuple((_fill_button(desk, row),) for row in waiting)
        key = "reminder.forms" if plan.subject["day"] == 0 else "reminder.forms_again"
        last = _closes_on(plan.subject)
        _remind(desk, plan, say(text(key, last=last), buttons=buttons), timedelta(days=1))
    return decision


def _fill_button(desk: Desk, row: FormRow) -> Button:
    instrument = desk.study.instruments[row.instrument, row.version]
    return run_button(title(instrument), "fill", row.id)


def _call_list(desk: Desk, plan: DuePlan) -> Decision:
    chart = _chart(desk, plan)
    if not chart.is_followed:
        return Skip("left_the_trial")
    if not _waiting(desk, plan):
        return Skip("done")
    if desk.today > _closes_on(plan.subject):
        return Skip("closed")
    button = run_button(text("command.card.button"), "card", chart.code)
    told = text("staff.call", code=chart.code, last=_closes_on(plan.subject))
    _tell_coordinators(desk, plan, told, button)
    return Send()


def _close_forms(desk: Desk, plan: DuePlan) -> Decision:
    """The window has closed: what was not submitted stays as it is, with that reason."""
    for row in _waiting(desk, plan):
        filling.close(desk, row, "window_closed")
    return Send()


def _look_over(desk: Desk, plan: DuePlan) -> Decision:
    assert plan.participant is not None
    look_over(desk, plan.participant)
    return Send()


def _chart(desk: Desk, plan: DuePlan) -> Chart:
    assert plan.participant is not None
    return participants.chart(desk.connection, plan.participant)


_STEPS: Mapping[str, Callable[[Desk, DuePlan], Decision]] = {
    Kind.VISIT_REMINDER: _visit_reminder,
    Kind.UNBOOKED: _unbooked,
    Kind.OPEN_FORMS: _open_forms,
    Kind.FORM_REMINDER: _form_reminder,
    Kind.CALL_LIST: _call_list,
    Kind.CLOSE_FORMS: _close_forms,
    Kind.RATING_REMINDER: rating_reminders.remind,
    Kind.RATING_OVERDUE: rating_reminders.overdue,
    rating_reminders.FURTHER_REMINDER: rating_reminders.remind,
    rating_reminders.FURTHER_OVERDUE: rating_reminders.overdue,
    Kind.LOOK_OVER: _look_over,
    WEEKLY_SUMMARY: _weekly_summary,
    DAY: _day,
    CHASE_ALERT: chase_alert,
    NUDGE: nudge,
    ASK_EVENT: ask_event,
    ASK_PREGNANCY: ask_pregnancy,
    CHASE_RECEIPT: chase_receipt,
    unclaimed.UNCLAIMED: unclaimed.report,
}
