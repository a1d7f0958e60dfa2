"""What a participant said is corrected: they ask, the clinician decides, they confirm. What staff
entered for them is taken back."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from flows.forms import Answer


@dataclass(frozen=True, slots=True)
class AskCorrection:
    """Ask that these answers take the place of those before; nothing is changed by it."""

    form_id: int
    before: Mapping[str, Answer] = field(repr=False)
    after: Mapping[str, Answer] = field(repr=False)
    reason: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class RaiseRedFlags:
    """An answer that was given in a correction alerts at once, whatever becomes of it."""

    form_id: int
    item: str
    options: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class DecideCorrection:
    request: int
    agreed: bool
    words: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ConfirmCorrection:
    request: int
    confirmed: bool


@dataclass(frozen=True, slots=True)
class ShowCorrection:
    """Send what is asked, with its words, to the participant's clinician."""

    participant: int
    request: int


@dataclass(frozen=True, slots=True)
class RetractAnswers:
    """What staff entered in a questionnaire counts no more, and can be answered anew."""

    form_id: int
    wrong: str
    reason: str = field(repr=False)


Correcting = (
    AskCorrection
    | RaiseRedFlags
    | DecideCorrection
    | ConfirmCorrection
    | ShowCorrection
    | RetractAnswers
)
