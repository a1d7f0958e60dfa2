"""An allocation list: the arm of every envelope, read from a file or generated in permuted blocks.

* A list is refused whole unless its count, its arms, its numbers and every block's balance are
  what the trial's definition demands. Every problem found is named, not only the first.
* A problem never holds an arm or a line's text: whoever sees it may enrol participants. Each of its
  numbers was counted here or comes from the plan; none was read from the file, where a misplaced
  column could be the arms.
* Neither an allocation list nor a row ever shows an arm in its repr.
* Randomness is handed in.
"""

import codecs
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum

from flows.definition import Trial
from flows.list_formats import Row, comparable, read_rows


@dataclass(frozen=True, slots=True)
class ArmPlan:
    """An arm with its share of the ratio and, beside its code, the names a list may call it by."""

    code: str
    labels: frozenset[str]
    weight: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What the trial's definition demands of its list."""

    arms: tuple[ArmPlan, ...]
    block_size: int
    target: int

    def __post_init__(self) -> None:
        if self.target < 1 or not self.arms or min(arm.weight for arm in self.arms) < 1:
            raise ValueError("A plan needs a target and arms of weight one or more.")
        if self.block_size < 1 or self.block_size % sum(arm.weight for arm in self.arms):
            raise ValueError("The block size is no multiple of the allocation ratio.")
        names = [name for arm in self.arms for name in _names(arm)]
        if len(names) != len(set(names)):
            raise ValueError("Two arms share a name.")

    @property
    def envelopes(self) -> int:
        """How many envelopes cover the target in whole blocks."""
        return -(-self.target // self.block_size) * self.block_size

    @property
    def block(self) -> Counter[str]:
        """How often each arm stands in a block."""
        times = self.block_size // sum(arm.weight for arm in self.arms)
        return Counter({arm.code: arm.weight * times for arm in self.arms})

    def allows(self, arms: Sequence[str]) -> bool:
        """Whether these can all stand in one block."""
        return all(count <= self.block[arm] for arm, count in Counter(arms).items())

    @property
    def code_by_name(self) -> Mapping[str, str]:
        return {name: arm.code for arm in self.arms for name in _names(arm)}


def _names(arm: ArmPlan) -> set[str]:
    return {comparable(name) for name in (arm.code, *arm.labels)}


def plan_of(trial: Trial) -> Plan:
    """What this trial demands of its list."""
    arms = tuple(
        ArmPlan(
            arm.code,
            frozenset({*arm.name.values(), *arm.list_labels, f"Group {arm.code}"}),
            arm.weight,
        )
        for arm in trial.arms
    )
    return Plan(arms, trial.allocation.block_size, trial.target)


@dataclass(frozen=True, slots=True)
class AllocationList:
    """The codes of the arms in the order of the envelopes, the first for envelope 1."""

    arms: tuple[str, ...] = field(repr=False)


class ListProblemKind(Enum):
    NOT_TEXT = "not_text"
    EMPTY = "empty"
    UNKNOWN_FORMAT = "unknown_format"
    WRONG_COUNT = "wrong_count"
    UNKNOWN_ARM = "unknown_arm"
    UNNUMBERED_ROW = "unnumbered_row"
    MISSING_NUMBER = "missing_number"
    DUPLICATE_NUMBER = "duplicate_number"
    WRONG_BLOCK_SIZE = "wrong_block_size"
    UNBALANCED_BLOCK = "unbalanced_block"


@dataclass(frozen=True, slots=True)
class ListProblem:
    kind: ListProblemKind
    line: int | None = None
    row: int | None = None
    block: int | None = None
    expected: int | None = None
    found: int | None = None


@dataclass(frozen=True, slots=True)
class ListRefused:
    problems: tuple[ListProblem, ...]


def generate_allocation_list(plan: Plan, shuffle: Callable[[list[str]], None]) -> AllocationList:
    """Permuted blocks; `shuffle` puts a list into a random order in place."""
    arms: list[str] = []
    for _ in range(plan.envelopes // plan.block_size):
        block = list(plan.block.elements())
        shuffle(block)
        arms.extend(block)
    assert balanced_blocks(arms, plan)
    return AllocationList(tuple(arms))


def balanced_blocks(arms: Sequence[str], plan: Plan) -> bool:
    """Whether the list is as long as the plan demands and each of its blocks keeps the ratio."""
    starts = range(0, plan.envelopes, plan.block_size)
    return len(arms) == plan.envelopes and all(
        Counter(arms[start : start + plan.block_size]) == plan.block for start in starts
    )


def decode_list(raw: bytes) -> str | ListRefused:
    """UTF-8 with or without a byte order mark, or UTF-16 with one; nothing else is guessed at."""
    wide = raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = raw.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError:
        return _refused(ListProblemKind.NOT_TEXT)
    return _refused(ListProblemKind.NOT_TEXT) if "\x00" in text else text


def read_allocation_list(text: str, plan: Plan) -> AllocationList | ListRefused:
    if not text.strip("\ufeff \t\r\n"):
        return _refused(ListProblemKind.EMPTY)
    rows = read_rows(text)
    if rows is None:
        return _refused(ListProblemKind.UNKNOWN_FORMAT)
    problems = tuple(_problems(rows, plan))
    if problems:
        return ListRefused(problems)
    arms = _arm_by_number(rows, plan)
    listed = tuple(arms[number] for number in sorted(arms))
    assert balanced_blocks(listed, plan)
    return AllocationList(listed)


def _refused(kind: ListProblemKind) -> ListRefused:
    return ListRefused((ListProblem(kind),))


def _problems(rows: Sequence[Row], plan: Plan) -> Iterator[ListProblem]:
    yield from _wrong_count(rows, plan)
    yield from _unknown_arms(rows, plan)
    yield from _misnumbered(rows)
    yield from _wrong_block_sizes(rows, plan)
    yield from _unbalanced_blocks(rows, plan)


def _wrong_count(rows: Sequence[Row], plan: Plan) -> Iterator[ListProblem]:
    if len(rows) != plan.envelopes:
        kind = ListProblemKind.WRONG_COUNT
        yield ListProblem(kind, expected=plan.envelopes, found=len(rows))


def _unknown_arms(rows: Sequence[Row], plan: Plan) -> Iterator[ListProblem]:
    codes = plan.code_by_name
    for row in rows:
        if comparable(row.label) not in codes:
            yield ListProblem(ListProblemKind.UNKNOWN_ARM, line=row.line)


def _misnumbered(rows: Sequence[Row]) -> Iterator[ListProblem]:
    seen: set[int] = set()
    for row in _numbered(rows):
        if row.number is None:
            yield ListProblem(ListProblemKind.UNNUMBERED_ROW, line=row.line)
        elif row.number in seen:
            yield ListProblem(ListProblemKind.DUPLICATE_NUMBER, line=row.line)
        else:
            seen.add(row.number)
    for number in range(1, len(rows) + 1):
        if number not in seen:
            yield ListProblem(ListProblemKind.MISSING_NUMBER, row=number)


def _wrong_block_sizes(rows: Sequence[Row], plan: Plan) -> Iterator[ListProblem]:
    for row in rows:
        if row.block_size not in {None, plan.block_size}:
            kind = ListProblemKind.WRONG_BLOCK_SIZE
            yield ListProblem(kind, line=row.line, expected=plan.block_size)


def _unbalanced_blocks(rows: Sequence[Row], plan: Plan) -> Iterator[ListProblem]:
    """A block with a row missing or unknown is not judged: that row is a problem already."""
    arms = _arm_by_number(rows, plan)
    for start in range(1, plan.envelopes + 1, plan.block_size):
        numbers = range(start, start + plan.block_size)
        known = [arms[number] for number in numbers if number in arms]
        if len(known) == plan.block_size and Counter(known) != plan.block:
            kind = ListProblemKind.UNBALANCED_BLOCK
            yield ListProblem(kind, block=(start - 1) // plan.block_size + 1)


def _arm_by_number(rows: Sequence[Row], plan: Plan) -> Mapping[int, str]:
    codes = plan.code_by_name
    return {
        row.number: codes[label]
        for row in _numbered(rows)
        if row.number is not None and (label := comparable(row.label)) in codes
    }


def _numbered(rows: Sequence[Row]) -> Sequence[Row]:
    """The rows with their numbers: a list that gives none counts in the order of its lines."""
    if any(row.number is not None for row in rows):
        return rows
    return [replace(row, number=place) for place, row in enumerate(rows, start=1)]
