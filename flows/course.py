"""The course of one participant so far: all that deviations and edit checks are found in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from flows.chart import Chart, Status
from flows.definition import Trial, Visit
from flows.facts.participants import FormState
from flows.forms import Answers
from flows.schedule import Due
from flows.text import Text


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """One that the participant is to answer at a visit, whether or not it was ever opened: a date
    can be entered so late that the window has passed."""

    instrument: str
    title: Text
    visit: str
    closes_on: date
    submitted: bool


@dataclass(frozen=True, slots=True)
class Filled:
    """A form of the participant that was submitted."""

    form: FormState
    submitted_on: date
    answers: Answers = field(repr=False)


@dataclass(frozen=True, slots=True)
class Course:
    """`rated` names the visits whose rating is submitted, never how; `alerted_on` are the days of
    alerts."""

    trial: Trial
    chart: Chart
    due: Mapping[str, Due]
    questionnaires: tuple[Questionnaire, ...]
    filled: tuple[Filled, ...]
    rated: frozenset[str]
    alerted_on: tuple[date, ...]
    today: date
    clinic_day: Callable[[datetime], date]

    @property
    def is_lost(self) -> bool:
        """Who is lost to follow-up answers nothing and comes to no visit: that says it all."""
        return self.chart.status is Status.LOST

    @property
    def unanswered(self) -> tuple[Questionnaire, ...]:
        """Those whose last day has passed without them."""
        if self.is_lost:
            return ()
        return tuple(
            it for it in self.questionnaires if not it.submitted and it.closes_on < self.today
        )

    def session_wanted_by(self, visit: Visit) -> date | None:
        """The day on which a session was to be given that was not; None if there is none such.

        The first one may follow the randomization by some days, any other belongs to its visit.
        """
        at_visit, randomized_on = self.chart.visit(visit.name), self.chart.randomized_on
        if visit.session is None or at_visit.session_on is not None or not self.chart.is_treated:
            return None
        if visit.session > 1 or randomized_on is None:
            return at_visit.attended_on
        within = timedelta(days=self.trial.eligibility.session_1_within_days)
        return None if at_visit.missed_on is not None else randomized_on + within
