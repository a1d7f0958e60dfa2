"""Keeps the plans of a participant in step with their chart."""

from collections.abc import Iterable
from functools import partial

from bot.language.calendars import add_jalali_months, local
from bot.turn.desk import Desk
from flows.reminders import Hours, Kind, Wanted, plans
from flows.schedule import due_forms, due_visits
from storage import closing, participants, planned, unsent
from storage.outbox import Urgency
from storage.planned import Plan


def hours(desk: Desk) -> Hours:
    study = desk.study
    return Hours(study.trial, study.moment, partial(local, zone=study.zone))


def replan(desk: Desk, participant: int) -> None:
    """Plan what the chart asks for now, and drop what it no longer does."""
    trial, chart = desk.study.trial, participants.chart(desk.connection, participant)
    is_locked = closing.locked_at(desk.connection) is not None
    wanted = (
        []
        if is_locked
        else plans(
            hours(desk),
            chart,
            due_visits(trial, chart, add_jalali_months),
            due_forms(trial, chart, add_jalali_months),
        )
    )
    planned.replace_for(
        desk.connection,
        participant=participant,
        plans=[_plan(participant, it) for it in wanted],
        at=desk.now,
    )


def replan_all(desk: Desk, everyone: Iterable[int]) -> None:
    for participant in everyone:
        replan(desk, participant)


def drop_all(desk: Desk) -> None:
    """The data are locked: nobody is reminded of anything any more."""
    replan_all(desk, participants.everyone(desk.connection))


def reminder_key(plan_id: int) -> str:
    """The key of the message that a plan becomes, so that it becomes one."""
    return f"plan:{plan_id}"


def take_back_visit_reminders(desk: Desk, participant: int, visit: str, reason: str) -> None:
    """What waits for the network must not remind of an appointment that no longer holds."""
    done = planned.done(desk.connection, participant=participant, kind=Kind.VISIT_REMINDER)
    keys = [reminder_key(plan.id) for plan in done if plan.subject["visit"] == visit]
    unsent.cancel(
        desk.connection,
        person_id=participant,
        at=desk.now,
        reason=reason,
        urgencies=(Urgency.REMINDER,),
        only=keys,
    )


def _plan(participant: int, wanted: Wanted) -> Plan:
    """What is due. An appointment made late is not reminded of in the breath that announces it."""
    return Plan(
        _key(wanted),
        wanted.kind.value,
        wanted.due_at,
        participant,
        wanted.subject,
        only_ahead=wanted.kind is Kind.VISIT_REMINDER,
    )


def _key(wanted: Wanted) -> str:
    """A window that closes on another day, as the definition now says, is another plan."""
    if wanted.kind is Kind.CLOSE_FORMS:
        return f"{wanted.key}:{wanted.subject['closes_on']}"
    return wanted.key
