"""A day at the clinic as the coordinator sees it."""

from dataclasses import dataclass, field
from datetime import date, time
from enum import StrEnum


class Need(StrEnum):
    """What a visit still asks of somebody."""

    PHOTOGRAPHS = "photographs"
    RATING = "rating"
    SESSION = "session"
    FORMS = "forms"


class CallReason(StrEnum):
    """Why a participant is phoned: they are stuck at a question, a questionnaire waits, or no
    reminder reaches them.
    """

    STUCK = "stuck"
    FORM = "form"
    VISIT = "visit"


@dataclass(frozen=True, slots=True)
class Expected:
    """A visit of today; `confirmed` is None while the participant has not answered."""

    hour: time
    code: str
    visit: str
    confirmed: bool | None
    attended: bool
    needs: tuple[Need, ...]
    name: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Call:
    """`until` is the last day of the questionnaire, or the day of the visit."""

    code: str
    reason: CallReason
    until: date
    name: str = field(repr=False)
    phone: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Unbooked:
    code: str
    visit: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class DayFacts:
    day: date
    expected: tuple[Expected, ...]
    calls: tuple[Call, ...]
    unbooked: tuple[Unbooked, ...]
    letters: int
    alerts: int
    queries: int

    @property
    def is_quiet(self) -> bool:
        """Whether nobody need be told of this day: visits not booked are told of by themselves, and
        queries wait for a busier one."""
        return not (self.expected or self.calls or self.letters or self.alerts)


@dataclass(frozen=True, slots=True)
class Found:
    code: str
    name: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class FindFacts:
    """Everybody who fits what was looked for, and everybody if nothing was."""

    found: tuple[Found, ...]
