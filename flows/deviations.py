"""Protocol deviations: what did not go as the definition says. Each is recorded once, by its key.

Only what happened counts: an appointment outside the window is none before somebody came. A part of
a visit on the same day as the visit is the same deviation.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from flows.chart import Milestone, VisitChart
from flows.course import Course
from flows.schedule import Due, first_session_late_by


class DeviationKind(StrEnum):
    OUT_OF_WINDOW = "out_of_window"
    SESSION_LATE = "session_late"
    VISIT_MISSED = "visit_missed"
    FORM_NOT_ANSWERED = "form_not_answered"
    PHOTOGRAPHS_MISSING = "photographs_missing"
    SESSION_MISSING = "session_missing"
    RATING_LATE = "rating_late"
    NOT_ELIGIBLE = "not_eligible"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Deviation:
    """`told_by`: the milestones of the visit whose reason, if one was given, is the reason."""

    key: str
    kind: DeviationKind
    on: date
    visit: str | None = None
    detail: Mapping[str, str] = field(default_factory=dict)
    told_by: frozenset[Milestone] = frozenset()


_WITH_REASON = frozenset(
    {Milestone.BOOKED, Milestone.ATTENDED, Milestone.PHOTOGRAPHED, Milestone.SESSION_DONE}
)


def deviations(course: Course) -> Iterator[Deviation]:
    """Every deviation there is in the course of somebody who is followed."""
    if not course.chart.is_followed:
        return
    yield from _not_eligible(course)
    yield from _first_session(course)
    yield from _unanswered(course)
    for visit in course.trial.visits:
        at_visit = course.chart.visit(visit.name)
        yield from _missed(visit.name, at_visit)
        if (due := course.due.get(visit.name)) is not None:
            yield from _out_of_window(course, due, at_visit)
            yield from _incomplete(course, due, at_visit)
        if visit.rating is not None:
            yield from _rating_late(course, visit.name, at_visit)


def _not_eligible(course: Course) -> Iterator[Deviation]:
    """Found when what the allocation rested on was taken back and filled in anew."""
    chart = course.chart
    if chart.excluded and chart.randomized_on is not None:
        yield Deviation("not_eligible", DeviationKind.NOT_ELIGIBLE, chart.randomized_on)


def _first_session(course: Course) -> Iterator[Deviation]:
    first = course.trial.visit_of_session(1)
    at_visit = None if first is None else course.chart.visit(first.name)
    if first is None or at_visit is None or at_visit.session_on is None:
        return
    late = first_session_late_by(course.trial, course.chart, at_visit.session_on)
    if late:
        yield Deviation(
            f"session_late:{first.name}:{at_visit.session_on.isoformat()}",
            DeviationKind.SESSION_LATE,
            at_visit.session_on,
            first.name,
            {"days": str(late), **_why(at_visit)},
            frozenset({Milestone.SESSION_DONE}),
        )


def _why(visit: VisitChart) -> dict[str, str]:
    return {} if visit.outside is None else {"why": visit.outside}


def _missed(name: str, visit: VisitChart) -> Iterator[Deviation]:
    if visit.missed_on is not None:
        yield Deviation(
            f"visit_missed:{name}:{visit.missed_on.isoformat()}",
            DeviationKind.VISIT_MISSED,
            visit.missed_on,
            name,
            told_by=frozenset({Milestone.MISSED}),
        )


def _out_of_window(course: Course, due: Due, visit: VisitChart) -> Iterator[Deviation]:
    """By day: the first of the visit and its parts names what happened on it."""
    seen: set[date] = set()
    for milestone, on in (
        (Milestone.ATTENDED, visit.attended_on),
        (Milestone.PHOTOGRAPHED, visit.photographed_on),
        (Milestone.SESSION_DONE, visit.session_on),
    ):
        if on is None or on in seen or due.days_outside(on) == 0:
            continue
        seen.add(on)
        closed = {"why": "CLOSURE"} if due.is_closed_throughout(course.trial.site) else {}
        days = str(due.days_outside(on))
        yield Deviation(
            f"out_of_window:{due.visit.name}:{on.isoformat()}",
            DeviationKind.OUT_OF_WINDOW,
            on,
            due.visit.name,
            {"milestone": milestone.value, "days": days, **closed, **_why(visit)},
            _WITH_REASON,
        )


def _incomplete(course: Course, due: Due, visit: VisitChart) -> Iterator[Deviation]:
    """Parts of a visit may follow it until its window closes, and be entered some days later."""
    came_on, name = visit.attended_on, due.visit.name
    if came_on is None:
        return
    last = max(due.closes_on, came_on)
    if last + timedelta(days=course.trial.reminders.entry_days) >= course.today:
        return
    if due.visit.photographs and visit.photographed_on is None:
        kind = DeviationKind.PHOTOGRAPHS_MISSING
        yield Deviation(f"photographs_missing:{name}", kind, last, name)
    if course.session_wanted_by(due.visit) is not None:
        yield Deviation(f"session_missing:{name}", DeviationKind.SESSION_MISSING, last, name)


def _rating_late(course: Course, name: str, visit: VisitChart) -> Iterator[Deviation]:
    on = visit.attended_on or visit.photographed_on
    if on is None or name in course.rated:
        return
    late_on = on + timedelta(days=course.trial.reminders.rating_escalates_on_day)
    if late_on <= course.today:
        yield Deviation(f"rating_late:{name}", DeviationKind.RATING_LATE, late_on, name)


def _unanswered(course: Course) -> Iterator[Deviation]:
    for it in course.unanswered:
        yield Deviation(
            f"form_not_answered:{it.visit}:{it.instrument}",
            DeviationKind.FORM_NOT_ANSWERED,
            it.closes_on,
            it.visit,
            {"form": it.title.key},
        )
