"""Dates and times in what a person typed: a value, or the problem with it.

Both calendars are read everywhere and told apart by the year: 1300 to 1500 is Jalali, 1900 to
2100 is Gregorian. A year of two digits, a year written last in numbers alone (02/03/2025) and a
weekday that is not the date's are ambiguous. A bare hour from 1 to 7 is ambiguous too: a clinic
knows both.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date, time, timedelta
from functools import cache

from bot.language.calendars import from_jalali, to_jalali
from bot.language.lexicon import Calendar, DayPart, Lexicon, any_of
from bot.language.typed_text import Problem, compact, normalize, trimmed

_YEARS: Mapping[Calendar, range] = {
    "jalali": range(1300, 1501),
    "gregorian": range(1900, 2101),
}
# Around Nowruz a day without a year can belong to the neighbouring year.
_NEAR = timedelta(days=60)
_HOURS: Mapping[DayPart, Mapping[int, int]] = {
    DayPart.AM: {12: 0} | {hour: hour for hour in range(1, 12)},
    DayPart.MORNING: {hour: hour for hour in range(1, 12)},
    DayPart.NOON: {11: 11, 12: 12, 1: 13, 2: 14, 3: 15},
    DayPart.PM: {12: 12} | {hour: hour + 12 for hour in range(1, 12)},
    DayPart.EVENING: {hour: hour + 12 for hour in range(3, 12)},
    DayPart.NIGHT: {12: 0} | {hour: hour + 12 for hour in range(7, 12)},
}
_AMBIGUOUS_HOURS = range(1, 8)


def read_date(
    text: str, today: date, lexicon: Lexicon, *, latest: date | None = None
) -> date | Problem:
    """The day meant, refused as a future date when it lies after `latest`."""
    typed = compact(trimmed(normalize(text)))
    if typed in lexicon.days:
        day: date | Problem = today + timedelta(days=lexicon.days[typed])
    else:
        day = _written_day(typed, today, lexicon)
    if latest is not None and isinstance(day, date) and day > latest:
        return Problem.FUTURE_DATE
    return day


def read_time(text: str, lexicon: Lexicon) -> time | Problem:
    match = _time_pattern(lexicon).fullmatch(compact(trimmed(normalize(text))))
    if match is None:
        return Problem.NOT_A_TIME
    hour, minute = int(match["hour"]), _minute(match)
    if hour >= 24 or minute >= 60:
        return Problem.OUT_OF_RANGE
    part = lexicon.times.parts[match["part"]] if match["part"] else None
    meant = _hour_meant(hour, part)
    return Problem.AMBIGUOUS if meant is None else time(meant, minute)


def read_moment(text: str, today: date, lexicon: Lexicon) -> tuple[date, time | None] | Problem:
    """A day, and the hour after it if one is written."""
    alone = read_date(text, today, lexicon)
    if alone is not Problem.NOT_A_DATE:
        return alone if isinstance(alone, Problem) else (alone, None)
    read = _days_with_hours(normalize(text).split(), today, lexicon)
    found = {(day, at) for day, at in read if isinstance(at, time)}
    if len(found) == 1:
        return found.pop()
    problems = {at for _, at in read if isinstance(at, Problem)} - {Problem.NOT_A_TIME}
    return Problem.AMBIGUOUS if found else min(problems, key=str, default=alone)


def _days_with_hours(
    words: Sequence[str], today: date, lexicon: Lexicon
) -> list[tuple[date, time | Problem]]:
    """Each way to read the first words as a day, with the rest as an hour."""
    halves = [(" ".join(words[:it]), " ".join(words[it:])) for it in range(1, len(words))]
    return [
        (day, read_time(hour, lexicon))
        for first, hour in halves
        if isinstance(day := read_date(first, today, lexicon), date)
    ]


def _written_day(typed: str, today: date, lexicon: Lexicon) -> date | Problem:
    found = (pattern.fullmatch(typed) for pattern in _date_patterns(lexicon))
    match = next((match for match in found if match), None)
    if match is None:
        return _unreadable(typed)
    day = _day_of(match, today, lexicon)
    weekday = match["weekday"]
    if weekday and isinstance(day, date) and day.weekday() != lexicon.weekdays[weekday]:
        return Problem.AMBIGUOUS
    return day


def _unreadable(typed: str) -> Problem:
    """Three numbers or eight digits are a date, only not one that can be read in one way."""
    numbers = re.fullmatch(r"[0-9]{1,4}[-/. ][0-9]{1,4}[-/. ][0-9]{1,4}|[0-9]{8}", typed)
    return Problem.AMBIGUOUS if numbers else Problem.NOT_A_DATE


@cache
def _date_patterns(lexicon: Lexicon) -> tuple[re.Pattern[str], ...]:
    filler = f"(?:[-/,،.]|{any_of(lexicon.date_fillers)}){{0,4}}"
    lead = rf"{filler}(?P<weekday>{any_of(lexicon.weekdays)})?{filler}"
    month = f"(?P<month>{any_of(lexicon.months)})"
    day = f"(?P<day>[0-9]{{1,2}}){any_of(lexicon.ordinals)}?"
    return (
        re.compile(
            f"{lead}(?P<year>[0-9]{{4}})(?P<gap>[-/. ])(?P<month>[0-9]{{1,2}})(?P=gap){day}"
        ),
        re.compile(f"{lead}{day}{filler}{month}{filler}(?P<year>[0-9]+)?"),
        re.compile(f"{lead}{month}{filler}{day}(?:[ ]?{filler}(?P<year>[0-9]+))?"),
        re.compile(f"{lead}(?P<year>[0-9]{{4}}){filler}{month}{filler}{day}"),
    )


def _day_of(match: re.Match[str], today: date, lexicon: Lexicon) -> date | Problem:
    day, year = int(match["day"]), match["year"]
    named = lexicon.months.get(match["month"])
    if year is None:
        return _day_without_year(day, named, today)
    if len(year) < 4:
        return Problem.AMBIGUOUS
    calendar = _calendar_of(year)
    if calendar is None:
        return Problem.OUT_OF_RANGE
    if named is not None and named[0] != calendar:
        return Problem.AMBIGUOUS
    month = named[1] if named else int(match["month"])
    return _day_in(calendar, int(year), month, day)


def _calendar_of(year: str) -> Calendar | None:
    # A year of more digits than four is in no range, and `int` refuses thousands of them.
    known = (calendar for calendar, years in _YEARS.items() if int(year[:5]) in years)
    return next(known, None)


def _day_in(calendar: Calendar, year: int, month: int, day: int) -> date | Problem:
    try:
        if calendar == "jalali":
            return from_jalali(year, month, day)
        return date(year, month, day)
    except ValueError:
        return Problem.IMPOSSIBLE_DATE


def _day_without_year(day: int, named: tuple[Calendar, int] | None, today: date) -> date | Problem:
    """A day of this Jalali year, or of a neighbouring year when that is near."""
    if named is None or named[0] != "jalali":
        return Problem.AMBIGUOUS
    this_year = to_jalali(today).year
    for year in (this_year - 1, this_year + 1):
        neighbour = _day_in("jalali", year, named[1], day)
        if isinstance(neighbour, date) and abs(neighbour - today) <= _NEAR:
            return neighbour
    return _day_in("jalali", this_year, named[1], day)


@cache
def _time_pattern(lexicon: Lexicon) -> re.Pattern[str]:
    words = lexicon.times
    conjunction = any_of(lexicon.conjunctions)
    clock = "[:.](?P<clock>[0-9]{2})"
    spoken = f"{conjunction}(?P<spoken>[0-9]{{1,2}}){any_of(words.minutes)}?"
    half = f"{conjunction}(?P<half>{any_of(words.half)})"
    quarter = f"{conjunction}(?P<quarter>{any_of(words.quarter)})"
    return re.compile(
        f"{any_of(words.before)}?(?P<hour>[0-9]{{1,2}})(?:{clock}|{spoken}|{half}|{quarter})?"
        f"{any_of(words.after)}?(?P<part>{any_of(words.parts)})?"
    )


def _minute(match: re.Match[str]) -> int:
    if match["half"]:
        return 30
    if match["quarter"]:
        return 15
    return int(match["clock"] or match["spoken"] or 0)


def _hour_meant(hour: int, part: DayPart | None) -> int | None:
    if part is None:
        return None if hour in _AMBIGUOUS_HOURS else hour
    hours = _HOURS[part]
    # An hour of the 24-hour clock may name its part of the day as well: "17:30 عصر".
    is_on_long_clock = hour not in hours and hour in hours.values()
    return hour if is_on_long_clock else hours.get(hour)
