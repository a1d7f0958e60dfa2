"""What a day asks of the coordinator, from definition and charts; nothing here writes a word."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta

from flows.chart import Chart, VisitChart
from flows.definition import Trial, Visit
from flows.facts.day import CallReason, Need, Unbooked
from flows.facts.participants import FormState
from flows.schedule import Due

ClinicDay = Callable[[datetime], date]
# A web page rings no bell, so nobody is reminded there.
SILENT = frozenset({None, "web"})


def visits_on(
    trial: Trial, chart: Chart, day: date, clinic_day: ClinicDay
) -> Iterator[tuple[Visit, VisitChart]]:
    """The visits booked for this day by somebody who is still followed, or not yet randomized."""
    if not chart.counts_for_target:
        return
    for visit in trial.visits:
        at_visit = chart.visit(visit.name)
        booked_at = at_visit.booked_at
        if booked_at is not None and clinic_day(booked_at) == day and at_visit.missed_on is None:
            yield visit, at_visit


def needs(
    visit: Visit,
    at_visit: VisitChart,
    chart: Chart,
    forms: Sequence[FormState],
    rated: Collection[str],
) -> tuple[Need, ...]:
    """What is still to be done at a visit, in the order in which it is done. `rated` names the
    visits that no rating is waited for."""
    open_forms = any(form.is_open and form.visit == visit.name for form in forms)
    wanted = {
        Need.PHOTOGRAPHS: visit.photographs and at_visit.photographed_on is None,
        Need.RATING: visit.rating is not None and visit.name not in rated,
        Need.SESSION: visit.session is not None
        and at_visit.session_on is None
        and (chart.is_treated or chart.randomized_on is None),
        Need.FORMS: open_forms,
    }
    return tuple(need for need, is_wanted in wanted.items() if is_wanted)


def unbooked(trial: Trial, chart: Chart, due: Mapping[str, Due], today: date) -> Unbooked | None:
    """The first visit that is near, or over, and neither booked nor known to be missed."""
    if not chart.is_followed:
        return None
    near = today + timedelta(days=trial.reminders.unbooked_days_before)
    for name, it in due.items():
        visit = chart.visit(name)
        if visit.booked_at or visit.attended_on or visit.missed_on or it.due_on > near:
            continue
        return Unbooked(chart.code, name, it.opens_on, it.closes_on)
    return None


def call(
    trial: Trial,
    chart: Chart,
    forms: Sequence[FormState],
    reached_on: str | None,
    today: date,
    clinic_day: ClinicDay,
    *,
    stuck: bool = False,
) -> tuple[CallReason, date] | None:
    """Why this participant is to be phoned today, and until when; whoever was phoned rests."""
    if not chart.is_followed or chart.called_on == today:
        return None
    if stuck:
        return CallReason.STUCK, today
    late = timedelta(days=trial.reminders.call_list_day)
    for form in forms:
        if form.is_open and form.opens_on + late <= today and form.closes_on is not None:
            return CallReason.FORM, form.closes_on
    if chart.gets_messages and reached_on not in SILENT:
        return None
    soon = today + timedelta(days=trial.reminders.visit_days_before)
    for visit in chart.visits.values():
        waits = visit.attended_on is None and visit.missed_on is None and visit.confirmed is None
        if visit.booked_at is not None and waits and today <= clinic_day(visit.booked_at) <= soon:
            return CallReason.VISIT, clinic_day(visit.booked_at)
    return None
