"""Envelopes, and what may be seen of an arm. None of these holds one."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Allocate:
    """Bind the next envelope; a digital one is opened, and its arm shown to the tap alone."""

    participant: int


@dataclass(frozen=True, slots=True)
class ShowArm:
    """Show the arm in the pop-up that answers the tap, and write down that it was shown."""

    participant: int


@dataclass(frozen=True, slots=True)
class ShowSessionNote:
    """Show batch and notes of a session in the pop-up that answers the tap."""

    participant: int
    visit: str


@dataclass(frozen=True, slots=True)
class RecordSessionNote:
    """Batch and notes can name a product: they are kept with the arms."""

    participant: int
    visit: str
    batch: str = field(repr=False)
    notes: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class KeepPaperLetter:
    """Keep the letter that was read twice from the card of a paper envelope."""

    participant: int
    letter: str = field(repr=False)


Allocating = Allocate | ShowArm | ShowSessionNote | RecordSessionNote | KeepPaperLetter
