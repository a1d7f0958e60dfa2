"""What begins, or takes up, a further conversation of the same person."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from flows.forms import Answer
from flows.transcription import Way


@dataclass(frozen=True, slots=True)
class RunNext:
    """Begin another command for the same person."""

    command: str
    arguments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BeginForm:
    """Fill in a staff instrument about a participant; `visit` where it belongs to one."""

    instrument: str
    participant: int
    visit: str | None = None


@dataclass(frozen=True, slots=True)
class OpenReport:
    """A report of side effects by the participant, now."""

    participant: int


@dataclass(frozen=True, slots=True)
class ContinueForm:
    form_id: int


@dataclass(frozen=True, slots=True)
class EnterAnswers:
    """Enter a participant's answers: of one of their forms, or of a new report of side effects."""

    participant: int
    form_id: int | None
    way: Way
    answered_on: date
    reason: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class LeaveFormForLater:
    """Set the form in the foreground aside without asking it again now."""


@dataclass(frozen=True, slots=True)
class CorrectRating:
    form_id: int
    answers: Mapping[str, Answer] = field(repr=False)
    reason: str = field(repr=False)


Following = (
    RunNext
    | BeginForm
    | OpenReport
    | ContinueForm
    | EnterAnswers
    | LeaveFormForLater
    | CorrectRating
)
