"""When people are reminded, and whether a reminder still makes sense at its moment.

`plans` says what is due for a participant, from the definition and their chart; `decide` is asked
again when the moment has come. Visit reminders shift earlier when their hour is not allowed, others
later. Nothing here writes a word or reads a clock.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from flows.chart import Chart
from flows.definition import Trial, Visit
from flows.readings import over_on, took_place_on
from flows.schedule import Due, FormDue

CLINIC_CLOSED = "clinic_closed"

AtClinic = Callable[[date, time], datetime]
LocalTime = Callable[[datetime], datetime]


class Kind(StrEnum):
    VISIT_REMINDER = "visit_reminder"
    UNBOOKED = "unbooked"
    OPEN_FORMS = "open_forms"
    FORM_REMINDER = "form_reminder"
    CALL_LIST = "call_list"
    CLOSE_FORMS = "close_forms"
    RATING_DUE = "rating_due"
    RATING_REMINDER = "rating_reminder"
    RATING_OVERDUE = "rating_overdue"
    LOOK_OVER = "look_over"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Something due at a moment. `key` names the fact that it hangs on."""

    key: str
    kind: Kind
    due_at: datetime
    subject: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Hours:
    """When reminders may leave: outside quiet hours; and when the clinic is closed."""

    trial: Trial
    at_clinic: AtClinic
    local: LocalTime

    def is_quiet(self, at: datetime) -> bool:
        quiet, clock = self.trial.quiet_hours, self.local(at).time()
        if quiet.begin <= quiet.end:
            return quiet.begin <= clock < quiet.end
        return clock >= quiet.begin or clock < quiet.end

    def next_allowed(self, at: datetime) -> datetime:
        """The first moment from `at` on that is not quiet."""
        if not self.is_quiet(at):
            return at
        day, end = self.local(at).date(), self.trial.quiet_hours.end
        today = self.at_clinic(day, end)
        return today if today >= at else self.at_clinic(day + timedelta(days=1), end)

    def last_allowed(self, at: datetime) -> datetime:
        """The last moment up to `at` that is not quiet: an hour before the quiet hours begin."""
        if not self.is_quiet(at):
            return at
        day, begin = self.local(at).date(), self.trial.quiet_hours.begin
        if self.local(at).time() < begin:
            day -= timedelta(days=1)
        return self.at_clinic(day, begin) - timedelta(hours=1)

    def quiet_from(self, at: datetime) -> datetime:
        """The first moment after `at` at which quiet hours begin."""
        day, begin = self.local(at).date(), self.trial.quiet_hours.begin
        today = self.at_clinic(day, begin)
        return today if today > at else self.at_clinic(day + timedelta(days=1), begin)

    def next_open_day(self, on: date) -> date:
        while self.trial.site.is_closed(on):
            on += timedelta(days=1)
        return on


def plans(
    hours: Hours, chart: Chart, due: Mapping[str, Due], forms: Sequence[FormDue]
) -> list[Wanted]:
    """All that is due for a participant who is still followed."""
    if not chart.is_followed:
        return []
    return [
        *_visit_reminders(hours, chart),
        *_unbooked(hours, chart, due),
        *_forms(hours, chart, forms),
        *_ratings(hours, chart, due),
        *_looking_over(hours, chart, due),
    ]


def _visit_reminders(hours: Hours, chart: Chart) -> Iterator[Wanted]:
    rule = hours.trial.reminders
    for name, visit in chart.visits.items():
        at = visit.booked_at
        if at is None or visit.attended_on is not None or visit.missed_on is not None:
            continue
        local = hours.local(at)
        moments = {
            "days": hours.last_allowed(at - timedelta(days=rule.visit_days_before)),
            "evening": hours.last_allowed(
                hours.at_clinic(local.date() - timedelta(days=1), rule.evening_before_at)
            ),
            "same_day": hours.next_allowed(hours.at_clinic(local.date(), time(0))),
        }
        for which, due_at in moments.items():
            key = f"visit:{chart.participant}:{name}:{at.isoformat()}:{which}"
            subject = {"visit": name, "which": which, "at": at.isoformat()}
            yield Wanted(key, Kind.VISIT_REMINDER, due_at, subject)


