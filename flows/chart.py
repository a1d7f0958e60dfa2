"""A participant's chart: what is known of them in the trial, folded from their milestones.

Milestones are facts in the order in which they were recorded; nothing is ever overwritten. No
milestone and no chart knows an arm, a batch or a session note.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum


class Milestone(StrEnum):
    CONSENTED = "consented"
    ELIGIBILITY_RECORDED = "eligibility_recorded"
    ELIGIBILITY_CONFIRMED = "eligibility_confirmed"
    NOT_ELIGIBLE = "not_eligible"
    REFERENCE_RECORDED = "reference_recorded"
    CLINICIAN_ASSIGNED = "clinician_assigned"
    RANDOMIZED = "randomized"
    BOOKED = "booked"
    CONFIRMED_COMING = "confirmed_coming"
    CANNOT_COME = "cannot_come"
    ATTENDED = "attended"
    MISSED = "missed"
    PHOTOGRAPHED = "photographed"
    CHECKED_BEFORE_SESSION = "checked_before_session"
    SESSION_DONE = "session_done"
    PREGNANCY_REPORTED = "pregnancy_reported"
    PREGNANCY_ENDED = "pregnancy_ended"
    SESSION_BLOCKED = "session_blocked"
    MESSAGING_AGREED = "messaging_agreed"
    MESSAGING_STOPPED = "messaging_stopped"
    DISCONTINUED = "discontinued"
    WITHDRAWN = "withdrawn"
    LOST = "lost"
    DIED = "died"
    CALLED = "called"
    UNBLINDED = "unblinded"


@dataclass(frozen=True, slots=True)
class Recorded:
    """One milestone: the day it happened on, the visit it belongs to, and its codes."""

    milestone: Milestone
    on: date
    visit: str | None = None
    at: datetime | None = None
    detail: Mapping[str, str] = field(default_factory=dict)


class Status(StrEnum):
    CONSENTED = "consented"
    NOT_ELIGIBLE = "not_eligible"
    ELIGIBLE = "eligible"
    RANDOMIZED = "randomized"
    DISCONTINUED = "discontinued"
    LOST = "lost"
    WITHDRAWN = "withdrawn"
    DIED = "died"


@dataclass(frozen=True, slots=True)
class VisitChart:
    """`outside` is the code of why it lies outside its window, as it was last given."""

    booked_at: datetime | None = None
    confirmed: bool | None = None
    attended_on: date | None = None
    missed_on: date | None = None
    photographed_on: date | None = None
    checked_on: date | None = None
    session_on: date | None = None
    outside: str | None = None


NO_VISIT = VisitChart()


@dataclass(frozen=True, slots=True)
class Chart:
    """`clinician` is the person id of the named clinician."""

    participant: int
    code: str
    sex: str
    age: int
    status: Status = Status.CONSENTED
    consented_on: date | None = None
    photographs_agreed: bool = False
    messaging: bool = False
    eligibility_answered: bool = False
    excluded: bool = False
    eligibility_confirmed: bool = False
    reference_recorded: bool = False
    clinician: int | None = None
    randomized_on: date | None = None
    called_on: date | None = None
    unblinded_on: date | None = None
    pregnancy_followed: bool = False
    visits: Mapping[str, VisitChart] = field(default_factory=dict)

    def visit(self, name: str) -> VisitChart:
        return self.visits.get(name, NO_VISIT)

    @property
    def gets_messages(self) -> bool:
        """Whether reminders may leave; replies and alerts are not asked."""
        return self.messaging and self.status not in (Status.WITHDRAWN, Status.DIED)

    @property
    def is_followed(self) -> bool:
        """Whether assessments are still due: to the end, unless consent was withdrawn, or death."""
        return self.randomized_on is not None and self.status not in (
            Status.WITHDRAWN,
            Status.DIED,
        )

    @property
    def counts_for_target(self) -> bool:
        """Whether they are randomized, or may still be."""
        gone = (Status.NOT_ELIGIBLE, Status.LOST, Status.WITHDRAWN, Status.DIED)
        return self.randomized_on is not None or self.status not in gone

    @property
    def is_treated(self) -> bool:
        return self.status is Status.RANDOMIZED


def fold(chart: Chart, recorded: Iterable[Recorded]) -> Chart:
    """The chart after these milestones, in the order of recording."""
    for fact in recorded:
        chart = _after(chart, fact)
    return chart


def _after(chart: Chart, fact: Recorded) -> Chart:
    if fact.visit is not None:
        visit = _visit_after(chart.visit(fact.visit), fact)
        chart = replace(chart, visits={**chart.visits, fact.visit: visit})
    status = _STATUS_AFTER.get(fact.milestone)
    if status is not None and not _is_final(chart.status, status):
        chart = replace(chart, status=status)
    return _chart_after(chart, fact)


def _is_final(before: Status, after: Status) -> bool:
    """Death is final, and a withdrawal of consent is not turned into something less."""
    return before is Status.DIED or (before is Status.WITHDRAWN and after is not Status.DIED)


_STATUS_AFTER = {
    Milestone.NOT_ELIGIBLE: Status.NOT_ELIGIBLE,
    Milestone.ELIGIBILITY_CONFIRMED: Status.ELIGIBLE,
    Milestone.RANDOMIZED: Status.RANDOMIZED,
    Milestone.DISCONTINUED: Status.DISCONTINUED,
    Milestone.LOST: Status.LOST,
    Milestone.WITHDRAWN: Status.WITHDRAWN,
    Milestone.DIED: Status.DIED,
}


def _chart_after(chart: Chart, fact: Recorded) -> Chart:
    match fact.milestone:
        case Milestone.CONSENTED:
            return replace(
                chart,
                consented_on=fact.on,
                photographs_agreed=fact.detail.get("photographs") == "YES",
            )
        case Milestone.ELIGIBILITY_RECORDED:
            excluded = fact.detail.get("excluded") == "YES"
            return replace(
                chart, eligibility_answered=True, excluded=excluded, eligibility_confirmed=False
            )
        case Milestone.ELIGIBILITY_CONFIRMED:
            return replace(chart, eligibility_confirmed=True)
        case Milestone.REFERENCE_RECORDED:
            return replace(chart, reference_recorded=True)
        case Milestone.CLINICIAN_ASSIGNED:
            return replace(chart, clinician=int(fact.detail["clinician"]))
        case Milestone.RANDOMIZED:
            return replace(chart, randomized_on=fact.on)
        case Milestone.UNBLINDED:
            return replace(chart, unblinded_on=fact.on)
        case Milestone.CALLED:
            return replace(chart, called_on=fact.on)
        case Milestone.PREGNANCY_REPORTED:
            return replace(chart, pregnancy_followed=True)
        case Milestone.PREGNANCY_ENDED:
            return replace(chart, pregnancy_followed=False)
        case Milestone.MESSAGING_AGREED:
            return replace(chart, messaging=True)
        case Milestone.MESSAGING_STOPPED:
            return replace(chart, messaging=False)
        case _:
            return chart


def _visit_after(visit: VisitChart, fact: Recorded) -> VisitChart:
    outside = fact.detail.get("outside")
    if outside is not None:
        visit = replace(visit, outside=outside)
    match fact.milestone:
        case Milestone.BOOKED:
            return replace(
                visit, booked_at=fact.at, confirmed=None, missed_on=None, outside=outside
            )
        case Milestone.CONFIRMED_COMING:
            return replace(visit, confirmed=True)
        case Milestone.CANNOT_COME:
            return replace(visit, confirmed=False)
        case Milestone.ATTENDED:
            return replace(visit, attended_on=fact.on, missed_on=None)
        case Milestone.MISSED:
            return replace(visit, missed_on=fact.on)
        case Milestone.PHOTOGRAPHED:
            return replace(visit, photographed_on=fact.on)
        case Milestone.CHECKED_BEFORE_SESSION:
            return replace(visit, checked_on=fact.on)
        case Milestone.SESSION_DONE:
            attended_on = visit.attended_on or fact.on
            return replace(visit, session_on=fact.on, attended_on=attended_on, missed_on=None)
        case _:
            return visit
