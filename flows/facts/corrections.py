"""What a participant can have corrected, and what waits for a decision. Words stand nowhere here
but in the participant's own answers: they can name a product."""

from dataclasses import dataclass, field
from enum import StrEnum

from flows.chart import Chart
from flows.forms import Answers, Form
from flows.text import Text


class Standing(StrEnum):
    """Whose turn it is."""

    ASKED = "asked"
    AGREED = "agreed"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class SubmittedForm:
    """A form that a participant submitted, with its newest answers."""

    form_id: int
    label: Text
    form: Form
    answers: Answers = field(repr=False)


@dataclass(frozen=True, slots=True)
class Change:
    """One answer as it is and as it should be. `is_words`: neither is told here."""

    question: Text
    old: Text
    new: Text


@dataclass(frozen=True, slots=True)
class Asked:
    """A correction that waits; `changed`: the form's answers are no longer those before it.
    `has_words`: something of it is told in words."""

    id: int
    form_id: int
    label: Text
    standing: Standing
    has_words: bool
    changed: bool
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class OwnCorrectionFacts:
    chart: Chart | None
    forms: tuple[SubmittedForm, ...]
    waiting: tuple[Asked, ...]


@dataclass(frozen=True, slots=True)
class CorrectionFacts:
    """Of one participant, as clinicians see it; `clinician` is who decides, anybody if None."""

    chart: Chart | None
    clinician: int | None = None
    waiting: tuple[Asked, ...] = ()
