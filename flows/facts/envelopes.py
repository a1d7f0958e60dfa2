"""Envelopes as the ledger's commands see them: numbers and what became of them, never a letter."""

from dataclasses import dataclass
from enum import StrEnum

from flows.chart import Chart


@dataclass(frozen=True, slots=True)
class EnvelopeFacts:
    """One participant's envelope, and who bound it. `intact` is what the witness said of it, None
    while nobody has spoken. `opened_before`: on paper, before the trial was taken over."""

    chart: Chart | None
    envelope: int | None = None
    bound_by: int | None = None
    intact: bool | None = None
    letter_kept: bool = False
    opened_before: bool = False


class Place(StrEnum):
    """Where an envelope is in the ledger."""

    FREE = "free"
    BOUND = "bound"
    READ = "read"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class LedgerFacts:
    """All envelopes, and the one that is named: `holder` is who it is bound to, `intact` what the
    witness said of it."""

    last: int
    left: int
    place: Place = Place.FREE
    holder: int | None = None
    intact: bool | None = None


@dataclass(frozen=True, slots=True)
class BalanceFacts:
    """The blocks that broke the planned ratio, by number."""

    unbalanced: tuple[int, ...]
