from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language.calendars import Language, format_date, format_time, from_jalali, to_jalali
from bot.language.typed_text import Problem
from bot.language.typed_times import read_date, read_moment, read_time
from tests.bot.words import catalogue, lexicon

TODAY = date(2025, 8, 2)  # 11 Mordad 1404, a Saturday
FIRST, LAST = from_jalali(1304, 1, 1), from_jalali(1500, 12, 29)
LAST_GREGORIAN = date(2100, 12, 31)


def shown(day: date, language: Language) -> str:
    return format_date(day, language, catalogue(language).__getitem__)


@pytest.mark.parametrize(
    "text",
    [
        "1404/05/11",
        "۱۴۰۴/۰۵/۱۱",
        "١٤٠٤/٥/١١",
        "1404-5-11",
        "1404.5.11",
        "1404 5 11",
        "1404 / 5 / 11",
        "۱۴۰۴ـ۵ـ۱۱",
        "11 مرداد 1404",
        "۱۱ مرداد ۱۴۰۴",
        "۱۱مرداد۱۴۰۴",
        "۱۱ مرداد",
        "۱۱ام مرداد",
        "۱۱ مرداد ماه سال ۱۴۰۴",
        "شنبه ۱۱ مرداد",
        "روز شنبه، ۱۱ مرداد ۱۴۰۴.",
        "۱۴۰۴ مرداد ۱۱",
        "11 Mordad 1404",
        "2025-08-02",
        "2025/8/2",
        "۲۰۲۵-۰۸-۰۲",
        "2 August 2025",
        "2nd of August, 2025",
        "Saturday, 2 August 2025",
        "Aug 2, 2025",
        "August 2nd 2025",
        "2-Aug-2025",
        "۲ اوت ۲۰۲۵",
        "۲ آگوست ۲۰۲۵",
        "امروز",
        "Today",
        "today!",
    ],
)
def test_a_day_however_it_is_written(text: str) -> None:
    assert read_date(text, TODAY, lexicon()) == TODAY


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("پریروز", -2),
        ("دیروز", -1),
        ("yesterday", -1),
        ("فردا", 1),
        ("tomorrow", 1),
        ("پس‌فردا", 2),
        ("پس فردا", 2),
        ("پسفردا", 2),
        ("the day after tomorrow", 2),
    ],
)
def test_words_tell_days_around_today(text: str, days: int) -> None:
    assert read_date(text, TODAY, lexicon()) == TODAY + timedelta(days=days)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("1404-12-30", Problem.IMPOSSIBLE_DATE),
        ("30 اسفند 1404", Problem.IMPOSSIBLE_DATE),
        ("1404/07/31", Problem.IMPOSSIBLE_DATE),
        ("1404/13/01", Problem.IMPOSSIBLE_DATE),
        ("1404/00/01", Problem.IMPOSSIBLE_DATE),
        ("2025-02-30", Problem.IMPOSSIBLE_DATE),
        ("29 February 2025", Problem.IMPOSSIBLE_DATE),
        ("32 مرداد", Problem.IMPOSSIBLE_DATE),
        ("04/05/11", Problem.AMBIGUOUS),
        ("11 مرداد 04", Problem.AMBIGUOUS),
        ("02/03/2025", Problem.AMBIGUOUS),
        ("11/05/1404", Problem.AMBIGUOUS),
        ("1404/5-11", Problem.AMBIGUOUS),
        ("14040511", Problem.AMBIGUOUS),
        ("2 August", Problem.AMBIGUOUS),
        ("11 مرداد 2025", Problem.AMBIGUOUS),
        ("یکشنبه ۱۱ مرداد ۱۴۰۴", Problem.AMBIGUOUS),
        ("1200/05/11", Problem.OUT_OF_RANGE),
        ("2 August 20255", Problem.OUT_OF_RANGE),
        ("2 August 2" + "0" * 5000, Problem.OUT_OF_RANGE),
        ("", Problem.NOT_A_DATE),
        ("شنبه", Problem.NOT_A_DATE),
        ("مرداد", Problem.NOT_A_DATE),
        ("11", Problem.NOT_A_DATE),
        ("5/11", Problem.NOT_A_DATE),
        ("last week", Problem.NOT_A_DATE),
        ("امروز یا فردا", Problem.NOT_A_DATE),
    ],
)
def test_no_day_is_guessed(text: str, problem: Problem) -> None:
    assert read_date(text, TODAY, lexicon()) is problem


def test_the_leap_day_of_a_jalali_leap_year_is_read() -> None:
    assert read_date("1403/12/30", TODAY, lexicon()) == date(2025, 3, 20)


@pytest.mark.parametrize(
    ("today", "text", "expected"),
    [
        ((1404, 5, 11), "۲۸ اسفند", (1404, 12, 28)),
        ((1404, 5, 11), "۲ فروردین", (1404, 1, 2)),
        ((1404, 12, 20), "۲ فروردین", (1405, 1, 2)),
        ((1405, 1, 5), "۲۸ اسفند", (1404, 12, 28)),
        ((1404, 1, 5), "۳۰ اسفند", (1403, 12, 30)),
        ((1404, 12, 20), "۱ اسفند", (1404, 12, 1)),
    ],
)
def test_a_day_without_year_is_of_this_jalali_year_save_around_nowruz(
    today: tuple[int, int, int], text: str, expected: tuple[int, int, int]
) -> None:
    day = read_date(text, from_jalali(*today), lexicon())
    assert isinstance(day, date)
    assert to_jalali(day) == expected


def test_a_day_after_the_latest_is_a_future_date() -> None:
    assert read_date("فردا", TODAY, lexicon(), latest=TODAY) is Problem.FUTURE_DATE
    assert read_date("1404/05/12", TODAY, lexicon(), latest=TODAY) is Problem.FUTURE_DATE
    assert read_date("1404/05/11", TODAY, lexicon(), latest=TODAY) == TODAY


