"""Due dates of the registered trial, by the Jalali calendar that its clinic goes by."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language.calendars import add_jalali_months, from_jalali, to_jalali
from bot.trial.definitions import DEFAULT_TRIAL, load_study
from flows.chart import Chart, Milestone, Recorded, fold
from flows.schedule import due_forms, due_visits, next_step_before_randomization

TRIAL = load_study(DEFAULT_TRIAL).trial
NEW = Chart(1, "P-001", "F", 30)


def chart(*facts: tuple[Milestone, str, date]) -> Chart:
    return fold(NEW, [Recorded(milestone, on, visit) for milestone, visit, on in facts])


def due_on(of: Chart) -> dict[str, date]:
    return {name: it.due_on for name, it in due_visits(TRIAL, of, add_jalali_months).items()}


def session(visit: str, on: date) -> tuple[Milestone, str, date]:
    return (Milestone.SESSION_DONE, visit, on)


FIRST = from_jalali(1405, 7, 4)


def test_nothing_is_due_before_the_first_session() -> None:
    assert due_on(NEW) == {}
    assert due_forms(TRIAL, NEW, add_jalali_months) == []


def test_each_month_is_the_same_day_of_the_next_jalali_month() -> None:
    assert due_on(chart(session("baseline", FIRST))) == {
        "month_1": from_jalali(1405, 8, 4),
        "month_2": from_jalali(1405, 9, 4),
        "month_3": from_jalali(1405, 10, 4),
        "month_4": from_jalali(1405, 11, 4),
    }


def test_a_late_session_moves_what_hangs_on_it_and_not_month_4() -> None:
    late = from_jalali(1405, 8, 9)
    assert due_on(chart(session("baseline", FIRST), session("month_1", late))) == {
        "month_1": from_jalali(1405, 8, 4),
        "month_2": from_jalali(1405, 9, 9),
        "month_3": from_jalali(1405, 10, 9),
        "month_4": from_jalali(1405, 11, 4),
    }


def test_a_missed_visit_hands_on_its_planned_date() -> None:
    missed = chart(
        session("baseline", FIRST), (Milestone.MISSED, "month_1", from_jalali(1405, 8, 20))
    )
    assert due_on(missed) == due_on(chart(session("baseline", FIRST)))


def test_a_visit_without_its_session_hands_on_its_planned_date() -> None:
    attended = (Milestone.ATTENDED, "month_1", from_jalali(1405, 8, 9))
    assert due_on(chart(session("baseline", FIRST), attended))["month_2"] == from_jalali(1405, 9, 4)


@pytest.mark.parametrize("left", [Milestone.DISCONTINUED, Milestone.LOST])
def test_discontinuing_treatment_keeps_every_assessment_due(left: Milestone) -> None:
    treated = chart(session("baseline", FIRST))
    assert due_on(fold(treated, [Recorded(left, FIRST)])) == due_on(treated)


@pytest.mark.parametrize(
    ("first", "month_1", "month_4"),
    [
        ((1405, 6, 31), (1405, 7, 30), (1405, 10, 30)),
        ((1405, 11, 30), (1405, 12, 29), (1406, 3, 30)),
        ((1403, 11, 30), (1403, 12, 30), (1404, 3, 30)),
        ((1405, 12, 29), (1406, 1, 29), (1406, 4, 29)),
    ],
    ids=["31 to 30", "common year", "leap year", "over new year"],
)
def test_a_month_too_short_ends_on_its_last_day(
    first: tuple[int, int, int], month_1: tuple[int, int, int], month_4: tuple[int, int, int]
) -> None:
    found = due_on(chart(session("baseline", from_jalali(*first))))
    assert (found["month_1"], found["month_4"]) == (from_jalali(*month_1), from_jalali(*month_4))


@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)), st.integers(0, 36))
def test_a_month_later_is_in_that_month_on_that_day_or_its_last(day: date, months: int) -> None:
    start, end = to_jalali(day), to_jalali(add_jalali_months(day, months))
    assert (end.year * 12 + end.month) - (start.year * 12 + start.month) == months
    following = to_jalali(add_jalali_months(day, months) + timedelta(days=1))
    assert end.day == start.day or (end.day < start.day and following.day == 1)


def test_windows_are_those_of_the_definition() -> None:
    found = due_visits(TRIAL, chart(session("baseline", FIRST)), add_jalali_months)
    for name, it in found.items():
        before, after = (0, 14) if name == "month_4" else (7, 7)
        assert it.due_on - it.opens_on == timedelta(days=before)
        assert it.closes_on - it.due_on == timedelta(days=after)


def test_a_safety_check_follows_each_session_and_the_rest_opens_at_month_4() -> None:
    second = from_jalali(1405, 8, 4)
    found = due_forms(
        TRIAL, chart(session("baseline", FIRST), session("month_1", second)), add_jalali_months
    )
    at_month_4 = [it.instrument for it in found if it.visit == "month_4"]
    assert at_month_4 == ["pgais", "satisfaction", "side_effects"]
    checks = [(it.visit, it.opens_on, it.closes_on) for it in found if it.visit != "month_4"]
    assert checks == [
        ("baseline", FIRST + timedelta(days=3), FIRST + timedelta(days=7)),
        ("month_1", second + timedelta(days=3), second + timedelta(days=7)),
    ]


def test_the_steps_before_randomization_are_named_in_their_order() -> None:
    done = NEW
    named = []
    steps = (
        Recorded(Milestone.CONSENTED, FIRST),
        Recorded(Milestone.ELIGIBILITY_RECORDED, FIRST),
        Recorded(Milestone.ELIGIBILITY_CONFIRMED, FIRST),
        Recorded(Milestone.REFERENCE_RECORDED, FIRST),
        Recorded(Milestone.PHOTOGRAPHED, FIRST, "baseline"),
        Recorded(Milestone.CLINICIAN_ASSIGNED, FIRST, detail={"clinician": "4"}),
    )
    for step in steps:
        named.append(next_step_before_randomization(TRIAL, done))
        done = fold(done, [step])
    assert named == [
        "consent",
        "eligibility",
        "eligibility_confirmed",
        "reference",
        "photographs",
        "clinician",
    ]
    assert next_step_before_randomization(TRIAL, done) is None
