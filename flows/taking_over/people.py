"""The participants that the facts make, and their milestones in the order of happening."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import cache
from typing import cast

from flows.chart import Chart, Milestone, Recorded, fold
from flows.definition import Trial
from flows.effects.milestones import RecordMilestone
from flows.forms import Answer, Answers, Form, Item
from flows.instruments import Instrument
from flows.instruments import form as build_form
from flows.schedule import AddMonths
from flows.submission import Submitted, after_submission
from flows.taking_over.facts import MILESTONES, Fact, Name


@dataclass(frozen=True, slots=True)
class Rules:
    """What a file is judged by: the trial, its newest instruments, and the calendar."""

    trial: Trial
    instruments: Mapping[str, Instrument] = field(repr=False)
    at_clinic: Callable[[date, time], datetime] = field(repr=False)
    add_months: AddMonths = field(repr=False)
    languages: tuple[str, ...] = ("fa", "en")


@dataclass(frozen=True, slots=True)
class FilledForm:
    """One instrument as it was filled in; `lines` is where each of its answers stands."""

    instrument: Instrument
    visit: str | None
    on: date
    answers: Answers = field(repr=False)
    lines: Mapping[str, int] = field(repr=False)

    @property
    def line(self) -> int:
        return min(self.lines.values())

    @property
    def form(self) -> Form:
        return _form(self.instrument, any_time=self.visit is None)


@cache
def _form(instrument: Instrument, *, any_time: bool) -> Form:
    return build_form(instrument, any_time=any_time)


def items_of(instrument: Instrument) -> tuple[Item, ...]:
    return _form(instrument, any_time=False).items


@dataclass(frozen=True, slots=True)
class Taken:
    """A participant who is taken over."""

    line: int
    code: str
    sex: str
    age: int
    consented_on: date
    identity: Mapping[str, Answer] = field(repr=False)
    consent: Mapping[str, Answer] = field(repr=False)
    facts: tuple[Fact, ...] = ()
    forms: tuple[FilledForm, ...] = ()

    def first(self, name: Name) -> Fact | None:
        return next(self.named(name), None)

    def named(self, *names: Name) -> Iterator[Fact]:
        return (fact for fact in self.facts if fact.name in names)

    @property
    def envelope(self) -> Fact | None:
        return self.first(Name.ENVELOPE)


# What follows from a form by itself. Whether treatment ended, the file says.
_FROM_FORMS = frozenset(
    {
        Milestone.ELIGIBILITY_RECORDED,
        Milestone.NOT_ELIGIBLE,
        Milestone.REFERENCE_RECORDED,
        Milestone.CHECKED_BEFORE_SESSION,
        Milestone.SESSION_BLOCKED,
    }
)
# The order of what happened on one day.
_IN_ORDER = (
    Milestone.CONSENTED,
    Milestone.MESSAGING_AGREED,
    Milestone.ELIGIBILITY_RECORDED,
    Milestone.NOT_ELIGIBLE,
    Milestone.ELIGIBILITY_CONFIRMED,
    Milestone.REFERENCE_RECORDED,
    Milestone.PHOTOGRAPHED,
    Milestone.CLINICIAN_ASSIGNED,
    Milestone.RANDOMIZED,
    Milestone.MISSED,
    Milestone.ATTENDED,
    Milestone.CHECKED_BEFORE_SESSION,
    Milestone.SESSION_BLOCKED,
    Milestone.SESSION_DONE,
    Milestone.BOOKED,
    Milestone.DISCONTINUED,
    Milestone.LOST,
    Milestone.WITHDRAWN,
    Milestone.DIED,
)


def milestones(rules: Rules, taken: Taken) -> Sequence[Recorded]:
    """Everything that happened with a participant, first to last."""
    found = [
        *_of_consent(taken),
        *(it for form in taken.forms for it in _of_form(rules.trial, taken, form)),
        *(_of_fact(rules, fact) for fact in taken.facts),
    ]
    return sorted(found, key=lambda it: (it.on, _IN_ORDER.index(it.milestone)))


def chart_of(rules: Rules, taken: Taken) -> Chart:
    """The chart that the participant will have."""
    return fold(_new(taken), milestones(rules, taken))


def _new(taken: Taken) -> Chart:
    return Chart(0, taken.code, taken.sex, taken.age)


def _of_consent(taken: Taken) -> Iterator[Recorded]:
    detail = {name: str(it) for name, it in taken.consent.items() if name != "witness"}
    yield Recorded(Milestone.CONSENTED, taken.consented_on, detail=detail)
    if taken.consent["messages"] == "YES":
        yield Recorded(Milestone.MESSAGING_AGREED, taken.consented_on)


def _of_form(trial: Trial, taken: Taken, form: FilledForm) -> Iterator[Recorded]:
    """What a form leads to when it is submitted here, on the day on which it was filled in."""
    effects = after_submission(
        trial, form.instrument, form.answers, _new(taken), form.on, Submitted(0, form.visit)
    )
    for effect in effects:
        if isinstance(effect, RecordMilestone) and effect.milestone in _FROM_FORMS:
            yield Recorded(effect.milestone, effect.on, effect.visit, detail=effect.detail)


def _of_fact(rules: Rules, fact: Fact) -> Recorded:
    on = cast(date, fact.on)
    at = rules.at_clinic(on, fact.value) if isinstance(fact.value, time) else None
    detail = {"clinician": str(fact.value)} if fact.name is Name.CLINICIAN else {}
    return Recorded(MILESTONES[fact.name], on, fact.visit, at, detail)
