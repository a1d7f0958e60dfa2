"""The layouts an allocation list comes in, read into rows that are not judged yet.

* A list is either a CSV, known by its header, or numbered lines as randomization.com prints them.
* What stands before a CSV's header, around numbered lines and below them is dropped here: the seed
  rebuilds the list, so it goes no further than this module.
* A label is kept out of every repr.
"""

import csv
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile

_SPELLINGS = str.maketrans(
    dict(zip("۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩", "01234567890123456789", strict=True))
    | {"ي": "ی", "ى": "ی", "ك": "ک", "\u200c": " "}
    | dict.fromkeys("\u00ad\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\ufeff")
    | dict.fromkeys("\u2066\u2067\u2068\u2069")
)
_WHOLE_NUMBER = re.compile(r"[0-9]{1,9}")
_NUMBER_AT_END = re.compile(r"(?<![0-9])[0-9]{1,9}$")
_BETWEEN_COLUMNS = re.compile(r"\t+|\s{2,}|_{2,}|\||\s(?=[0-9]{1,9}[.)]\s)")
_NUMBERED = re.compile(r"\(?([0-9]{1,9})(?:\s*[.):\]–-]+(?![0-9])|\s*[,;]|\s+|$)\s*(.*)")
_FOOTER = re.compile(
    r"^\s*\d+ subjects? (?:were )?randomi[sz]ed|reproduce this plan|use the seed|^\W*seed\s*[:=]",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Row:
    """One line's allocation: `number` is the envelope's, where the list gives one."""

    line: int
    number: int | None
    label: str = field(repr=False)
    block_size: int | None = None


def read_rows(text: str) -> tuple[Row, ...] | None:
    """The rows of a list in any layout known here, None if it is in no such layout."""
    lines = unicodedata.normalize("NFKC", text).translate(_SPELLINGS).splitlines()
    try:
        table = _read_table(lines)
    except csv.Error:
        return None
    return table if table is not None else _read_numbered_lines(lines)


def comparable(label: str) -> str:
    """A label as it is compared, where case, spacing and underscores around it tell nothing."""
    spelled = unicodedata.normalize("NFKC", label).translate(_SPELLINGS)
    return " ".join(spelled.casefold().strip("_ \t").split())


def _read_numbered_lines(lines: Sequence[str]) -> tuple[Row, ...] | None:
    listed = takewhile(lambda line: not _FOOTER.search(line), lines)
    rows = tuple(
        Row(line, number, label)
        for line, text in enumerate(listed, start=1)
        for number, label in _entries(text)
    )
    return rows or None


def _entries(text: str) -> list[tuple[int, str]]:
    """The numbered entries of one line, which may hold several columns of them.

    A cell without a number, or a number after a number, continues the entry before it.
    """
    entries: list[tuple[int, str]] = []
    for cell in filter(None, map(str.strip, _BETWEEN_COLUMNS.split(text.strip()))):
        numbered = _NUMBERED.fullmatch(cell)
        if numbered and (not entries or entries[-1][1]):
            entries.append((int(numbered[1]), numbered[2]))
        elif entries:
            number, label = entries[-1]
            entries[-1] = (number, f"{label} {cell}".strip())
        else:
            return []
    return entries


Cells = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Layout:
    columns: frozenset[str]
    arm: str
    number: Callable[[Cells], int | None]

    def heads(self, names: Sequence[str]) -> bool:
        return all(names.count(column) == 1 for column in self.columns)


def _whole(cells: Cells, column: str) -> int | None:
    cell = cells.get(column, "")
    return int(cell) if _WHOLE_NUMBER.fullmatch(cell) else None


def _number_from_block(cells: Cells) -> int | None:
    block = _whole(cells, "block_identifier")
    size = _whole(cells, "block_size")
    place = _whole(cells, "sequence_within_block")
    if block is None or size is None or place is None:
        return None
    return (block - 1) * size + place


def _number_from_randomization(cells: Cells) -> int | None:
    """REDCap allows any code here, so only a whole number is a row's number."""
    return _whole(cells, "redcap_randomization_number")


def _number_from_id(cells: Cells) -> int | None:
    """The R package blockrand can put a prefix before its numbers."""
    found = _NUMBER_AT_END.search(cells.get("id", ""))
    return int(found[0]) if found else None


_SEALED_ENVELOPE = _Layout(
    frozenset({"block_identifier", "block_size", "sequence_within_block", "treatment"}),
    "treatment",
    _number_from_block,
)
_REDCAP = _Layout(
    frozenset({"redcap_randomization_group"}),
    "redcap_randomization_group",
    _number_from_randomization,
)
_BLOCKRAND = _Layout(
    frozenset({"block_id", "block_size", "treatment"}), "treatment", _number_from_id
)
_LAYOUTS = (_SEALED_ENVELOPE, _REDCAP, _BLOCKRAND)


def _read_table(lines: Sequence[str]) -> tuple[Row, ...] | None:
    for above, line in enumerate(lines):
        for separator in ",;\t":
            names = _columns(line, separator)
            for layout in _LAYOUTS:
                if layout.heads(names):
                    return _read_below(lines, above + 1, separator, names, layout)
    return None


def _read_below(
    lines: Sequence[str], above: int, separator: str, names: Sequence[str], layout: _Layout
) -> tuple[Row, ...]:
    reader = csv.reader(lines[above:], delimiter=separator, skipinitialspace=True)
    return tuple(
        _row(above + reader.line_num, _named(names, row), layout)
        for row in reader
        if any(map(str.strip, row))
    )


def _row(line: int, cells: Cells, layout: _Layout) -> Row:
    size = _whole(cells, "block_size")
    return Row(line, layout.number(cells), cells.get(layout.arm, ""), size)


def _named(names: Sequence[str], row: Sequence[str]) -> Cells:
    """Cells by their column; a row that is wider than its header has none that can be trusted."""
    if any(map(str.strip, row[len(names) :])):
        return {}
    return dict(zip(names, map(str.strip, row), strict=False))


def _columns(line: str, separator: str) -> list[str]:
    header = next(csv.reader([line], delimiter=separator, skipinitialspace=True))
    return [re.sub(r"[\s._]+", "_", cell.strip().casefold()) for cell in header]
