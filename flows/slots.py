"""Free moments in the clinic's diary, for an appointment that is booked with one tap.

A quick choice is always in the future, on a day when the clinic is open, in its hours, and not
taken; it lies in the visit's window as long as a moment there is left.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import count, islice, takewhile

from flows.chart import Chart, Status
from flows.definition import Site
from flows.schedule import Due

AtClinic = Callable[[date, time], datetime]

WEEKS = 4
GONE = frozenset({Status.NOT_ELIGIBLE, Status.WITHDRAWN, Status.DIED})
# No clinic is closed, or booked out, for longer than this.
FARTHEST = 366


@dataclass(frozen=True, slots=True)
class Appointment:
    """One that is still to be kept, of whichever participant."""

    code: str
    visit: str
    at: datetime


def appointments(charts: Iterable[Chart]) -> tuple[Appointment, ...]:
    """The appointments that were neither kept nor missed, of whoever may still come."""
    return tuple(
        Appointment(chart.code, name, visit.booked_at)
        for chart in charts
        if chart.status not in GONE
        for name, visit in chart.visits.items()
        if visit.booked_at and visit.attended_on is None and visit.missed_on is None
    )


@dataclass(frozen=True, slots=True)
class Diary:
    """The clinic's hours and what is booked in them, apart from the appointment that is made.

    `not_on` is the day of the appointment that it takes the place of: another day is wanted.
    """

    site: Site
    at_clinic: AtClinic
    now: datetime
    booked: tuple[Appointment, ...] = ()
    not_on: date | None = None

    def clashing(self, at: datetime) -> tuple[Appointment, ...]:
        """The appointments beside which another one would be too many."""
        lasts = timedelta(minutes=self.site.visit_minutes)
        beside = tuple(it for it in self.booked if abs(it.at - at) < lasts)
        return beside if len(beside) >= self.site.visits_at_once else ()

    def free_on(self, on: date, hour: time) -> datetime | None:
        """The free moment of a day that is nearest to this hour."""
        if self.site.is_closed(on) or on == self.not_on:
            return None
        moments = (self.at_clinic(on, it) for it in self._hours(hour))
        free = (at for at in moments if at > self.now and not self.clashing(at))
        wanted = self.at_clinic(on, hour)
        return min(free, key=lambda at: (abs(at - wanted), at), default=None)

    def _hours(self, hour: time) -> Iterator[time]:
        """The hours at which an appointment ends in time: this one, and each after another."""
        any_day, lasts = date.min, timedelta(minutes=self.site.visit_minutes)
        closes = datetime.combine(any_day, self.site.closes)
        at = datetime.combine(any_day, self.site.opens)
        if self.site.opens <= hour and datetime.combine(any_day, hour) + lasts <= closes:
            yield hour
        while at + lasts <= closes:
            yield at.time()
            at += lasts


@dataclass(frozen=True, slots=True)
class LastVisit:
    """When the participant was last at the clinic; the hour is that of the appointment."""

    on: date
    hour: time


@dataclass(frozen=True, slots=True)
class Slot:
    """`is_weeks_after`: as many weeks after the last visit, on the same weekday and hour."""

    at: datetime
    is_weeks_after: bool = field(default=False)


def quick_choices(
    diary: Diary, today: date, due: Due | None, last: LastVisit | None, hour: time, most: int
) -> tuple[Slot, ...]:
    """The moments to offer: some weeks after the last visit, the due date, the days around it, at
    this hour or the nearest that is free.

    Where no moment in the window is left, the nearest ones before and after it.
    """
    days = _days_of(due, today)
    first: tuple[Slot, ...] = ()
    if due is not None and last is not None and (at := _weeks_after(diary, due, last)) is not None:
        first = (Slot(at, is_weeks_after=True),)
        days = (day for day in days if day != last.on + timedelta(weeks=WEEKS))
    others = (Slot(at) for at in _moments(diary, hour, days))
    found = (*first, *islice(others, most - len(first)))
    return found or tuple(Slot(at) for at in _around(diary, today, due, hour, most))


def _weeks_after(diary: Diary, due: Due, last: LastVisit) -> datetime | None:
    """The moment so many weeks after the last visit, if it is free and in the window."""
    on = last.on + timedelta(weeks=WEEKS)
    at = diary.free_on(on, last.hour)
    is_same = at == diary.at_clinic(on, last.hour) and due.days_outside(on) == 0
    return at if is_same else None


def _moments(diary: Diary, hour: time, days: Iterable[date]) -> Iterator[datetime]:
    return (at for day in days if (at := diary.free_on(day, hour)) is not None)


def _days_of(due: Due | None, today: date) -> Iterable[date]:
    """The days of the window that are left, the due date first; of a visit without one, all."""
    if due is None:
        return _days_from(today)
    length = (due.closes_on - due.opens_on).days
    days = (due.opens_on + timedelta(days=day) for day in range(length + 1))
    return sorted((it for it in days if it >= today), key=lambda it: (abs(it - due.due_on), it))


def _days_from(first: date) -> Iterator[date]:
    return (first + timedelta(days=day) for day in islice(count(), FARTHEST))


def _around(
    diary: Diary, today: date, due: Due | None, hour: time, most: int
) -> Iterator[datetime]:
    """The nearest days before the window, half of them at most, and after it."""
    if due is None:
        return
    back = (due.opens_on - timedelta(days=day) for day in range(1, FARTHEST))
    before = _moments(diary, hour, takewhile(lambda it: it >= today, back))
    nearest = sorted(islice(before, most // 2))
    yield from nearest
    after = _days_from(max(today, due.closes_on + timedelta(days=1)))
    yield from islice(_moments(diary, hour, after), most - len(nearest))
