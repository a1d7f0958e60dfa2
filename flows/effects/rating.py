"""What the blinded raters do."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class LeaveRating:
    """The rater learnt a participant's arm and no longer rates them."""

    participant: int


@dataclass(frozen=True, slots=True)
class KeepGuess:
    """Keep which arm the rater believes a participant to be in; `guess` is empty for none."""

    participant: int
    guess: str = field(repr=False)


Rating = LeaveRating | KeepGuess
