"""Reminders: never twice, never in quiet hours, never when they no longer hold, never forgotten."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bot.language.calendars import add_jalali_months, local
from bot.trial.definitions import DEFAULT_TRIAL, load_study
from flows.chart import Chart, Milestone, Recorded, fold
from flows.definition import QuietHours
from flows.reminders import (
    Decision,
    Hours,
    Kind,
    Postpone,
    Send,
    Skip,
    Wanted,
    decide_form_reminder,
    decide_visit_reminder,
    plans,
)
from flows.schedule import due_forms, due_visits

STUDY = load_study(DEFAULT_TRIAL)
HOURS = Hours(STUDY.trial, STUDY.moment, partial(local, zone=STUDY.zone))
BEGINNING = date(2026, 9, 26)
VISITS = [visit.name for visit in STUDY.trial.visits]

days = st.integers(0, 200).map(lambda it: BEGINNING + timedelta(days=it))
moments = st.datetimes(datetime(2026, 9, 26), datetime(2027, 4, 30)).map(  # noqa: DTZ001 - zoned below
    lambda it: it.replace(tzinfo=UTC)
)
minutes = st.times().map(lambda it: time(it.hour, it.minute))
appointments = st.builds(
    lambda day, hour, minute: STUDY.moment(day, time(hour, minute)),
    days,
    st.integers(8, 13),
    st.integers(0, 59),
)


def with_quiet_hours(begin: time, end: time) -> Hours:
    return replace(HOURS, trial=replace(STUDY.trial, quiet_hours=QuietHours(begin, end)))


@st.composite
def hours(draw: st.DrawFn) -> Hours:
    """Quiet hours of any kind that leave more than an hour of the day."""
    begin, end = draw(minutes), draw(minutes)
    loud = (begin.hour * 60 + begin.minute - end.hour * 60 - end.minute) % (24 * 60)
    assume(loud > 60 or loud == 0)
    return with_quiet_hours(begin, end)


@st.composite
def charts(draw: st.DrawFn) -> Chart:
    """A participant with milestones in any order, as they are recorded late and corrected."""
    facts = [
        Recorded(Milestone.MESSAGING_AGREED, BEGINNING),
        Recorded(Milestone.RANDOMIZED, BEGINNING),
    ]
    of_visit = [
        Milestone.BOOKED,
        Milestone.BOOKED,
        Milestone.CONFIRMED_COMING,
        Milestone.CANNOT_COME,
        Milestone.ATTENDED,
        Milestone.MISSED,
        Milestone.SESSION_DONE,
    ]
    of_person = [
        Milestone.MESSAGING_STOPPED,
        Milestone.MESSAGING_AGREED,
        Milestone.DISCONTINUED,
        Milestone.LOST,
        Milestone.WITHDRAWN,
        Milestone.DIED,
    ]
    for _ in range(draw(st.integers(0, 8))):
        if draw(st.integers(0, 4)):
            milestone, visit = draw(st.sampled_from(of_visit)), draw(st.sampled_from(VISITS))
            at = draw(appointments) if milestone is Milestone.BOOKED else None
            facts.append(Recorded(milestone, draw(days), visit, at))
        else:
            facts.append(Recorded(draw(st.sampled_from(of_person)), draw(days)))
    return fold(Chart(1, "P-001", "F", 30), facts)


def wanted(chart: Chart, at: Hours = HOURS) -> list[Wanted]:
    due = due_visits(STUDY.trial, chart, add_jalali_months)
    return plans(at, chart, due, due_forms(STUDY.trial, chart, add_jalali_months))


@given(hours(), moments)
def test_the_next_allowed_moment_is_the_end_of_the_quiet_hours(at: Hours, moment: datetime) -> None:
    allowed = at.next_allowed(moment)
    assert not at.is_quiet(allowed)
    assert moment <= allowed < moment + timedelta(days=1)
    assert allowed == moment or at.is_quiet(allowed - timedelta(microseconds=1))


@given(hours(), moments)
def test_the_last_allowed_moment_is_before_the_quiet_hours(at: Hours, moment: datetime) -> None:
    allowed = at.last_allowed(moment)
    assert not at.is_quiet(allowed)
    assert moment - timedelta(hours=25) <= allowed <= moment


@given(charts())
@settings(deadline=None)
def test_a_plan_has_a_key_of_its_own_and_reminders_are_planned_outside_quiet_hours(
    chart: Chart,
) -> None:
    found = wanted(chart)
    assert len({it.key for it in found}) == len(found)
    for it in found:
        if it.kind in (Kind.VISIT_REMINDER, Kind.FORM_REMINDER):
            assert not HOURS.is_quiet(it.due_at)
        if it.kind in (Kind.UNBOOKED, Kind.CALL_LIST, Kind.RATING_REMINDER, Kind.RATING_OVERDUE):
            assert not HOURS.trial.site.is_closed(HOURS.local(it.due_at).date())


@given(charts())
@settings(deadline=None)
def test_who_left_gets_no_plans_and_who_is_followed_keeps_every_assessment(chart: Chart) -> None:
    found = wanted(chart)
    if not chart.is_followed:
        assert found == []
    elif chart.visit("baseline").session_on is not None:
        assert any(it.kind is Kind.OPEN_FORMS for it in found)


def decide(chart: Chart, plan: Wanted, now: datetime, at: Hours = HOURS) -> Decision:
    if plan.kind is Kind.VISIT_REMINDER:
        return decide_visit_reminder(at, chart, plan.subject, now)
    return decide_form_reminder(at, chart, plan.subject, waiting=True, now=now)


def reminders(chart: Chart, at: Hours = HOURS) -> list[Wanted]:
    kinds = (Kind.VISIT_REMINDER, Kind.FORM_REMINDER)
    return [it for it in wanted(chart, at) if it.kind in kinds]


@given(charts(), charts(), hours(), moments)
@settings(deadline=None)
def test_a_decision_holds_by_the_chart_as_it_is_then(
    before: Chart, then: Chart, at: Hours, now: datetime
) -> None:
    """The plan may be of a chart that has changed since: what counts is the moment of sending."""
    for plan in reminders(before, at):
        match decide(then, plan, now, at):
            case Send():
                assert then.gets_messages
                assert then.is_followed
                assert not at.is_quiet(now)
                _still_holds(then, plan, now)
            case Postpone(until):
                assert until > now
                assert not at.is_quiet(until)
            case Skip(reason):
                assert reason


def _still_holds(chart: Chart, plan: Wanted, now: datetime) -> None:
    if plan.kind is Kind.FORM_REMINDER:
        today = HOURS.local(now).date()
        assert today <= date.fromisoformat(str(plan.subject["closes_on"]))
        return
    visit = chart.visit(str(plan.subject["visit"]))
    assert visit.booked_at is not None
    assert visit.booked_at.isoformat() == plan.subject["at"]
    assert now < visit.booked_at
    assert visit.attended_on is None
    assert visit.missed_on is None
    assert visit.confirmed is not False
    assert not HOURS.trial.site.is_closed(HOURS.local(visit.booked_at).date())


def carried_out(
    chart: Chart, ticks: list[datetime], at: Hours = HOURS
) -> Iterator[tuple[Wanted, datetime, Send | Skip]]:
    """What a service that runs at these moments does with each reminder, and when."""
    waiting = [(it.due_at, it) for it in reminders(chart, at)]
    for now in sorted(ticks):
        left = []
        for due_at, plan in waiting:
            if due_at > now:
                left.append((due_at, plan))
                continue
            match decide(chart, plan, now, at):
                case Postpone(until):
                    left.append((until, plan))
                case Send() | Skip() as done:
                    yield plan, now, done
        waiting = left


EVERY_HOUR = [STUDY.moment(BEGINNING, time(0)) + timedelta(hours=it) for it in range(24 * 420)]


@given(charts(), st.lists(st.tuples(st.integers(0, 230), st.integers(1, 40)), max_size=3))
@settings(deadline=None, max_examples=40)
def test_downtime_makes_no_reminder_stale_and_loses_none_that_is_due(
    chart: Chart, downtimes: list[tuple[int, int]]
) -> None:
    """Of what fell due meanwhile, one is sent for each matter at most, and it is the newest."""
    down = {
        first + hour
        for day, length in downtimes
        for first in [day * 24]
        for hour in range(length * 24)
    }
    ticks = [at for hour, at in enumerate(EVERY_HOUR) if hour not in down]
    done = list(carried_out(chart, ticks))
    settled = [plan.key for plan, _, _ in done]
    assert len(settled) == len(set(settled))
    sent = [(_matter(plan), now) for plan, now, how in done if isinstance(how, Send)]
    assert len(sent) == len(set(sent))
    last = max(ticks)
    assert set(settled) == {it.key for it in reminders(chart) if it.due_at < last}


def _matter(plan: Wanted) -> tuple[object, ...]:
    subject = plan.subject
    return (plan.kind, subject["visit"], subject.get("at"), subject.get("instruments"))


@given(appointments)
@settings(deadline=None)
def test_a_service_that_never_stops_sends_three_reminders_or_two_of_an_early_appointment(
    at: datetime,
) -> None:
    facts = [
        Recorded(Milestone.MESSAGING_AGREED, BEGINNING),
        Recorded(Milestone.RANDOMIZED, BEGINNING),
        Recorded(Milestone.BOOKED, BEGINNING, "month_1", at),
    ]
    chart = fold(Chart(1, "P-001", "F", 30), facts)
    assume(at > STUDY.moment(BEGINNING, time(0)) + timedelta(days=4))
    assume(not HOURS.trial.site.is_closed(HOURS.local(at).date()))
    ticks = [it.due_at for it in reminders(chart)]
    sent = [plan.subject["which"] for plan, _, how in carried_out(chart, ticks) if how == Send()]
    remains = at - HOURS.next_allowed(STUDY.moment(HOURS.local(at).date(), time(0)))
    same_day = ["same_day"] if remains >= timedelta(hours=2) else []
    assert sent == ["days", "evening", *same_day]


@given(st.integers(0, 5), st.integers(0, 23))
def test_after_downtime_only_the_newest_form_reminder_is_sent(day: int, hour: int) -> None:
    chart = fold(
        Chart(1, "P-001", "F", 30),
        [
            Recorded(Milestone.MESSAGING_AGREED, BEGINNING),
            Recorded(Milestone.RANDOMIZED, BEGINNING),
            Recorded(Milestone.SESSION_DONE, BEGINNING, "baseline"),
        ],
    )
    opened_on = BEGINNING + timedelta(days=3)  # The safety check, open for five days.
    now = STUDY.moment(opened_on + timedelta(days=day), time(hour))
    found = [it for it in reminders(chart) if it.due_at <= now]
    sent = [it.subject["day"] for it in found if decide(chart, it, now) == Send()]
    expected = max((it for it in STUDY.trial.reminders.form_days if it <= day), default=None)
    assert sent == ([] if HOURS.is_quiet(now) or day > 4 else [expected])
