"""The course of one participant so far: all that deviations and edit checks are found in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from flows.chart import Chart
from flows.definition import Trial
from flows.facts.participants import FormState
from flows.forms import Answers
from flows.schedule import Due


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
    forms: tuple[FormState, ...]
    filled: tuple[Filled, ...]
    rated: frozenset[str]
    alerted_on: tuple[date, ...]
    today: date
    clinic_day: Callable[[datetime], date]

    @property
    def unanswered(self) -> tuple[FormState, ...]:
        """Questionnaires of visits whose last day has passed without them."""
        return tuple(
            form
            for form in self.forms
            if form.visit is not None
            and not form.submitted
            and form.closes_on is not None
            and form.closes_on < self.today
        )
