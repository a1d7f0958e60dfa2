"""Unblinding, and the end of the trial. Nothing here holds an arm."""

from dataclasses import dataclass
from datetime import datetime

from flows.chart import Chart
from flows.facts.people import Person


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that somebody made; `code` is None for the whole trial, `agreed` while nobody has
    answered."""

    id: int
    participant: int | None
    code: str | None
    asked_by: Person
    expires_at: datetime
    agreed: bool | None
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class UnblindingFacts:
    """`authorised` are those who may agree, whoever gives the command among them; `letter_kept` is
    whether there is an arm to show, which paper may still hold."""

    chart: Chart | None
    authorised: tuple[Person, ...]
    asked: tuple[Asked, ...]
    letter_kept: bool


@dataclass(frozen=True, slots=True)
class OpenPoint:
    """What stands against locking the data: what it is, and whose."""

    name: str
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClosingFacts:
    points: tuple[OpenPoint, ...]
    locked_at: datetime | None
    signed_at: datetime | None
    signed_after_lock_at: datetime | None
    trial_unblinded: bool
    authorised: tuple[Person, ...]
