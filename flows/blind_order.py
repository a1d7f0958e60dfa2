"""Where raters may not know which month they rate, letters stand for a visit's name.

Only visits after the baseline are hidden: the baseline is the reference that improvement is
measured against, so a rater always knows which it is. The letters are drawn, for each rater apart,
from what is random and kept with the form: they tell no order, and stay as they are.
"""

from dataclasses import dataclass
from hashlib import sha256

# Without vowels they make no word.
_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"


@dataclass(frozen=True, slots=True)
class Veiled:
    """What a rater is told in place of a visit's name, and what their buttons call it."""

    letters: str
    key: str


def veiled(veil: str, rater: int) -> Veiled:
    digest = sha256(f"{veil}:{rater}".encode()).digest()
    letters = "".join(_LETTERS[byte % len(_LETTERS)] for byte in digest[:4])
    return Veiled(letters, digest[4:12].hex())
