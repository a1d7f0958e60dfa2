"""The facts of a file that takes a running trial over: one a row, about one participant.

What a row says is read by the shell; here it has its meaning. No fact has a place for an arm, a
batch or a session note.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from flows.chart import Milestone
from flows.commands.enrolment import OLDEST_POSSIBLE, SEXES
from flows.definition import Trial
from flows.forms import Answer, Choice, Day, Hour, Item, Kind, Number, Option, Phone, Words
from flows.text import Text, text

COLUMNS = ("code", "fact", "visit", "item", "value", "date")

LONGEST_NAME = 80
LAST_NUMBER = 999_999


class Name(StrEnum):
    PARTICIPANT = "participant"
    CONSENT = "consent"
    ANSWER = "answer"
    ELIGIBILITY_CONFIRMED = "eligibility_confirmed"
    CLINICIAN = "clinician"
    ENVELOPE = "envelope"
    SKIPPED_ENVELOPE = "skipped_envelope"
    BOOKED = "booked"
    ATTENDED = "attended"
    MISSED = "missed"
    PHOTOGRAPHED = "photographed"
    SESSION = "session"
    DISCONTINUED = "discontinued"
    LOST = "lost"
    WITHDRAWN = "withdrawn"
    DIED = "died"


# The milestones that facts are, besides those that follow from answers and consent.
MILESTONES: Mapping[Name, Milestone] = {
    Name.ELIGIBILITY_CONFIRMED: Milestone.ELIGIBILITY_CONFIRMED,
    Name.CLINICIAN: Milestone.CLINICIAN_ASSIGNED,
    Name.ENVELOPE: Milestone.RANDOMIZED,
    Name.BOOKED: Milestone.BOOKED,
    Name.ATTENDED: Milestone.ATTENDED,
    Name.MISSED: Milestone.MISSED,
    Name.PHOTOGRAPHED: Milestone.PHOTOGRAPHED,
    Name.SESSION: Milestone.SESSION_DONE,
    Name.DISCONTINUED: Milestone.DISCONTINUED,
    Name.LOST: Milestone.LOST,
    Name.WITHDRAWN: Milestone.WITHDRAWN,
    Name.DIED: Milestone.DIED,
}
AT_VISITS = frozenset({Name.BOOKED, Name.ATTENDED, Name.MISSED, Name.PHOTOGRAPHED, Name.SESSION})
# Whoever left has no later fact; a discontinued treatment, or a lost contact, ends nothing.
LEAVING = frozenset({Name.WITHDRAWN, Name.DIED})
# What may stand more than once for one participant, each on a day of its own.
REPEATED = frozenset({Name.CLINICIAN, Name.ANSWER})


@dataclass(frozen=True, slots=True)
class Fact:
    """One row. `value` is an answer, a detail of the participant, or a number."""

    line: int
    code: str
    name: Name
    visit: str | None = None
    item: str = ""
    value: Answer = field(default="", repr=False)
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """Why the file is refused, or what is told about it: never a word of the file itself, for a
    misplaced column could hold a name or an arm."""

    line: int
    column: str
    what: Text


@dataclass(frozen=True, slots=True)
class Known:
    """What the trial holds already: whom, and how many envelopes, of which these are used."""

    now: datetime
    today: date
    codes: frozenset[str] = frozenset()
    clinicians: frozenset[int] = frozenset()
    staff: frozenset[int] = frozenset()
    envelopes: int = 0
    used: frozenset[int] = frozenset()


_YES_NO = ("YES", "NO")
REQUIRED: Mapping[Name, tuple[str, ...]] = {
    Name.PARTICIPANT: ("name", "sex"),
    Name.CONSENT: ("version", "photographs", "messages"),
}
# The consent is dated once, where its version stands.
DATED_CONSENT = "version"


def details(trial: Trial, languages: tuple[str, ...]) -> Mapping[Name, Mapping[str, Kind]]:
    """The details of a participant and of a consent, each with what it can be."""
    return {
        Name.PARTICIPANT: {
            "name": Words(LONGEST_NAME),
            "phone": Phone(),
            "sex": _choice(*SEXES),
            "born_on": Day(),
            "age": Number(0, OLDEST_POSSIBLE),
            "language": _choice(*languages),
        },
        Name.CONSENT: {
            "version": _choice(*trial.consent_versions),
            "photographs": _choice(*_YES_NO),
            "messages": _choice(*_YES_NO),
            "reads": _choice(*_YES_NO),
            "witness": Words(LONGEST_NAME),
            "taken_by": Number(1, LAST_NUMBER),
        },
    }


def values() -> Mapping[Name, Kind]:
    """What stands in `value` of the facts that have one, besides details and answers."""
    return {
        Name.CLINICIAN: Number(1, LAST_NUMBER),
        Name.ENVELOPE: Number(1, LAST_NUMBER),
        Name.SKIPPED_ENVELOPE: Number(1, LAST_NUMBER),
        Name.BOOKED: Hour(),
    }


def asked(name: str, kind: Kind) -> Item:
    """The value of a fact, as an item that the shell reads like any answer."""
    return Item(name, text("answer.plain", value=name), kind)


def _choice(*codes: str) -> Choice:
    return Choice(tuple(Option(code, text("answer.plain", value=code)) for code in codes))


def places(trial: Trial) -> Mapping[str, tuple[str | None, ...]]:
    """At which visits each instrument is filled in; None where it belongs to no visit."""
    found: dict[str, list[str | None]] = {
        trial.eligibility.instrument: [None],
        trial.eligibility.reference: [None],
        trial.side_effect_report: [None],
    }
    for visit in trial.visits:
        for instrument in filter(None, (visit.rating, *visit.opens_forms)):
            found.setdefault(instrument, []).append(visit.name)
    sessions = [visit.name for visit in trial.visits if visit.session is not None]
    for rule in (trial.safety_check, trial.before_session):
        if rule is not None:
            found.setdefault(rule.instrument, []).extend(sessions)
    return {instrument: tuple(visits) for instrument, visits in found.items()}