def _unbooked(hours: Hours, chart: Chart, due: Mapping[str, Due]) -> Iterator[Wanted]:
    """A visit without an appointment is listed some days before it is due."""
    for name, it in due.items():
        visit = chart.visit(name)
        if visit.booked_at or visit.attended_on or visit.missed_on:
            continue
        listed_on = it.due_on - timedelta(days=hours.trial.reminders.unbooked_days_before)
        key = f"unbooked:{chart.participant}:{name}:{it.due_on.isoformat()}"
        due_at = hours.at_clinic(hours.next_open_day(listed_on), hours.trial.site.opens)
        yield Wanted(key, Kind.UNBOOKED, due_at, {"visit": name})


def _forms(hours: Hours, chart: Chart, forms: Sequence[FormDue]) -> Iterator[Wanted]:
    """Forms that open together for a visit are one matter: opened, reminded, closed as one."""
    for (visit, opens_on), together in _grouped(forms).items():
        instruments = ",".join(form.instrument for form in together)
        subject = {"visit": visit, "instruments": instruments, "opens_on": opens_on.isoformat()}
        closes_on = together[0].closes_on
        mark = f"{chart.participant}:{visit}:{instruments}:{opens_on.isoformat()}"
        yield from _one_matter(hours, mark, subject, opens_on, closes_on)


def _grouped(forms: Sequence[FormDue]) -> dict[tuple[str, date], list[FormDue]]:
    grouped: dict[tuple[str, date], list[FormDue]] = {}
    for form in forms:
        grouped.setdefault((form.visit, form.opens_on), []).append(form)
    return grouped


def _one_matter(
    hours: Hours, mark: str, subject: Mapping[str, str | int], opens_on: date, closes_on: date
) -> Iterator[Wanted]:
    rule, opens = hours.trial.reminders, time(0)
    closing = {**subject, "closes_on": closes_on.isoformat()}
    yield Wanted(f"open:{mark}", Kind.OPEN_FORMS, hours.at_clinic(opens_on, opens), closing)
    for day in rule.form_days:
        on = opens_on + timedelta(days=day)
        if on <= closes_on:
            at = hours.next_allowed(hours.at_clinic(on, opens))
            yield Wanted(f"remind:{mark}:{day}", Kind.FORM_REMINDER, at, {**closing, "day": day})
    call_on = hours.next_open_day(opens_on + timedelta(days=rule.call_list_day))
    called_at = hours.at_clinic(call_on, hours.trial.site.opens)
    yield Wanted(f"call:{mark}", Kind.CALL_LIST, called_at, closing)
    closed_at = hours.at_clinic(closes_on + timedelta(days=1), opens)
    yield Wanted(f"close:{mark}", Kind.CLOSE_FORMS, closed_at, closing)


def _ratings(hours: Hours, chart: Chart, due: Mapping[str, Due]) -> Iterator[Wanted]:
    """A visit that took place is rated; the rater is reminded, then the PI is told. Where the order
    of time is hidden, all visits of a participant are one matter."""
    trial = hours.trial
    days = {visit.name: took_place_on(chart, visit) for visit in trial.rated_visits}
    rated = {name: on for name, on in days.items() if on is not None}
    if trial.rating.hidden_order:
        over = over_on(trial, chart, due)
        if rated and over is not None:
            mark = f"{chart.participant}:all:{over.isoformat()}"
            yield from _rating(hours, mark, over, {})
        return
    for name, on in rated.items():
        yield from _rating(hours, f"{chart.participant}:{name}", on, {"visit": name})


def _rating(
    hours: Hours, mark: str, on: date, subject: Mapping[str, str | int]
) -> Iterator[Wanted]:
    rule, opens = hours.trial.reminders, hours.trial.site.opens
    for day in rule.rating_days:
        due_on = hours.next_open_day(on + timedelta(days=day))
        at = hours.at_clinic(due_on, opens)
        yield Wanted(f"rating:{mark}:{day}", Kind.RATING_REMINDER, at, subject)
    late_on = hours.next_open_day(on + timedelta(days=rule.rating_escalates_on_day))
    late_at = hours.at_clinic(late_on, opens)
    yield Wanted(f"rating_overdue:{mark}", Kind.RATING_OVERDUE, late_at, subject)


