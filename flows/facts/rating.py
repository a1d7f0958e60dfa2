"""All that a rater's commands can see: codes and visits, and nothing of treatment, side effects,
answers or mail.
"""

from dataclasses import dataclass

from flows.instruments import Instrument


@dataclass(frozen=True, slots=True)
class Rating:
    form_id: int
    code: str
    participant: int
    visit: str


@dataclass(frozen=True, slots=True)
class RaterFacts:
    """`instrument` is the rating scale, `due` the worklist, `locked` what this rater submitted."""

    instrument: Instrument | None
    due: tuple[Rating, ...]
    locked: tuple[Rating, ...]
    other_raters: int
    named: int | None = None
