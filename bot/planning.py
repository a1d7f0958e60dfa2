"""Keeps the plans of a participant in step with their chart."""

from functools import partial

from bot.calendars import add_jalali_months, local
from bot.desk import Desk
from flows.reminders import Hours, Wanted, plans
from flows.schedule import due_forms, due_visits
from storage import participants, planned
from storage.planned import Plan


def hours(desk: Desk) -> Hours:
    study = desk.study
    return Hours(study.trial, study.moment, partial(local, zone=study.zone))


def replan(desk: Desk, participant: int) -> None:
    """Plan what the chart asks for now, and drop what it no longer does."""
    trial, chart = desk.study.trial, participants.chart(desk.connection, participant)
    wanted = plans(
        hours(desk),
        chart,
        due_visits(trial, chart, add_jalali_months),
        due_forms(trial, chart, add_jalali_months),
    )
    planned.replace_for(
        desk.connection,
        participant=participant,
        plans=[_plan(participant, it) for it in wanted],
        at=desk.now,
    )


def _plan(participant: int, wanted: Wanted) -> Plan:
    return Plan(wanted.key, wanted.kind.value, wanted.due_at, participant, wanted.subject)
