"""Days and times as people read them: Jalali in Persian, Gregorian in English.

Times are kept in UTC and days as Gregorian dates; only here do they become what a person sees.
The names of days and months are wording: they come in as `words`, a catalogue of one language.
"""

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Literal, NamedTuple, assert_never
from zoneinfo import ZoneInfo

from persiantools.jdatetime import JalaliDate

Language = Literal["fa", "en"]
Words = Callable[[str], str]

# In the order of date.weekday(), which begins on Monday.
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
PERSIAN_DIGITS = "۰۱۲۳۴۵۶۷۸۹"

# The library leaves its constructor without types.
_JALALI: Callable[..., JalaliDate] = JalaliDate
_TO_PERSIAN = str.maketrans("0123456789", PERSIAN_DIGITS)


class YearMonthDay(NamedTuple):
    year: int
    month: int
    day: int


def to_jalali(day: date) -> YearMonthDay:
    jalali = _JALALI(day)
    return YearMonthDay(jalali.year, jalali.month, jalali.day)


def from_jalali(year: int, month: int, day: int) -> date:
    """The day of a Jalali date; a ValueError where the calendar has no such date."""
    return _JALALI(year, month, day).to_gregorian()


def to_persian_digits(text: str) -> str:
    return text.translate(_TO_PERSIAN)


def isolate(text: str) -> str:
    """A Latin code between isolates, since it would reorder the Persian text around it."""
    return f"\u2068{text}\u2069"


def local(at: datetime, zone: ZoneInfo) -> datetime:
    assert at.tzinfo is not None, "a stored time knows its zone"
    return at.astimezone(zone)


def add_jalali_months(day: date, months: int) -> date:
    """The same day of a later Jalali month, or that month's last day."""
    start = to_jalali(day)
    year, month_index = divmod(start.year * 12 + start.month - 1 + months, 12)
    month = month_index + 1
    last = JalaliDate.days_in_month(month, year)
    return from_jalali(year, month, min(start.day, last))


def format_date(day: date, language: Language, words: Words) -> str:
    """The whole date with its weekday, such as "Saturday 2 August 2025"."""
    return _in_digits(_fill(words("calendar.date"), _date_parts(day, language, words)), language)


def format_time(at: time, language: Language) -> str:
    return _in_digits(f"{at.hour:02d}:{at.minute:02d}", language)


def _date_parts(day: date, language: Language, words: Words) -> dict[str, str]:
    match language:
        case "fa":
            calendar, shown = "jalali", to_jalali(day)
        case "en":
            calendar, shown = "gregorian", YearMonthDay(day.year, day.month, day.day)
        case _:
            assert_never(language)
    return {
        "weekday": words(f"calendar.weekday.{WEEKDAYS[day.weekday()]}"),
        "day": str(shown.day),
        "month": words(f"calendar.month.{calendar}.{shown.month}"),
        "year": str(shown.year),
    }


def _fill(pattern: str, parts: dict[str, str]) -> str:
    for name, value in parts.items():
        pattern = pattern.replace(f"{{{name}}}", value)
    return pattern


def _in_digits(text: str, language: Language) -> str:
    return to_persian_digits(text) if language == "fa" else text
