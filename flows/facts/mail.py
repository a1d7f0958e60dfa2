"""Letters of participants."""

from dataclasses import dataclass, field
from datetime import datetime

from flows.chart import Chart


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter that waits. One that is `withheld` can name the arm, and its words are not here."""

    id: int
    code: str
    received_at: datetime
    has_attachment: bool
    is_withheld: bool
    words: str = field(repr=False)
    claimed_by: int | None = None
    claimed_name: str = field(repr=False, default="")


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A letter that waits for the treating clinician; no name where there is none."""

    code: str
    received_at: datetime
    clinician: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class MailFacts:
    """`letters` are for whoever asks; of those `elsewhere` coordinators know that they wait."""

    letters: tuple[Letter, ...]
    elsewhere: tuple[Elsewhere, ...] = ()


@dataclass(frozen=True, slots=True)
class Written:
    """A letter that was written, waiting or not."""

    id: int
    received_at: datetime


@dataclass(frozen=True, slots=True)
class LetterFacts:
    """What a participant wrote, oldest first."""

    chart: Chart | None
    letters: tuple[Written, ...] = ()
