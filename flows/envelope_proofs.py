"""What proves that no envelope was changed, and that order and balance were as designed.

Everybody can check it after unblinding, with the certificate and the openings alone. Each proof
names the first envelope that does not fit.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from enum import Enum
from itertools import pairwise, zip_longest

from flows.certificate import Certificate, Page
from flows.envelopes import commitment

# Who got an envelope and what raters guessed is not certified: it is compared with the database,
# where there is one.
OPENINGS_HEAD = "number,participant,arm,salt,guesses"
_OPENING = re.compile(r"([1-9][0-9]*),([^,]*),([^,]+),((?:[0-9a-f]{2})+),([^,]*)")


class Misfit(Enum):
    """What does not fit; the first kinds are of one envelope."""

    COMMITMENT = "commitment"
    MISSING = "missing"
    OPENING = "opening"
    RATIO = "ratio"
    OUT_OF_TURN = "out_of_turn"
    PARTICIPANT = "participant"
    GUESSES = "guesses"
    BLOCK = "block"
    OPENING_LINE = "opening_line"
    NOT_SEALED = "not_sealed"
    DEFINITION = "definition"
    ROOT = "root"
    PAGE = "page"


@dataclass(frozen=True, slots=True)
class Finding:
    """`at` is the number of the envelope, of the block, or of the line in a file."""

    misfit: Misfit
    at: int | None = None


@dataclass(frozen=True, slots=True)
class Opening:
    """`participant` is the code of whoever has the envelope, empty where nobody does; `guesses` are
    what raters believed of them, each as rater:arm."""

    number: int
    arm: str = field(repr=False)
    salt: bytes = field(repr=False)
    participant: str = ""
    guesses: str = field(default="", repr=False)

    @property
    def commitment(self) -> bytes | None:
        """None for a salt that could never have been one."""
        try:
            return commitment(self.number, self.arm, self.salt)
        except ValueError:
            return None


def write_openings(openings: Iterable[Opening]) -> str:
    rows = (
        f"{it.number},{it.participant},{it.arm},{it.salt.hex()},{it.guesses}" for it in openings
    )
    return "\n".join((OPENINGS_HEAD, *rows, ""))


def read_openings(file: str) -> tuple[Opening, ...] | Finding:
    """In one form only, so that a file which is read says the same to everybody."""
    head, *rows = file.split("\n")
    if head != OPENINGS_HEAD:
        return Finding(Misfit.OPENING_LINE, 1)
    openings = []
    for line, row in enumerate(rows[:-1], start=2):
        if not (found := _OPENING.fullmatch(row)):
            return Finding(Misfit.OPENING_LINE, line)
        number, participant, arm, salt, guesses = found.groups()
        openings.append(Opening(int(number), arm, bytes.fromhex(salt), participant, guesses))
    if not rows or rows[-1]:
        return Finding(Misfit.OPENING_LINE, len(rows) + 1)
    return tuple(openings)


def page_misfit(page: Page) -> Finding | None:
    return None if page.is_whole else Finding(Misfit.PAGE)


def commitments_misfit(certificate: Certificate, laid: Certificate) -> Finding | None:
    """Whether what is laid in the database is what was certified."""
    pairs = zip_longest(certificate.commitments, laid.commitments)
    for number, (certified, found) in enumerate(pairs, start=1):
        if certified != found:
            return Finding(Misfit.COMMITMENT, number)
    return None if certificate == laid else Finding(Misfit.DEFINITION)


def openings_misfit(certificate: Certificate, openings: Iterable[Opening]) -> Finding | None:
    """Whether every envelope opens, in its order, and every block keeps the ratio."""
    return next(_misfits(certificate, openings), None)


def _misfits(certificate: Certificate, openings: Iterable[Opening]) -> Iterator[Finding]:
    seen: Counter[str] = Counter()
    pairs = zip_longest(certificate.commitments, openings)
    for number, (certified, opening) in enumerate(pairs, start=1):
        if (number - 1) % certificate.block_size == 0:
            seen.clear()
        if opening is None or opening.number != number:
            yield Finding(Misfit.MISSING, number)
            return
        seen[opening.arm] += 1
        if certified is None or opening.commitment != certified:
            yield Finding(Misfit.OPENING, number)
        elif seen[opening.arm] > certificate.block[opening.arm]:
            yield Finding(Misfit.RATIO, number)


@dataclass(frozen=True, slots=True)
class Ledger:
    """Numbers in the order in which they were given; `elsewhere`: before the trial was taken over;
    `passed_over`: retired, or skipped there."""

    allocated: Sequence[int]
    in_place_of_others: Sequence[int] = ()
    elsewhere: AbstractSet[int] = frozenset()
    passed_over: AbstractSet[int] = frozenset()


def order_misfit(it: Ledger) -> Finding | None:
    """Whether envelopes were given one after the other, without a gap that nobody answers for."""
    given = {*it.allocated, *it.in_place_of_others, *it.elsewhere}
    for due in range(1, max(given, default=0) + 1):
        if due not in given | it.passed_over:
            return Finding(Misfit.OUT_OF_TURN, due)
    for turns in (it.allocated, it.in_place_of_others):
        for before, number in pairwise(turns):
            if number < before:
                return Finding(Misfit.OUT_OF_TURN, number)
    return None


def kept_misfit(openings: Iterable[Opening], kept: Iterable[Opening]) -> Finding | None:
    """Whether who got an envelope, and what was guessed of them, is what the database keeps."""
    for opened, known in zip(openings, kept, strict=True):
        if opened.participant != known.participant:
            return Finding(Misfit.PARTICIPANT, known.number)
        if opened.guesses != known.guesses:
            return Finding(Misfit.GUESSES, known.number)
    return None
