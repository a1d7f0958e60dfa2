"""Adverse events: what was reported, and how a clinician assesses it, version beside version.

Seriousness is not severity (ICH E2A): grade and criteria are set by a clinician, never taken from
the participant's word. An event holds codes alone; its words are kept with the arms, because they
can name a product.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flows.chart import Chart
from flows.definition import Safety, Trial
from flows.forms import Answers
from flows.instruments import Instrument, ItemKind
from flows.text import Text, text

GRADES = (1, 2, 3, 4, 5)
DEATH = "DEATH"
CRITERIA = (DEATH, "LIFE_THREATENING", "HOSPITAL", "DISABILITY", "ANOMALY", "IMPORTANT")
NOT_SERIOUS = "NOT_SERIOUS"
RELATEDNESS = ("UNRELATED", "UNLIKELY", "POSSIBLE", "PROBABLE", "DEFINITE")
EXPECTEDNESS = ("EXPECTED", "UNEXPECTED")
STOPPED = "STOPPED"
ACTIONS = ("NO_CHANGE", "POSTPONED", STOPPED, "NOT_APPLICABLE")
RECOVERED, RECOVERING, NOT_RECOVERED = "RECOVERED", "RECOVERING", "NOT_RECOVERED"
SEQUELAE, FATAL, UNKNOWN = "SEQUELAE", "FATAL", "UNKNOWN"
OUTCOMES = (RECOVERED, RECOVERING, NOT_RECOVERED, SEQUELAE, FATAL, UNKNOWN)
# With these the event ended on a day.
RESOLVED = frozenset({RECOVERED, SEQUELAE, FATAL})
# The term that only words can tell.
OTHER = "OTHER"


@dataclass(frozen=True, slots=True)
class Term:
    """A problem of an instrument's list: `terms` is the list, such as "side_effects.1"."""

    terms: str
    item: str
    code: str

    @property
    def label(self) -> Text:
        return text(f"{self.terms}.{self.item}.{self.code}.button")


@dataclass(frozen=True, slots=True)
class Assessment:
    """What a clinician holds of the event as of then. `criteria`: serious if there is any."""

    onset_on: date
    grade: int
    criteria: tuple[str, ...]
    relatedness: str
    expectedness: str
    action: str
    outcome: str
    resolved_on: date | None


@dataclass(frozen=True, slots=True)
class Version:
    """One assessment as it stands in the record."""

    id: int
    number: int
    assessed_by: int
    assessed_at: datetime
    assessment: Assessment


@dataclass(frozen=True, slots=True)
class Event:
    """One adverse event. `received`, `reported` and `closed` are the newest versions that the PI
    acknowledged, that a report was made of, and with which it was closed; 0 for none. `part_of` is
    the event that this one turned out to be the same as."""

    id: int
    number: int
    participant: int
    term: Term
    source: str
    opened_at: datetime
    versions: tuple[Version, ...] = ()
    received: int = 0
    reported: int = 0
    closed: int = 0
    part_of: int | None = None

    @property
    def code(self) -> str:
        return f"AE-{self.number:03}"

    @property
    def newest(self) -> Version | None:
        return self.versions[-1] if self.versions else None

    @property
    def version(self) -> int:
        return len(self.versions)

    @property
    def last_at(self) -> datetime:
        """When somebody last had to do with it."""
        return self.newest.assessed_at if self.newest is not None else self.opened_at

    @property
    def is_serious(self) -> bool:
        return bool(self.criteria)

    @property
    def criteria(self) -> tuple[str, ...]:
        return self.newest.assessment.criteria if self.newest is not None else ()

    @property
    def is_open(self) -> bool:
        """A further assessment of a closed event opens it again."""
        return self.part_of is None and (self.version == 0 or self.closed < self.version)

    @property
    def awaits_receipt(self) -> bool:
        """Whether it is serious by a criterion that the PI has not acknowledged."""
        known = {it for v in self.versions[: self.received] for it in v.assessment.criteria}
        return not known.issuperset(self.criteria)


def present(instrument: Instrument, answers: Answers) -> Iterator[Term]:
    """The problems that the answers say there are, in the order of the list."""
    for spec in instrument.items:
        chosen = answers.get(spec.id)
        if spec.kind is not ItemKind.CHOICES or not isinstance(chosen, tuple):
            continue
        for option in instrument.options(spec):
            if option.code in chosen and not option.exclusive:
                yield Term(instrument.prefix, spec.id, option.code)