def _looking_over(hours: Hours, chart: Chart, due: Mapping[str, Due]) -> Iterator[Wanted]:
    """What is missing shows on the day after the last one on which it could be done, or entered."""
    for visit in hours.trial.visits:
        for on in sorted(_last_days(hours, chart, visit, due.get(visit.name))):
            next_day = on + timedelta(days=1)
            key = f"look_over:{chart.participant}:{visit.name}:{next_day.isoformat()}"
            due_at = hours.at_clinic(next_day, hours.trial.site.opens)
            yield Wanted(key, Kind.LOOK_OVER, due_at, {"visit": visit.name})


def _last_days(hours: Hours, chart: Chart, visit: Visit, due: Due | None) -> set[date]:
    """Of the visit, its appointment and its window; the baseline has none, but its session does."""
    at_visit, trial = chart.visit(visit.name), hours.trial
    booked_on = None if at_visit.booked_at is None else hours.local(at_visit.booked_at).date()
    closes_on = None if due is None else due.closes_on
    if visit is trial.baseline and chart.randomized_on is not None:
        within = timedelta(days=trial.eligibility.session_1_within_days)
        closes_on = chart.randomized_on + within
    days = {on for on in (at_visit.attended_on, booked_on, closes_on) if on is not None}
    return days | {max(days) + timedelta(days=trial.reminders.entry_days)} if days else days


@dataclass(frozen=True, slots=True)
class Send:
    """Send it now."""


@dataclass(frozen=True, slots=True)
class Postpone:
    until: datetime


@dataclass(frozen=True, slots=True)
class Skip:
    """Not sent, and why not: a code that the record keeps."""

    reason: str


Decision = Send | Postpone | Skip


def decide_visit_reminder(
    hours: Hours, chart: Chart, subject: Mapping[str, str | int], now: datetime
) -> Decision:
    """Whether a visit reminder still makes sense now."""
    visit = chart.visit(str(subject["visit"]))
    at = datetime.fromisoformat(str(subject["at"]))
    if reason := _unreachable(chart):
        return Skip(reason)
    if visit.booked_at != at:
        return Skip("moved")
    if visit.attended_on is not None or visit.missed_on is not None:
        return Skip("over")
    if visit.confirmed is False:
        return Skip("cannot_come")
    if hours.trial.site.is_closed(hours.local(at).date()):
        return Skip(CLINIC_CLOSED)
    return _in_time(hours, str(subject["which"]), at, now)


def _in_time(hours: Hours, which: str, at: datetime, now: datetime) -> Decision:
    remains = at - now
    today, day = hours.local(now).date(), hours.local(at).date()
    least = timedelta(hours=hours.trial.reminders.same_day_hours_before)
    if remains <= timedelta(0):
        return Skip("too_late")
    if which == "same_day" and remains < least:
        return Skip("too_late")
    if which == "evening" and today >= day:
        return Skip("too_late")
    if which == "days" and day - today < timedelta(days=2):
        return Skip("too_late")
    if hours.is_quiet(now):
        later = hours.next_allowed(now)
        return Postpone(later) if later < at else Skip("quiet_hours")
    return Send()


def decide_form_reminder(
    hours: Hours,
    chart: Chart,
    subject: Mapping[str, str | int],
    *,
    waiting: bool,
    now: datetime,
) -> Decision:
    """Whether a questionnaire reminder still makes sense; `waiting`: a form of it is still open."""
    today, day = hours.local(now).date(), int(subject["day"])
    opens_on = date.fromisoformat(str(subject["opens_on"]))
    if reason := _unreachable(chart):
        return Skip(reason)
    if not waiting:
        return Skip("done")
    if today > date.fromisoformat(str(subject["closes_on"])):
        return Skip("closed")
    if _is_overtaken(hours.trial, day, opens_on, today):
        return Skip("stale")
    return Postpone(hours.next_allowed(now)) if hours.is_quiet(now) else Send()


def _is_overtaken(trial: Trial, day: int, opens_on: date, today: date) -> bool:
    """After downtime only the newest of the reminders that fell due is sent."""
    later = [it for it in trial.reminders.form_days if it > day]
    return any(opens_on + timedelta(days=it) <= today for it in later)


def _unreachable(chart: Chart) -> str | None:
    if not chart.is_followed:
        return "left_the_trial"
    return None if chart.gets_messages else "messages_stopped"
