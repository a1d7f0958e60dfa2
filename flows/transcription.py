"""Answers that staff enter for a participant, and how the participant gave them."""

from enum import Enum


class Way(Enum):
    """How answers that somebody else entered were given."""

    PAPER = "paper"
    TELEPHONE = "telephone"
    READ_ALOUD = "read_aloud"
    TAKEN_OVER = "taken_over"
