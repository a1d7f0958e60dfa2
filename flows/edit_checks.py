"""Edit checks: what is missing, late, implausible or contradictory in a participant's record.

A rule yields the facts that it finds, each with a mark that names it within the rule, by its days
where these say what is asked: a query is raised once a mark, and closed by the software when the
rule finds it no longer. No rule looks at a rating, an arm or a free text.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from flows.chart import VisitChart
from flows.course import Course, Filled
from flows.queries import QueryKind
from flows.schedule import first_session_late_by
from flows.text import Param, Text, text

Facts = Iterator[tuple[str, Mapping[str, Param]]]


@dataclass(frozen=True, slots=True)
class Rule:
    """Worded by `query.rule.<id>`, with the parameters of each fact."""

    id: str
    kind: QueryKind
    finds: Callable[[Course], Facts]


@dataclass(frozen=True, slots=True)
class Finding:
    key: str
    kind: QueryKind
    subject: Text


def findings(course: Course) -> Iterator[Finding]:
    for rule in RULES:
        for mark, about in rule.finds(course):
            yield Finding(f"{rule.id}:{mark}", rule.kind, text(f"query.rule.{rule.id}", **about))


def _visits(course: Course) -> Iterator[tuple[str, VisitChart, Text]]:
    for visit in course.trial.visits:
        yield visit.name, course.chart.visit(visit.name), text(f"visit.{visit.name}")


def _days(visit: VisitChart) -> list[date]:
    happened = (visit.attended_on, visit.photographed_on, visit.session_on)
    return [on for on in happened if on is not None]


def _form_unanswered(course: Course) -> Facts:
    for it in course.unanswered:
        visit = text(f"visit.{it.visit}")
        about: dict[str, Param] = {"form": it.title, "visit": visit, "last": it.closes_on}
        yield f"{it.visit}:{it.instrument}", about


def _taken_back(course: Course) -> Facts:
    """What an allocation rests on was taken back after it, and is not filled in anew."""
    chart = course.chart
    for step, stands in (
        ("eligibility", chart.eligibility_answered),
        ("eligibility_confirmed", chart.eligibility_confirmed or chart.excluded),
        ("reference", chart.reference_recorded),
    ):
        if not stands:
            yield step, {"step": text(f"step.{step}")}


def _photographs_missing(course: Course) -> Facts:
    for visit in course.trial.visits:
        at_visit = course.chart.visit(visit.name)
        came_on = at_visit.attended_on
        is_missing = visit.photographs and at_visit.photographed_on is None
        if is_missing and came_on is not None and came_on < course.today:
            label = text(f"visit.{visit.name}")
            yield f"{visit.name}:{came_on}", {"visit": label, "on": came_on}


def _session_unrecorded(course: Course) -> Facts:
    for visit in course.trial.visits:
        by = course.session_wanted_by(visit)
        if by is not None and by < course.today:
            yield f"{visit.name}:{by}", {"visit": text(f"visit.{visit.name}"), "by": by}


def _visit_unrecorded(course: Course) -> Facts:
    """The window is over, and an appointment after it too, and nobody said what became of it."""
    for name, due in course.due.items() if not course.is_lost else ():
        visit = course.chart.visit(name)
        booked_on = None if visit.booked_at is None else course.clinic_day(visit.booked_at)
        ends_on = max(due.closes_on, booked_on or due.closes_on)
        if not _days(visit) and visit.missed_on is None and ends_on < course.today:
            yield f"{name}:{ends_on}", {"visit": text(f"visit.{name}"), "last": ends_on}


def _late_without_reason(course: Course) -> Facts:
    for name, visit, label in _visits(course):
        due = course.due.get(name)
        if visit.outside is not None or due is None:
            continue
        outside = [on for on in _days(visit) if due.days_outside(on)]
        if outside and not due.is_closed_throughout(course.trial.site):
            window: dict[str, Param] = {"first": due.opens_on, "last": due.closes_on}
            yield f"{name}:{outside[0]}", {"visit": label, "on": outside[0], **window}


def _first_session_late(course: Course) -> Facts:
    first = course.trial.visit_of_session(1)
    if first is None:
        return
    visit = course.chart.visit(first.name)
    if visit.session_on is None or visit.outside is not None:
        return
    late = first_session_late_by(course.trial, course.chart, visit.session_on)
    if late:
        yield str(visit.session_on), {"on": visit.session_on, "days": late}


def _session_on_another_day(course: Course) -> Facts:
    """The first session may follow its visit by some days; any other belongs to the day."""
    for name, visit, label in _visits(course):
        if name == course.trial.baseline.name or visit.session_on is None:
            continue
        if visit.attended_on is not None and visit.attended_on != visit.session_on:
            about: dict[str, Param] = {"on": visit.session_on, "came_on": visit.attended_on}
            mark = f"{name}:{visit.attended_on}:{visit.session_on}"
            yield mark, {"visit": label, **about}


def _photographed_after_session(course: Course) -> Facts:
    """Photographs come before the session of their visit: what they show is rated."""
    for name, visit, label in _visits(course):
        if visit.photographed_on is None or visit.session_on is None:
            continue
        if visit.photographed_on > visit.session_on:
            about: dict[str, Param] = {"on": visit.photographed_on, "session_on": visit.session_on}
            mark = f"{name}:{visit.photographed_on}:{visit.session_on}"
            yield mark, {"visit": label, **about}


def _before_consent(course: Course) -> Facts:
    consented_on = course.chart.consented_on
    for name, visit, label in _visits(course):
        early = [on for on in _days(visit) if consented_on is not None and on < consented_on]
        if early and consented_on is not None:
            about: dict[str, Param] = {"on": early[0], "consented_on": consented_on}
            yield f"{name}:{early[0]}", {"visit": label, **about}


def _first_treated_on(course: Course) -> date | None:
    sessions = [visit.session_on for _, visit, _ in _visits(course) if visit.session_on]
    return min(sessions, default=None)


def _longer_than_treatment(course: Course) -> Facts:
    """A side effect that lasted longer than there has been treatment."""
    began_on, checks = _first_treated_on(course), course.trial.edit_checks
    if began_on is None or checks is None:
        return
    for filled in _reports(course):
        form, most = filled.form, max((filled.submitted_on - began_on).days, 0)
        for item, days in filled.answers.items():
            is_counted = item.split(".")[-1] == checks.days_item
            if is_counted and isinstance(days, int) and days > most:
                about: dict[str, Param] = {"days": days, "most": most}
                yield f"{form.form_id}:{item}", {"form": form.title, **about}


def _reports(course: Course) -> list[Filled]:
    report = course.trial.side_effect_report
    return [it for it in course.filled if it.form.instrument == report]


def _no_problem_but_alert(course: Course) -> Facts:
    """The check after a session says that nothing happened, and an alert or a report of the same
    days says otherwise."""
    check = course.trial.safety_check
    for filled in course.filled:
        visit = filled.form.visit
        if check is None or filled.form.instrument != check.instrument or visit is None:
            continue
        session_on = course.chart.visit(visit).session_on
        if session_on is None or not _said_no_problem(course, filled):
            continue
        told_on = [*course.alerted_on, *(it.submitted_on for it in _told(course))]
        same = [on for on in told_on if session_on <= on <= filled.submitted_on]
        if same:
            label = text(f"visit.{visit}")
            yield visit, {"visit": label, "on": filled.submitted_on, "told_on": same[0]}


def _told(course: Course) -> list[Filled]:
    return [it for it in _reports(course) if it.form.visit is None]


def _said_no_problem(course: Course, filled: Filled) -> bool:
    checks = course.trial.edit_checks
    if checks is None:
        return False
    return filled.answers.get(checks.no_problem_item) == checks.no_problem_code


RULES = (
    Rule("form_unanswered", QueryKind.MISSING, _form_unanswered),
    Rule("taken_back", QueryKind.MISSING, _taken_back),
    Rule("photographs_missing", QueryKind.MISSING, _photographs_missing),
    Rule("session_unrecorded", QueryKind.MISSING, _session_unrecorded),
    Rule("visit_unrecorded", QueryKind.MISSING, _visit_unrecorded),
    Rule("late_without_reason", QueryKind.LATE, _late_without_reason),
    Rule("first_session_late", QueryKind.LATE, _first_session_late),
    Rule("session_on_another_day", QueryKind.CONTRADICTORY, _session_on_another_day),
    Rule("photographed_after_session", QueryKind.CONTRADICTORY, _photographed_after_session),
    Rule("before_consent", QueryKind.CONTRADICTORY, _before_consent),
    Rule("longer_than_treatment", QueryKind.IMPLAUSIBLE, _longer_than_treatment),
    Rule("no_problem_but_alert", QueryKind.CONTRADICTORY, _no_problem_but_alert),
)
