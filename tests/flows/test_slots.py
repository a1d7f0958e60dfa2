"""A quick choice can be kept: it is ahead, open, free, and in the window if that has room."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.trial.definitions import DEFAULT_TRIAL, load_study
from flows.chart import Chart, Milestone, Recorded, fold
from flows.definition import Closure, Site
from flows.forms import moment_code, moments_in
from flows.messages import run_button
from flows.schedule import Due
from flows.slots import Appointment, Diary, LastVisit, appointments, quick_choices
from flows.text import text

STUDY = load_study(DEFAULT_TRIAL)
SITE = STUDY.trial.site
VISIT = STUDY.trial.visits[1]
DUE_ON = date(2026, 10, 26)
DUE = Due(VISIT, DUE_ON - timedelta(days=7), DUE_ON, DUE_ON + timedelta(days=7))
NOW = STUDY.moment(date(2026, 9, 26), time(9))
LAST = LastVisit(date(2026, 9, 28), time(9, 30))

days = st.integers(-20, 60).map(lambda day: DUE_ON + timedelta(days=day))
hours = st.integers(8 * 4, 14 * 4 - 1).map(lambda quarter: time(quarter // 4, quarter % 4 * 15))
moments = st.builds(STUDY.moment, days, hours)


@st.composite
def diaries(draw: st.DrawFn) -> Diary:
    closed_on = draw(days)
    closure = Closure(closed_on, closed_on + timedelta(days=draw(st.integers(0, 30))))
    site = replace(
        SITE,
        closures=(closure,),
        visit_minutes=draw(st.sampled_from([15, 30, 45, 90])),
        visits_at_once=draw(st.integers(1, 3)),
    )
    booked = draw(st.lists(moments, max_size=40))
    others = tuple(Appointment(f"P-{number:03}", "month_1", at) for number, at in enumerate(booked))
    return Diary(site, STUDY.moment, draw(moments), others, draw(st.none() | days))


def choices(diary: Diary, due: Due | None = DUE, last: LastVisit | None = LAST) -> list[datetime]:
    today = STUDY.today(diary.now)
    hour = SITE.opens if last is None else last.hour
    return [slot.at for slot in quick_choices(diary, today, due, last, hour, 6)]


@given(diaries(), st.none() | st.just(DUE), st.none() | st.builds(LastVisit, days, hours))
def test_a_quick_choice_can_be_kept(diary: Diary, due: Due | None, last: LastVisit | None) -> None:
    found = choices(diary, due, last)
    assert 0 < len(found) <= 6
    assert len(set(found)) == len(found)
    for at in found:
        day, hour = STUDY.today(at), STUDY.hour(at)
        ends = datetime.combine(day, hour) + timedelta(minutes=diary.site.visit_minutes)
        assert at > diary.now
        assert not diary.site.is_closed(day)
        assert day != diary.not_on
        assert diary.site.opens <= hour
        assert ends <= datetime.combine(day, diary.site.closes)
        assert not diary.clashing(at)


@given(diaries())
def test_choices_leave_the_window_only_when_nothing_is_left_in_it(diary: Diary) -> None:
    inside = [DUE.days_outside(STUDY.today(at)) == 0 for at in choices(diary)]
    assert all(inside) or not any(inside)
    if not any(inside):
        length = (DUE.closes_on - DUE.opens_on).days
        window = (DUE.opens_on + timedelta(days=day) for day in range(length + 1))
        assert all(diary.free_on(day, LAST.hour) is None for day in window)


@given(diaries(), moments)
def test_a_clash_is_as_many_as_go_on_together(diary: Diary, at: datetime) -> None:
    clashing = diary.clashing(at)
    assert len(clashing) >= diary.site.visits_at_once or clashing == ()
    assert all(abs(it.at - at) < timedelta(minutes=diary.site.visit_minutes) for it in clashing)


def test_a_choice_fits_a_button_with_the_appointment_it_takes_the_place_of() -> None:
    code = moment_code(NOW, NOW + timedelta(days=1))
    assert moments_in(code) == (NOW, NOW + timedelta(days=1))
    data = run_button(text("rebook.other"), "rebook", "P-999", "m" * 20, code).data
    assert len(data.encode()) <= 64


@given(st.text(max_size=30) | st.from_regex(r"[0-9]{8}T[0-9]{4}(_[0-9]{8}T[0-9]{4})?"))
def test_a_code_made_by_hand_is_a_moment_or_nothing(code: str) -> None:
    found = moments_in(code)
    assert found == () or moment_code(*found) == code


def diary_of(site: Site = SITE, *booked: datetime) -> Diary:
    others = tuple(Appointment("P-002", "month_1", at) for at in booked)
    return Diary(site, STUDY.moment, NOW, others)


def test_the_same_weekday_and_hour_in_four_weeks_comes_first_then_the_due_date() -> None:
    first, second, *rest = quick_choices(
        diary_of(), STUDY.today(NOW), DUE, LastVisit(date(2026, 9, 29), time(9, 30)), time(9, 30), 6
    )
    assert first.is_weeks_after
    assert first.at == STUDY.moment(date(2026, 10, 27), time(9, 30))
    assert second.at == STUDY.moment(DUE_ON, time(9, 30))
    assert not any(slot.is_weeks_after for slot in (second, *rest))


def test_no_day_is_offered_twice() -> None:
    found = quick_choices(diary_of(), STUDY.today(NOW), DUE, LAST, time(11), 6)
    assert found[0].at == STUDY.moment(DUE_ON, time(9, 30))
    assert len({STUDY.today(slot.at) for slot in found}) == len(found) == 6


def test_four_weeks_that_lie_outside_the_window_are_not_offered() -> None:
    early = LastVisit(date(2026, 9, 15), time(9, 30))
    assert STUDY.moment(date(2026, 10, 13), time(9, 30)) not in choices(diary_of(), last=early)


def test_a_taken_hour_gives_way_to_the_nearest_free_one_of_the_day() -> None:
    taken = STUDY.moment(DUE_ON, time(9, 30))
    found = choices(diary_of(SITE, taken))
    assert STUDY.moment(DUE_ON, time(9)) in found
    assert taken not in found


def test_where_nowruz_outlasts_the_window_the_nearest_open_days_on_both_sides_are_offered() -> None:
    closure = Closure(DUE.opens_on - timedelta(days=1), DUE.closes_on + timedelta(days=1))
    site = replace(SITE, closures=(closure,))
    assert DUE.is_closed_throughout(site)
    found = [STUDY.today(at) for at in choices(diary_of(site))]
    before = [day for day in found if day < DUE.opens_on]
    after = [day for day in found if day > DUE.closes_on]
    assert len(before) == len(after) == 3
    assert max(before) == date(2026, 10, 17)
    assert min(after) == date(2026, 11, 4)


@given(st.lists(st.sampled_from([Milestone.ATTENDED, Milestone.MISSED, Milestone.WITHDRAWN])))
def test_an_appointment_stands_until_it_is_kept_or_missed_or_they_left(
    after: list[Milestone],
) -> None:
    at = STUDY.moment(DUE_ON, time(9))
    booked = [
        Recorded(Milestone.RANDOMIZED, DUE_ON),
        Recorded(Milestone.BOOKED, DUE_ON, "month_1", at),
    ]
    rest = [Recorded(it, DUE_ON, "month_1") for it in after]
    found = appointments([fold(Chart(1, "P-001", "F", 30), [*booked, *rest])])
    assert [it.at for it in found] == ([] if after else [at])
