"""What the blinded raters do."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LeaveRating:
    """The rater learnt a participant's arm and no longer rates them."""

    participant: int


Rating = LeaveRating
