"""The trial as data: what its definition file states. Another trial needs another file, no code."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum

Localized = Mapping[str, str]


class Concealment(StrEnum):
    """How the arm waits: sealed in a row of its own, or in a paper envelope."""

    DIGITAL = "digital"
    PAPER = "paper"


class Weekday(StrEnum):
    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


WEEKDAYS = tuple(Weekday)


@dataclass(frozen=True, slots=True)
class Closure:
    """Days, first to last, on which the clinic is closed."""

    first_on: date
    last_on: date


@dataclass(frozen=True, slots=True)
class Site:
    """An appointment lasts `visit_minutes`; `visits_at_once` of them can go on together."""

    name: Localized
    time_zone: str
    clinic_phone: str
    emergency_number: str
    opens: time
    closes: time
    closed_weekdays: tuple[Weekday, ...] = ()
    closures: tuple[Closure, ...] = ()
    visit_minutes: int = 30
    visits_at_once: int = 1

    def is_closed(self, on: date) -> bool:
        """Whether the clinic is closed on this day, by its week or by a dated closure."""
        weekly = WEEKDAYS[on.weekday()] in self.closed_weekdays
        return weekly or any(it.first_on <= on <= it.last_on for it in self.closures)

    @property
    def emergency(self) -> int | str:
        """The emergency number as it is worded: a short number in the digits of the language."""
        number = self.emergency_number
        return int(number) if number.isdecimal() and not number.startswith("0") else number


@dataclass(frozen=True, slots=True)
class QuietHours:
    begin: time
    end: time


@dataclass(frozen=True, slots=True)
class Arm:
    """`list_labels` are further names by which an allocation list may call the arm."""

    code: str
    name: Localized
    weight: int = 1
    list_labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AllocationRule:
    block_size: int
    concealment: Concealment


@dataclass(frozen=True, slots=True)
class Visit:
    """Due `months` after treatment session `after_session`; `opens_forms` open on the due date.

    `session` is the treatment session given at this visit, if any; `days_before` and `days_after`
    are its window. The baseline visit has no due date: `after_session` is 0.
    """

    name: str
    label: Localized
    after_session: int = 0
    months: int = 0
    days_before: int = 0
    days_after: int = 0
    session: int | None = None
    photographs: bool = True
    rating: str | None = None
    opens_forms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SafetyCheck:
    instrument: str
    days_after_session: int
    window_days: int


@dataclass(frozen=True, slots=True)
class Reminders:
    """Days and hours at which people are reminded; see the definition file for each."""

    visit_days_before: int
    evening_before_at: time
    same_day_hours_before: int
    form_days: tuple[int, ...]
    call_list_day: int
    unbooked_days_before: int
    rating_days: tuple[int, ...]
    rating_escalates_on_day: int


@dataclass(frozen=True, slots=True)
class Escalation:
    """Minutes until an alert that nobody acknowledged goes on to the principal investigator."""

    at_once_minutes: int
    same_day_minutes: int


@dataclass(frozen=True, slots=True)
class Summary:
    weekday: Weekday
    at: time


@dataclass(frozen=True, slots=True)
class Eligibility:
    least_age: int
    most_age: int
    instrument: str
    reference: str
    session_1_within_days: int


@dataclass(frozen=True, slots=True)
class EditChecks:
    """Answers that the software compares with what else is known; see the definition file."""

    days_item: str = "days"
    no_problem_item: str = "any"
    no_problem_code: str = "NO"


@dataclass(frozen=True, slots=True)
class Trial:
    id: str
    title: Localized
    registration: str
    ethics: str
    phase: str
    target: int
    consent_versions: tuple[str, ...]
    open_points: tuple[str, ...]
    site: Site
    quiet_hours: QuietHours
    arms: tuple[Arm, ...]
    allocation: AllocationRule
    eligibility: Eligibility
    visits: tuple[Visit, ...]
    side_effect_report: str
    reminders: Reminders
    escalation: Escalation
    weekly_summary: Summary
    safety_check: SafetyCheck | None = None
    day_at_opening: bool = True
    edit_checks: EditChecks = EditChecks()

    def visit(self, name: str) -> Visit | None:
        return next((visit for visit in self.visits if visit.name == name), None)

    def visit_of_session(self, session: int) -> Visit | None:
        return next((visit for visit in self.visits if visit.session == session), None)

    @property
    def baseline(self) -> Visit:
        return self.visits[0]
