"""What proves that no envelope was changed, and that order and balance were as designed.

Everybody can check it after unblinding, with the certificate and the openings alone. Each proof
names the first envelope that does not fit.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from itertools import zip_longest

from flows.certificate import Certificate, Page
from flows.envelopes import commitment

# Who got an envelope is not certified: it is compared with the database, where there is one.
OPENINGS_HEAD = "number,participant,arm,salt"
_OPENING = re.compile(r"([1-9][0-9]*),([^,]*),([^,]+),((?:[0-9a-f]{2})+)")


class Misfit(Enum):
    """What does not fit; the first kinds are of one envelope."""

    COMMITMENT = "commitment"
    MISSING = "missing"
    OPENING = "opening"
    RATIO = "ratio"
    OUT_OF_TURN = "out_of_turn"
    PARTICIPANT = "participant"
    OPENING_LINE = "opening_line"
    DEFINITION = "definition"
    ROOT = "root"
    PAGE = "page"


@dataclass(frozen=True, slots=True)
class Finding:
    """`at` is the number of the envelope, or of the line in a file."""

    misfit: Misfit
    at: int | None = None


@dataclass(frozen=True, slots=True)
class Opening:
    """`participant` is the code of whoever got the envelope; empty where nobody did."""

    number: int
    participant: str
    arm: str = field(repr=False)
    salt: bytes = field(repr=False)

    @property
    def commitment(self) -> bytes | None:
        """None for a salt that could never have been one."""
        try:
            return commitment(self.number, self.arm, self.salt)
        except ValueError:
            return None


def write_openings(openings: Iterable[Opening]) -> str:
    rows = (f"{it.number},{it.participant},{it.arm},{it.salt.hex()}" for it in openings)
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
        openings.append(Opening(int(found[1]), found[2], found[3], bytes.fromhex(found[4])))
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


def order_misfit(given: Sequence[int]) -> Finding | None:
    """Whether envelopes, in the order in which they were given, are 1, 2, 3 and so on."""
    for due, number in enumerate(given, start=1):
        if number != due:
            return Finding(Misfit.OUT_OF_TURN, due)
    return None


def participants_misfit(openings: Iterable[Opening], given: Mapping[int, str]) -> Finding | None:
    """Whether each envelope went to whom the file says; `given` holds the codes by number."""
    for it in openings:
        if it.participant != given.get(it.number, ""):
            return Finding(Misfit.PARTICIPANT, it.number)
    return None
