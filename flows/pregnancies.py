"""A pregnancy during the trial: no event in itself, but followed to its outcome."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flows.chart import Chart, Milestone
from flows.definition import Safety, Trial
from flows.effects.milestones import RecordMilestone
from flows.effects.pregnancies import OpenPregnancy

ONGOING = "ONGOING"
OUTCOMES = (
    ONGOING,
    "LIVE_BIRTH",
    "MISCARRIAGE",
    "TERMINATION",
    "STILLBIRTH",
    "ECTOPIC",
    "NOT_PREGNANT",
    "UNKNOWN",
)
# These are serious events as well.
SERIOUS = frozenset({"MISCARRIAGE", "STILLBIRTH", "ECTOPIC"})


@dataclass(frozen=True, slots=True)
class Pregnancy:
    """`followed` is what was recorded of it, and when; `received`: the PI acknowledged it."""

    id: int
    number: int
    participant: int
    learnt_on: date
    opened_at: datetime
    followed: tuple[tuple[str, datetime], ...] = ()
    received: bool = False

    @property
    def outcome(self) -> str:
        """The newest one; a pregnancy goes on until another is recorded."""
        return self.followed[-1][0] if self.followed else ONGOING

    @property
    def code(self) -> str:
        return f"PR-{self.number:03}"

    @property
    def is_open(self) -> bool:
        """Nothing is closed without an outcome."""
        return self.outcome == ONGOING

    @property
    def last_at(self) -> datetime:
        return self.followed[-1][1] if self.followed else self.opened_at


def is_overdue(rule: Safety, pregnancy: Pregnancy, now: datetime) -> bool:
    waited = timedelta(days=rule.pregnancy_days + rule.overdue_days)
    return pregnancy.is_open and pregnancy.last_at + waited <= now


def begin_following(
    trial: Trial, chart: Chart, on: date
) -> tuple[RecordMilestone | OpenPregnancy, ...]:
    """What a pregnancy leads to, however it was learnt: treatment stops, assessments go on."""
    reported = RecordMilestone(chart.participant, Milestone.PREGNANCY_REPORTED, on)
    stopped = stop_treatment(trial, chart, on, "PREGNANT")
    return (reported, *stopped, OpenPregnancy(chart.participant, on))


def stop_treatment(
    trial: Trial, chart: Chart, on: date, because: str
) -> tuple[RecordMilestone, ...]:
    if not _stops_treatment(trial, chart):
        return ()
    detail = {"because": because}
    return (RecordMilestone(chart.participant, Milestone.DISCONTINUED, on, detail=detail),)


def _stops_treatment(trial: Trial, chart: Chart) -> bool:
    """Whether sessions were still to be given: after the last one there is nothing to stop."""
    return chart.is_treated and any(
        visit.session is not None and chart.visit(visit.name).session_on is None
        for visit in trial.visits
    )
