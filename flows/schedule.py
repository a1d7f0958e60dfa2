"""When visits and questionnaires are due, from the definition and one participant's chart.

The calendar comes in as an argument: a month is the same day of the next Jalali month, or its last
day. A visit that is missed hands on its planned date to whatever hangs on it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from flows.chart import Chart
from flows.definition import Site, Trial, Visit

AddMonths = Callable[[date, int], date]


@dataclass(frozen=True, slots=True)
class Due:
    """A visit with its window: `opens_on` and `closes_on` are its first and last day."""

    visit: Visit
    opens_on: date
    due_on: date
    closes_on: date

    def days_outside(self, on: date) -> int:
        """How many days before the window (below 0) or after it (above 0); 0 within it."""
        if on < self.opens_on:
            return (on - self.opens_on).days
        return max((on - self.closes_on).days, 0)

    def is_closed_throughout(self, site: Site) -> bool:
        """Whether the clinic is open on no day of the window: Nowruz outlasts it, say."""
        days = range((self.closes_on - self.opens_on).days + 1)
        return all(site.is_closed(self.opens_on + timedelta(days=day)) for day in days)


@dataclass(frozen=True, slots=True)
class FormDue:
    """A questionnaire of the participant and the days on which it can be answered."""

    instrument: str
    visit: str
    opens_on: date
    closes_on: date


def due_visits(trial: Trial, chart: Chart, add_months: AddMonths) -> Mapping[str, Due]:
    """The visits after the baseline with their dates; none before the first session is done."""
    due: dict[str, Due] = {}
    for visit in trial.visits[1:]:
        anchor = _anchor(trial, chart, due, visit.after_session)
        if anchor is not None:
            due[visit.name] = _window(visit, add_months(anchor, visit.months))
    return due


def _anchor(trial: Trial, chart: Chart, due: Mapping[str, Due], session: int) -> date | None:
    """The day of the session, or the day it is planned for.

    The first session is planned for the day of randomization; it counts as soon as it is known that
    it will not be given.
    """
    visit = trial.visit_of_session(session)
    if visit is None:
        return None
    at_visit, planned = chart.visit(visit.name), due.get(visit.name)
    if at_visit.session_on is not None:
        return at_visit.session_on
    if planned is not None:
        return planned.due_on
    given_up = at_visit.missed_on is not None or not chart.is_treated
    return chart.randomized_on if given_up else None


def _window(visit: Visit, due_on: date) -> Due:
    return Due(
        visit,
        due_on - timedelta(days=visit.days_before),
        due_on,
        due_on + timedelta(days=visit.days_after),
    )


def first_session_late_by(trial: Trial, chart: Chart, on: date) -> int:
    """By how many days a first session on this day comes after the last one allowed."""
    if chart.randomized_on is None:
        return 0
    waited = (on - chart.randomized_on).days
    return max(waited - trial.eligibility.session_1_within_days, 0)


def due_forms(trial: Trial, chart: Chart, add_months: AddMonths) -> list[FormDue]:
    """The participant's questionnaires: of visits, and the safety check after each session."""
    scheduled = [
        FormDue(instrument, due.visit.name, due.due_on, due.closes_on)
        for due in due_visits(trial, chart, add_months).values()
        for instrument in due.visit.opens_forms
    ]
    return scheduled + _safety_checks(trial, chart)


def _safety_checks(trial: Trial, chart: Chart) -> list[FormDue]:
    check = trial.safety_check
    if check is None:
        return []
    done = [
        (visit.name, session_on)
        for visit in trial.visits
        if (session_on := chart.visit(visit.name).session_on) is not None
    ]
    return [
        FormDue(check.instrument, name, opens_on, opens_on + timedelta(days=check.window_days))
        for name, session_on in done
        for opens_on in [session_on + timedelta(days=check.days_after_session)]
    ]


def next_step_before_randomization(trial: Trial, chart: Chart) -> str | None:
    """What is still missing before an envelope may be opened, in its order; else None."""
    steps = (
        (chart.consented_on is not None, "consent"),
        (chart.eligibility_answered, "eligibility"),
        (chart.eligibility_confirmed, "eligibility_confirmed"),
        (chart.reference_recorded, "reference"),
        (chart.visit(trial.baseline.name).photographed_on is not None, "photographs"),
        (chart.clinician is not None, "clinician"),
    )
    return next((step for done, step in steps if not done), None)
