"""All that a rater's commands can see: codes and visits, and nothing of treatment, side effects,
answers or mail. Where the order of time is hidden, `shown` holds no name of a visit.
"""

from dataclasses import dataclass

from flows.instruments import Instrument
from flows.text import Text


@dataclass(frozen=True, slots=True)
class Rating:
    """`key` names a visit that is rated, the same for each reading of it; `form_id` is the reading
    that this rater takes."""

    form_id: int
    key: str
    code: str
    participant: int
    shown: Text


@dataclass(frozen=True, slots=True)
class Guessed:
    """A participant whose arm the rater is asked to guess."""

    code: str
    participant: int


@dataclass(frozen=True, slots=True)
class RaterFacts:
    """`instrument` is the rating scale, `due` the worklist, `locked` what this rater submitted,
    `guesses` whom they have rated for the last time and not yet guessed of, `other_raters` how many
    more may rate whoever is `named`."""

    instrument: Instrument | None
    due: tuple[Rating, ...]
    locked: tuple[Rating, ...]
    other_raters: int
    named: int | None = None
    guesses: tuple[Guessed, ...] = ()