@given(day=st.dates(FIRST, LAST))
def test_a_persian_date_shown_is_read_back(day: date) -> None:
    assert read_date(shown(day, "fa"), TODAY, lexicon()) == day


@given(day=st.dates(FIRST, LAST_GREGORIAN))
def test_an_english_date_shown_is_read_back(day: date) -> None:
    assert read_date(shown(day, "en"), TODAY, lexicon()) == day


@pytest.mark.slow
def test_every_date_from_1304_to_1500_is_read_back_in_both_languages() -> None:
    for number in range((LAST - FIRST).days + 1):
        day = FIRST + timedelta(days=number)
        assert read_date(shown(day, "fa"), TODAY, lexicon()) == day
        if day <= LAST_GREGORIAN:
            assert read_date(shown(day, "en"), TODAY, lexicon()) == day


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("17:30", time(17, 30)),
        ("۱۷:۳۰", time(17, 30)),
        ("۱۷ : ۳۰", time(17, 30)),
        ("17.30", time(17, 30)),
        ("9", time(9)),
        ("9:05", time(9, 5)),
        ("0:30", time(0, 30)),
        ("۵ عصر", time(17)),
        ("ساعت ۵ عصر", time(17)),
        ("۵ بعد از ظهر", time(17)),
        ("۵ بعدازظهر", time(17)),
        ("5 pm", time(17)),
        ("5:15 p.m.", time(17, 15)),
        ("7 am", time(7)),
        ("12 am", time(0)),
        ("12 pm", time(12)),
        ("۷ صبح", time(7)),
        ("ساعت ۱۰", time(10)),
        ("ساعت ۱۰ صبح", time(10)),
        ("۱۰ و نیم", time(10, 30)),
        ("ساعت ۱۰ و نیم صبح", time(10, 30)),
        ("۱۰ و ربع", time(10, 15)),
        ("۱۰ و ۲۰ دقیقه", time(10, 20)),
        ("at 10 o'clock", time(10)),
        ("۱ ظهر", time(13)),
        ("۱۲ ظهر", time(12)),
        ("۹ شب", time(21)),
        ("۱۲ شب", time(0)),
        ("17:30 عصر", time(17, 30)),
    ],
)
def test_a_time_however_it_is_written(text: str, expected: time) -> None:
    assert read_time(text, lexicon()) == expected


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("5", Problem.AMBIGUOUS),
        ("۷", Problem.AMBIGUOUS),
        ("5:30", Problem.AMBIGUOUS),
        ("ساعت ۵", Problem.AMBIGUOUS),
        ("۴ و نیم", Problem.AMBIGUOUS),
        ("۳ شب", Problem.AMBIGUOUS),
        ("17 صبح", Problem.AMBIGUOUS),
        ("24:00", Problem.OUT_OF_RANGE),
        ("10:60", Problem.OUT_OF_RANGE),
        ("", Problem.NOT_A_TIME),
        ("عصر", Problem.NOT_A_TIME),
        ("9-10", Problem.NOT_A_TIME),
        ("9 10", Problem.NOT_A_TIME),
        ("9:5", Problem.NOT_A_TIME),
        ("1730", Problem.NOT_A_TIME),
    ],
)
def test_no_time_is_guessed(text: str, problem: Problem) -> None:
    assert read_time(text, lexicon()) is problem


@given(st.times(time(8), time(23, 59)), st.sampled_from(["fa", "en"]))
def test_a_time_shown_is_read_back(at: time, language: Language) -> None:
    assert read_time(format_time(at, language), lexicon()) == at.replace(second=0, microsecond=0)


@given(st.text() | st.text(alphabet="۰۱٢9 -/.,،: مردادآبانعصرw"))
def test_every_text_gets_a_value_or_a_problem(text: str) -> None:
    read_date(text, TODAY, lexicon())
    read_time(text, lexicon())


@pytest.mark.parametrize(
    "text",
    [
        "1404/05/11 9:30",
        "۱۴۰۴/۵/۱۱ ۹:۳۰",
        "۱۱ مرداد ساعت ۹:۳۰",
        "۱۱ مرداد ۱۴۰۴، ساعت ۹ و نیم",
        "شنبه ۱۱ مرداد ۹:۳۰ صبح",
        "2025-08-02 9:30",
        "2 August 2025 at 9:30 am",
        "امروز ۹:۳۰",
        "today 9:30",
    ],
)
def test_a_day_with_its_hour_however_it_is_written(text: str) -> None:
    assert read_moment(text, TODAY, lexicon()) == (TODAY, time(9, 30))


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("۱۱ مرداد", (TODAY, None)),
        ("۱۱ مرداد ۹", Problem.AMBIGUOUS),
        ("۱۱ مرداد ۵", Problem.AMBIGUOUS),
        ("2025-08-02 25:00", Problem.OUT_OF_RANGE),
        ("۱۴۰۴/۵/۱۱ ۵", Problem.AMBIGUOUS),
        ("9:30", Problem.NOT_A_DATE),
        ("some day", Problem.NOT_A_DATE),
    ],
)
def test_what_is_no_day_with_its_hour_is_not_guessed(text: str, read: object) -> None:
    assert read_moment(text, TODAY, lexicon()) == read


@given(st.dates(FIRST, LAST_GREGORIAN), st.times(time(8), time(20)))
def test_a_moment_as_it_is_shown_is_read_again(day: date, at: time) -> None:
    at = at.replace(second=0, microsecond=0)
    for language in ("fa", "en"):
        typed = f"{shown(day, language)} {format_time(at, language)}"
        assert read_moment(typed, TODAY, lexicon()) == (day, at)
