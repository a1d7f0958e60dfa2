"""What a day asks of the coordinator, from one participant's chart."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from bot.language.calendars import add_jalali_months
from bot.trial.definitions import DEFAULT_TRIAL, load_study
from flows.chart import Chart, Milestone, Recorded, fold
from flows.day import call, needs, unbooked, visits_on
from flows.facts.day import CallReason, Need
from flows.facts.participants import FormState
from flows.schedule import due_visits
from flows.text import text

TRIAL = load_study(DEFAULT_TRIAL).trial
FIRST = date(2026, 9, 26)
AT = datetime(2026, 10, 20, 6, 0, tzinfo=UTC)
DAY = AT.date()
MONTH_1 = TRIAL.visits[1]


def treated(*facts: Recorded) -> Chart:
    began = [
        Recorded(Milestone.CONSENTED, FIRST),
        Recorded(Milestone.RANDOMIZED, FIRST),
        Recorded(Milestone.MESSAGING_AGREED, FIRST),
        Recorded(Milestone.SESSION_DONE, FIRST, "baseline"),
    ]
    return fold(Chart(1, "P-001", "F", 36), [*began, *facts])


BOOKED = Recorded(Milestone.BOOKED, FIRST, "month_1", AT)


def day_of(moment: datetime) -> date:
    return moment.date()


def form(opens_on: date, *, is_open: bool = True) -> FormState:
    return FormState(
        1, text("t"), "pgais", "month_1", is_open, not is_open, opens_on, opens_on + timedelta(14)
    )


def test_a_visit_stands_on_its_day_alone() -> None:
    chart = treated(BOOKED)
    assert [visit.name for visit, _ in visits_on(TRIAL, chart, DAY, day_of)] == ["month_1"]
    assert list(visits_on(TRIAL, chart, FIRST, day_of)) == []


def test_a_visit_that_was_missed_or_of_somebody_who_left_before_is_not_expected() -> None:
    missed = treated(BOOKED, Recorded(Milestone.MISSED, DAY, "month_1"))
    gone = fold(Chart(1, "P-001", "F", 36), [BOOKED, Recorded(Milestone.NOT_ELIGIBLE, FIRST)])
    assert list(visits_on(TRIAL, missed, DAY, day_of)) == []
    assert list(visits_on(TRIAL, gone, DAY, day_of)) == []


def test_what_a_visit_needs_shrinks_as_it_is_done() -> None:
    chart = treated(BOOKED)
    every = needs(MONTH_1, chart.visit("month_1"), chart, (form(DAY),), ())
    assert every == (Need.PHOTOGRAPHS, Need.RATING, Need.SESSION, Need.FORMS)
    done = treated(
        BOOKED,
        Recorded(Milestone.PHOTOGRAPHED, DAY, "month_1"),
        Recorded(Milestone.SESSION_DONE, DAY, "month_1"),
    )
    assert needs(MONTH_1, done.visit("month_1"), done, (), ("month_1",)) == ()


def test_whoever_is_no_longer_treated_needs_no_session() -> None:
    chart = treated(BOOKED, Recorded(Milestone.DISCONTINUED, DAY))
    assert Need.SESSION not in needs(MONTH_1, chart.visit("month_1"), chart, (), ())


def test_the_first_visit_that_is_near_is_to_be_booked() -> None:
    chart = treated()
    due = due_visits(TRIAL, chart, add_jalali_months)
    near = due["month_1"].due_on - timedelta(days=TRIAL.reminders.unbooked_days_before)
    assert unbooked(TRIAL, chart, due, near - timedelta(days=1)) is None
    found = unbooked(TRIAL, chart, due, near)
    assert found is not None
    assert found.visit == "month_1"
    assert unbooked(TRIAL, treated(BOOKED), due, near) is None


def test_a_questionnaire_that_waits_too_long_is_a_call_once_a_day() -> None:
    late = DAY + timedelta(days=TRIAL.reminders.call_list_day)
    forms = (form(DAY),)
    assert call(TRIAL, treated(), forms, "telegram", late - timedelta(days=1), day_of) is None
    found = call(TRIAL, treated(), forms, "telegram", late, day_of)
    assert found == (CallReason.FORM, DAY + timedelta(days=14))
    called = treated(Recorded(Milestone.CALLED, late))
    assert call(TRIAL, called, forms, "telegram", late, day_of) is None


def test_whoever_is_stuck_at_a_question_is_phoned_once() -> None:
    assert call(TRIAL, treated(), (), "sms", DAY, day_of, stuck=True) == (CallReason.STUCK, DAY)
    called = treated(Recorded(Milestone.CALLED, DAY))
    assert call(TRIAL, called, (), "sms", DAY, day_of, stuck=True) is None


def test_whom_no_reminder_reaches_is_phoned_before_their_visit() -> None:
    before = DAY - timedelta(days=TRIAL.reminders.visit_days_before)
    for chart, channel in (
        (treated(BOOKED), None),
        (treated(BOOKED), "web"),
        (treated(BOOKED, Recorded(Milestone.MESSAGING_STOPPED, FIRST)), "telegram"),
    ):
        assert call(TRIAL, chart, (), channel, before, day_of) == (CallReason.VISIT, DAY)
        assert call(TRIAL, chart, (), channel, before - timedelta(days=1), day_of) is None
    assert call(TRIAL, treated(BOOKED), (), "telegram", before, day_of) is None


def test_nobody_who_left_is_phoned() -> None:
    chart = treated(BOOKED, Recorded(Milestone.WITHDRAWN, DAY))
    assert call(TRIAL, replace(chart, messaging=False), (form(FIRST),), None, DAY, day_of) is None
