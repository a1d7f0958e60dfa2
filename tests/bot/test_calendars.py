from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from persiantools.jdatetime import JalaliDate

from bot.language.calendars import (
    add_jalali_months,
    format_date,
    format_time,
    from_jalali,
    isolate,
    local,
    to_jalali,
    to_persian_digits,
)
from tests.bot.words import catalogue

FIRST, LAST = from_jalali(1304, 1, 1), from_jalali(1500, 12, 29)
days = st.dates(FIRST, LAST)


def test_a_persian_date_is_jalali_in_persian_digits() -> None:
    shown = format_date(date(2025, 8, 2), "fa", catalogue("fa").__getitem__)
    assert shown == "شنبه ۱۱ مرداد ۱۴۰۴"


def test_an_english_date_is_gregorian() -> None:
    shown = format_date(date(2025, 8, 2), "en", catalogue("en").__getitem__)
    assert shown == "Saturday 2 August 2025"


def test_times_are_shown_on_the_24_hour_clock() -> None:
    assert format_time(time(17, 30), "fa") == "۱۷:۳۰"
    assert format_time(time(9, 5), "en") == "09:05"


def test_tehran_is_three_and_a_half_hours_ahead_all_year() -> None:
    for month in (1, 7):
        at = local(datetime(2025, month, 1, 21, 0, tzinfo=UTC), ZoneInfo("Asia/Tehran"))
        assert (at.day, at.hour, at.minute) == (2, 0, 30)


def test_codes_stand_between_isolates() -> None:
    assert isolate("P-017") == "\u2068P-017\u2069"


def test_only_digits_become_persian() -> None:
    assert to_persian_digits("P-017: 25") == "P-۰۱۷: ۲۵"


@pytest.mark.parametrize(
    ("start", "months", "expected"),
    [
        ((1404, 5, 11), 1, (1404, 6, 11)),
        ((1404, 6, 31), 1, (1404, 7, 30)),
        ((1404, 11, 30), 1, (1404, 12, 29)),
        ((1403, 11, 30), 1, (1403, 12, 30)),
        ((1404, 12, 29), 1, (1405, 1, 29)),
        ((1404, 9, 15), 4, (1405, 1, 15)),
        ((1404, 1, 31), -1, (1403, 12, 30)),
        ((1403, 12, 30), 12, (1404, 12, 29)),
    ],
)
def test_a_month_is_the_same_day_of_the_next_jalali_month_or_its_last_day(
    start: tuple[int, int, int], months: int, expected: tuple[int, int, int]
) -> None:
    assert to_jalali(add_jalali_months(from_jalali(*start), months)) == expected


@given(day=days, months=st.integers(-48, 48))
def test_months_added_keep_the_day_or_end_the_month(day: date, months: int) -> None:
    start, end = to_jalali(day), to_jalali(add_jalali_months(day, months))
    assert end.year * 12 + end.month == start.year * 12 + start.month + months
    last_of_month = JalaliDate.days_in_month(end.month, end.year)
    assert end.day == min(start.day, last_of_month)


@given(day=days)
def test_the_day_after_a_jalali_day_is_its_follower(day: date) -> None:
    today, tomorrow = to_jalali(day), to_jalali(day + timedelta(days=1))
    assert tomorrow.day == today.day + 1 or tomorrow.day == 1
    assert from_jalali(*today) == day


@given(at=st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - Hypothesis takes naive bounds
def test_the_local_time_is_the_same_moment(at: datetime) -> None:
    assert local(at, ZoneInfo("Asia/Tehran")) == at
