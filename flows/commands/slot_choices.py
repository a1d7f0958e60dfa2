"""Moments to tap, in a question and in messages. Each says which appointment it takes the place of,
so that a tap which comes after somebody else's changes nothing."""

from datetime import time

from flows.chart import Chart
from flows.commands.command import Circumstances
from flows.forms import Option, moment_code
from flows.schedule import Due
from flows.slots import Appointment, Diary, LastVisit, Slot, quick_choices
from flows.text import Text, text

MOST_CHOICES = 6


def diary(booked: tuple[Appointment, ...], chart: Chart, visit: str, given: Circumstances) -> Diary:
    """Everybody's appointments but the one of this visit, which is given up for the new one."""
    others = tuple(it for it in booked if (it.code, it.visit) != (chart.code, visit))
    standing = chart.visit(visit).booked_at
    not_on = None if standing is None else given.clinic_day(standing)
    return Diary(given.trial.site, given.at_clinic, given.now, others, not_on)


def choices_of(
    found: Diary, chart: Chart, visit: str, due: Due | None, given: Circumstances, most: int
) -> tuple[Option, ...]:
    """The quick choices for a visit, at the hour of the appointment that is moved, if one is."""
    last, instead_of = _last_visit(chart, given), chart.visit(visit).booked_at
    hour = given.trial.site.opens if last is None else last.hour
    if instead_of is not None:
        hour = given.clinic_hour(instead_of)
    slots = quick_choices(found, given.today, due, last, hour, most)
    return tuple(
        Option(moment_code(slot.at, instead_of), _label(slot, last, given)) for slot in slots
    )


def _label(slot: Slot, last: LastVisit | None, given: Circumstances) -> Text:
    if last is None or not slot.is_weeks_after:
        return text("slot.at", at=slot.at)
    key = "slot.weeks_ahead" if last.on == given.today else "slot.weeks_after"
    return text(key, at=slot.at)


def _last_visit(chart: Chart, given: Circumstances) -> LastVisit | None:
    """Without an appointment, the hour of a visit of today is the hour it is now."""
    kept = [visit for visit in chart.visits.values() if visit.attended_on is not None]
    last = max(kept, key=lambda visit: str(visit.attended_on), default=None)
    if last is None or last.attended_on is None:
        return None
    if last.booked_at is not None:
        return LastVisit(last.attended_on, given.clinic_hour(last.booked_at))
    is_today = last.attended_on == given.today
    return LastVisit(last.attended_on, _now(given) if is_today else given.trial.site.opens)


def _now(given: Circumstances) -> time:
    """The hour it is, as appointments begin."""
    now, step = given.clinic_hour(given.now), min(given.trial.site.visit_minutes, 60)
    return time(now.hour, now.minute // step * step)
