"""The rows of a file as any program writes it: a CSV with commas, semicolons or tabs.

UTF-8 with or without a byte order mark, or UTF-16 with one. A line that begins with # is a remark.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from flows.allocation_list import ListRefused, decode_list
from flows.list_formats import comparable
from flows.taking_over.facts import COLUMNS, Problem
from flows.text import Param, text

_SEPARATORS = ",;\t"
_REMARK = "#"


@dataclass(frozen=True, slots=True)
class Line:
    number: int
    cells: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Lines:
    lines: tuple[Line, ...]
    problems: tuple[Problem, ...]


def read_lines(raw: bytes) -> Lines:
    """Every row below the header, with what is wrong with the table itself."""
    decoded = decode_list(raw)
    if isinstance(decoded, ListRefused):
        return Lines((), (problem(1, "", "not_text"),))
    written = decoded.splitlines(keepends=True)
    header = next((at for at, it in enumerate(written) if _counts(it)), None)
    if header is None:
        return Lines((), (problem(1, "", "empty"),))
    separator, names = _header(written[header])
    if problems := tuple(_header_problems(header + 1, names)):
        return Lines((), problems)
    found: list[Line] = []
    problems_found: list[Problem] = []
    try:
        for number, cells in _records(written, header + 1, separator):
            if any(map(str.strip, cells[len(names) :])):
                problems_found.append(problem(number, "", "too_wide", count=len(names)))
            found.append(Line(number, dict(zip(names, map(str.strip, cells), strict=False))))
    except csv.Error:
        last = found[-1].number if found else header + 1
        problems_found.append(problem(last + 1, "", "broken_quotes"))
    if not found and not problems_found:
        problems_found.append(problem(header + 1, "", "no_rows"))
    return Lines(tuple(found), tuple(problems_found))


def _counts(line: str) -> bool:
    begun = line.lstrip(" \t;,\"'")
    return bool(begun.strip()) and not begun.startswith(_REMARK)


def _header(line: str) -> tuple[str, list[str]]:
    """The separator with which the most columns are known, and the columns."""
    read = [(it, _cells(line, it)) for it in _SEPARATORS]
    return max(read, key=lambda it: len(set(it[1]) & set(COLUMNS)))


def _cells(line: str, separator: str) -> list[str]:
    cells = next(csv.reader([line], delimiter=separator, skipinitialspace=True))
    names = [comparable(cell) for cell in cells]
    while names and not names[-1]:
        names.pop()
    return names


def _header_problems(line: int, names: Sequence[str]) -> Iterator[Problem]:
    """A column that is not known may hold an arm or a batch: its name is not repeated either."""
    columns = ",".join(COLUMNS)
    if missing := [name for name in COLUMNS if name not in names]:
        yield problem(line, "", "columns_missing", missing=", ".join(missing), columns=columns)
    for number, name in enumerate(names, start=1):
        if name not in COLUMNS:
            yield problem(line, "", "column_unknown", number=number, columns=columns)
        elif name in names[: number - 1]:
            yield problem(line, name, "column_twice")


def _records(written: Sequence[str], above: int, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Each row with the number of the line on which it begins."""
    reader = csv.reader(written[above:], delimiter=separator, skipinitialspace=True, strict=True)
    before = 0
    for cells in reader:
        number, before = above + before + 1, reader.line_num
        if any(map(str.strip, cells)) and not cells[0].lstrip().startswith(_REMARK):
            yield number, cells


def problem(line: int, column: str, kind: str, **about: Param) -> Problem:
    return Problem(line, column, text(f"taking_over.problem.{kind}", **about))
