"""The trial as data: what its definition file states. Another trial needs another file, no code."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum

from flows.roles import Role

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
    """`witnesses` are the roles of whom one must see a paper envelope before it is opened."""

    block_size: int
    concealment: Concealment
    witnesses: tuple[Role, ...] = (Role.COORDINATOR, Role.CLINICIAN)


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


class OfTwo(StrEnum):
    """Which of two readings that nearly agree counts: by their place on the scale."""

    LATER = "later"
    EARLIER = "earlier"


class Weights(StrEnum):
    """How a disagreement of several steps weighs in kappa."""

    LINEAR = "linear"
    QUADRATIC = "quadratic"


@dataclass(frozen=True, slots=True)
class RatingRule:
    """How the blinded raters work; see the definition file for each. `adjudicate_from` is 0 where
    no third rating ever decides."""

    raters: int = 1
    adjudicate_from: int = 0
    of_two: OfTwo = OfTwo.LATER
    kappa: Weights = Weights.QUADRATIC
    hidden_order: bool = False
    guess: bool = False


@dataclass(frozen=True, slots=True)
class View:
    """One standard view of the head, photographed at each visit in the same way."""

    name: str
    label: Localized


@dataclass(frozen=True, slots=True)
class Photographs:
    """The standard views, in the order in which they are sent, and what is asked of each picture.

    `least_pixels` is for the shorter side, `longest_pixels` what the longer side is kept with.
    """

    views: tuple[View, ...]
    least_pixels: int
    longest_pixels: int
    least_sharpness: int
    largest_megabytes: int


@dataclass(frozen=True, slots=True)
class Sms:
    """`most_parts` is how many parts of SMS a message may take; `by_link` names the questionnaires
    that are answered on the web page rather than by SMS, where there is one."""

    most_parts: int = 6
    by_link: tuple[str, ...] = ()


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
    entry_days: int


@dataclass(frozen=True, slots=True)
class Escalation:
    """Minutes until an alert that nobody acknowledged goes on; `then` is to whom, step by step: the
    next clinician in the order of their service, or everybody of another role. `sms_minutes` after
    an urgent one was sent, whoever it did not reach is told by SMS to look."""

    at_once_minutes: int
    same_day_minutes: int
    then: tuple[Role, ...] = (Role.CLINICIAN, Role.PI)
    sms_minutes: int = 5


@dataclass(frozen=True, slots=True)
class Safety:
    """Hours until the PI must have acknowledged a serious event, and the days after which a
    clinician is asked: to assess a new event, about one without an outcome, about a pregnancy; and
    after how many more the PI is told that nothing was done."""

    serious_hours: int
    assess_days: int
    follow_up_days: int
    pregnancy_days: int
    overdue_days: int


@dataclass(frozen=True, slots=True)
class BeforeSession:
    """What the clinician fills in before each session. An answer that `excludes` blocks it;
    `pregnancy` is the item that tells of a pregnancy."""

    instrument: str
    pregnancy: str


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
class Unblinding:
    """Who may ask to see one participant's arm, and who must agree, never the same person; the
    agreement, and the look at the arm after it, each come within `minutes`."""

    asked_by: tuple[Role, ...]
    agreed_by: tuple[Role, ...]
    minutes: int


@dataclass(frozen=True, slots=True)
class EditChecks:
    """Answers that the software compares with what else is known: `days_item` is the number of days
    that a side effect lasted; `no_problem_code` is what the safety check's `no_problem_item` says
    where nothing happened."""

    days_item: str
    no_problem_item: str
    no_problem_code: str


@dataclass(frozen=True, slots=True)
class Trial:
    """What a trial's definition file states. `not_entered_by_treating_clinician` names the
    questionnaires whose answers the participant's own clinician never enters for them."""

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
    safety: Safety
    safety_check: SafetyCheck | None = None
    day_at_opening: bool = True
    rating: RatingRule = RatingRule()
    unblinding: Unblinding | None = None
    before_session: BeforeSession | None = None
    photographs: Photographs | None = None
    edit_checks: EditChecks | None = None
    not_entered_by_treating_clinician: tuple[str, ...] = ()
    sms: Sms = Sms()

    @property
    def views(self) -> tuple[View, ...]:
        """The views that are photographed; none where pictures are only recorded as taken."""
        return () if self.photographs is None else self.photographs.views

    def visit(self, name: str) -> Visit | None:
        return next((visit for visit in self.visits if visit.name == name), None)

    def visit_of_session(self, session: int) -> Visit | None:
        return next((visit for visit in self.visits if visit.session == session), None)

    @property
    def rated_visits(self) -> tuple[Visit, ...]:
        return tuple(visit for visit in self.visits if visit.rating is not None)

    @property
    def baseline(self) -> Visit:
        return self.visits[0]