def listed(instrument: Instrument) -> Iterator[Term]:
    """Every problem of the list."""
    for spec in instrument.items:
        if spec.kind is ItemKind.CHOICES:
            yield from (
                Term(instrument.prefix, spec.id, option.code)
                for option in instrument.options(spec)
                if not option.exclusive
            )


def concerned(instrument: Instrument, item: str, option: str) -> Term | None:
    """The problem that an answer is about: a follow-up, "T.action", is about T."""
    about = item.partition(".")[0] if "." in item else option
    return next((term for term in listed(instrument) if term.code == about), None)


def contradiction(answers: Answers) -> str | None:
    """Which answers of an assessment cannot be meant together; the end of a wording key."""
    grade, criteria, outcome = (answers.get(it) for it in ("grade", "criteria", "outcome"))
    deadly = {
        it
        for it in (
            None if grade is None else grade == "5",
            None if not isinstance(criteria, tuple) else DEATH in criteria,
            None if outcome is None else outcome == FATAL,
        )
        if it is not None
    }
    if len(deadly) > 1:
        return "fatal"
    onset_on, resolved_on = answers.get("onset_on"), answers.get("resolved_on")
    if isinstance(onset_on, date) and isinstance(resolved_on, date) and resolved_on < onset_on:
        return "resolved_before"
    return None


def why_not_closed(trial: Trial, chart: Chart, event: Event) -> str | None:
    """Nothing is closed without an outcome; the end of a wording key says what is missing."""
    newest = event.newest
    if newest is None:
        return "unassessed"
    if not is_outcome(trial, chart, newest.assessment.outcome):
        return "no_outcome"
    if event.awaits_receipt:
        return "not_received"
    if event.is_serious and event.reported < event.version:
        return "not_reported"
    return None


def is_outcome(trial: Trial, chart: Chart, outcome: str) -> bool:
    """Who is not recovered is followed on, until the last visit of the trial is over for them."""
    if outcome == NOT_RECOVERED:
        last = chart.visit(trial.visits[-1].name)
        over = last.attended_on is not None or last.missed_on is not None
        return over or not chart.is_followed
    return outcome != RECOVERING


def continues(event: Event, events: tuple[Event, ...]) -> Event | None:
    """The earlier event of the same problem that is still open: this one may be the same."""
    return next(
        (
            it
            for it in events
            if it.number < event.number and it.is_open and it.term.code == event.term.code
        ),
        None,
    )


def asked_after(rule: Safety, event: Event) -> timedelta:
    """How long after somebody had to do with it a clinician is asked about an open event."""
    return timedelta(days=rule.follow_up_days if event.versions else rule.assess_days)


def is_overdue(rule: Safety, event: Event, now: datetime) -> bool:
    """Whether a clinician was asked about an open event, and did nothing for some days."""
    overdue = timedelta(days=rule.overdue_days)
    return event.is_open and event.last_at + asked_after(rule, event) + overdue <= now


def receipt_after(rule: Safety, times: int) -> timedelta:
    """When the PI is chased: at half the deadline, at its end, and in waits that double."""
    return timedelta(hours=rule.serious_hours) * 2.0 ** (times - 1)


def assessed(before: Assessment | None, answers: Answers) -> Assessment:
    """The assessment that these answers make of the one before; what was not asked stays."""
    given: Mapping[str, object] = {
        name: _value(name, answers[name]) for name in _ASKED if name in answers
    }
    outcome = str(given.get("outcome"))
    kept = {} if before is None else {name: getattr(before, name) for name in _ASKED}
    both: dict[str, object] = {**kept, **given}
    if outcome not in RESOLVED:
        both["resolved_on"] = None
    return Assessment(**both)  # type: ignore[arg-type]


def _value(name: str, answer: object) -> object:
    if name == "grade":
        return int(str(answer))
    if name == "criteria":
        assert isinstance(answer, tuple)
        return tuple(code for code in CRITERIA if code in answer)
    return answer


_ASKED = (
    "onset_on",
    "grade",
    "criteria",
    "relatedness",
    "expectedness",
    "action",
    "outcome",
    "resolved_on",
)
