"""The certificate of the sealed envelopes: a page for the trial master file, and how it is read.

* It holds no arm of any envelope and no salt: from sealing on it can be shown to anybody.
* Words stand at the margin, in whatever language; what they name stands below them, after four
  spaces and in a fixed order. So a page of either language is read in the same way.
* Its last line is the SHA-256 of every byte before that line. Whoever changes that too has still
  the page on paper against them.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from flows.envelopes import merkle_root
from flows.text import Text, text

MARGIN = "    "
_MOMENT = "%Y-%m-%d %H:%M:%S.%f %Z"
_GROUP, _GROUPS_IN_A_LINE = 4, 8
_SHARE = re.compile(r"(\S+) ([0-9]+)")
_COMMITMENT = re.compile(r" *[0-9]+  ([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Certificate:
    """What was sealed, as anybody may know it; `ratio` is each arm's share."""

    trial: str
    registration: str
    sealed_at: datetime
    block_size: int
    ratio: Mapping[str, int]
    commitments: tuple[bytes, ...]

    def __post_init__(self) -> None:
        shares = sum(self.ratio.values())
        if not shares or self.block_size % shares or len(self.commitments) % self.block_size:
            raise ValueError("Envelopes are whole blocks, and a block is a multiple of the ratio.")

    @property
    def root(self) -> bytes:
        return merkle_root(self.commitments)

    @property
    def block(self) -> Counter[str]:
        """How often each arm stands in a block."""
        times = self.block_size // sum(self.ratio.values())
        return Counter({arm: share * times for arm, share in self.ratio.items()})


@dataclass(frozen=True, slots=True)
class Page:
    """A certificate as it was read; `is_whole`: to the byte, it is what was printed."""

    certificate: Certificate
    is_whole: bool


def sections(it: Certificate) -> Iterator[tuple[Text, Sequence[str]]]:
    """The words of each part, and the lines below them."""
    yield text("certificate.trial", title=text("trial.title")), [it.trial]
    yield text("certificate.registration"), [it.registration]
    yield text("certificate.sealed_at"), [it.sealed_at.astimezone(UTC).strftime(_MOMENT)]
    yield text("certificate.count"), [str(len(it.commitments))]
    yield text("certificate.block_size"), [str(it.block_size)]
    yield text("certificate.ratio"), [f"{arm} {share}" for arm, share in it.ratio.items()]
    yield text("certificate.root"), grouped(it.root)
    yield text("certificate.commitments"), list(_commitments(it.commitments))


def grouped(digest: bytes) -> list[str]:
    """In groups of four digits, as one reads them out."""
    digits = digest.hex()
    groups = [digits[at : at + _GROUP] for at in range(0, len(digits), _GROUP)]
    starts = range(0, len(groups), _GROUPS_IN_A_LINE)
    return [" ".join(groups[at : at + _GROUPS_IN_A_LINE]) for at in starts]


def _commitments(commitments: Sequence[bytes]) -> Iterator[str]:
    width = len(str(len(commitments)))
    for number, commitment in enumerate(commitments, start=1):
        yield f"{number:{width}}  {commitment.hex()}"


def finished(above: str) -> str:
    """The page, with the digest of what stands above it as its last line."""
    digest = sha256(above.encode() + b"\n").hexdigest()
    return f"{above}\n{MARGIN}{digest}\n"


def read_certificate(page: str) -> Page | None:
    """None for what is no certificate."""
    values = [line.removeprefix(MARGIN) for line in page.split("\n") if line.startswith(MARGIN)]
    try:
        certificate = _read(values)
    except (ValueError, IndexError):
        return None
    printed = [line for _, lines in sections(certificate) for line in lines]
    above = page.rpartition(f"\n{MARGIN}")[0]
    return Page(certificate, values[:-1] == printed and page == finished(above))


def _read(values: Sequence[str]) -> Certificate:
    trial, registration, sealed_at, _, block_size, *rest = values
    shares = [found for line in rest if (found := _SHARE.fullmatch(line))]
    committed = [found[1] for line in rest if (found := _COMMITMENT.fullmatch(line))]
    return Certificate(
        trial,
        registration,
        datetime.strptime(sealed_at, _MOMENT).replace(tzinfo=UTC),
        int(block_size),
        {found[1]: int(found[2]) for found in shares},
        tuple(bytes.fromhex(digits) for digits in committed),
    )
