"""Lists in every layout are read alike, and refused whole, without a word of what they hold."""

import csv
import io
import random
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.allocation_list import (
    AllocationList,
    ArmPlan,
    ListProblem,
    ListProblemKind,
    ListRefused,
    Plan,
    balanced_blocks,
    decode_list,
    generate_allocation_list,
    read_allocation_list,
)

PLAN = Plan(
    arms=(
        ArmPlan("A", frozenset({"Exosome", "اگزوزوم"}), 1),
        ArmPlan("B", frozenset({"Exosome + mesotherapy", "اگزوزوم + مزوتراپی"}), 1),
        ArmPlan("C", frozenset({"Mesotherapy", "مزوتراپی"}), 1),
    ),
    block_size=6,
    target=60,
)
Writer = Callable[[Sequence[str]], str]
HEADING = "\t\tA Randomization Plan\n\t\t\tfrom\n\thttp://www.randomization.com\n\n"
FOOTER = (
    "\n60 subjects randomized into 10 blocks\n"
    "To reproduce this plan, use the seed\n"
    "31337 along with the number of subjects per block/number of blocks\n"
    "and (case-sensitive) treatment labels as entered originally.\n"
    "Randomization plan created on 8/3/2025, 12:05:01 PM\n"
)


def one_column(labels: Sequence[str]) -> str:
    lines = [f"{number:>4}. {label}{'_' * 30}\n" for number, label in enumerate(labels, start=1)]
    return HEADING + "".join(lines) + FOOTER


def columns(separator: str) -> Writer:
    def write(labels: Sequence[str]) -> str:
        entries = [f"{number}. {label}" for number, label in enumerate(labels, start=1)]
        height = -(-len(entries) // 3)
        rows = [separator.join(entries[top::height]) for top in range(height)]
        return HEADING + "\n".join(rows) + FOOTER

    return write


def numbered(pattern: str) -> Writer:
    def write(labels: Sequence[str]) -> str:
        return "".join(pattern.format(*entry) + "\n" for entry in enumerate(labels, start=1))

    return write


def persian_digits(labels: Sequence[str]) -> str:
    digits = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
    return "".join(
        f"\u200f{str(number).translate(digits)}. {label}____\n"
        for number, label in enumerate(labels, start=1)
    )


def sealed_envelope(labels: Sequence[str]) -> str:
    rows = [f"{n // 6 + 1}, 6, {n % 6 + 1}, {label}\n" for n, label in enumerate(labels)]
    return (
        "Seed: 31337\nBlock sizes: 6\nActual list length: 60\n\n"
        "block identifier, block size, sequence within block, treatment\n" + "".join(rows)
    )


def table(header: Sequence[str], separator: str, row: Callable[[int, str], list[object]]) -> Writer:
    def write(labels: Sequence[str]) -> str:
        text = io.StringIO()
        writer = csv.writer(text, delimiter=separator, quoting=csv.QUOTE_ALL)
        writer.writerow(header)
        writer.writerows(row(place, label) for place, label in enumerate(labels))
        return text.getvalue()

    return write


REDCAP = ("redcap_randomization_number", "redcap_randomization_group")
BLOCKRAND = ("", "id", "num", "treatment", "block.id", "block.size")
WRITERS: dict[str, Writer] = {
    "one column": one_column,
    "columns between tabs": columns("____\t"),
    "columns between spaces": columns("____   "),
    "columns between single spaces": columns(" "),
    "number and tab": numbered("{}\t{}"),
    "number, point and tab": numbered("{}.\t{}"),
    "number in brackets": numbered("({}) {}"),
    "number and dash": numbered("{} - {}"),
    "number and comma": numbered("{},{}"),
    "number and space": numbered("{} {}"),
    "Persian digits": persian_digits,
    "sealedenvelope.com": sealed_envelope,
    "REDCap": table(REDCAP, ",", lambda place, label: [place + 1, label]),
    "REDCap without numbers": table(REDCAP, ";", lambda _, label: ["", label]),
    "REDCap with codes": table(REDCAP, "\t", lambda place, label: [f"R-{900 - place}", label]),
    "blockrand": table(
        BLOCKRAND,
        ",",
        lambda place, label: [place + 1, place + 1, place + 1, label, place // 6 + 1, 6],
    ),
    "blockrand with prefixes": table(
        BLOCKRAND[1:],
        ";",
        lambda place, label: [f"T1-{place + 1:03}", place + 1, label, f"b{place // 6}", 6],
    ),
}
every_layout = pytest.mark.parametrize("write", WRITERS.values(), ids=WRITERS)
NUMBERING = [
    name for name in WRITERS if name not in {"REDCap without numbers", "REDCap with codes"}
]
lists = st.randoms(use_true_random=False).map(
    lambda chance: generate_allocation_list(PLAN, chance.shuffle)
)
ORDERED = generate_allocation_list(PLAN, random.Random(7).shuffle).arms


def problems(text: str, plan: Plan = PLAN) -> tuple[ListProblem, ...]:
    outcome = read_allocation_list(text, plan)
    assert isinstance(outcome, ListRefused)
    return outcome.problems


def kinds(text: str) -> set[ListProblemKind]:
    return {problem.kind for problem in problems(text)}


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    weights = draw(st.lists(st.integers(1, 3), min_size=1, max_size=4))
    arms = tuple(ArmPlan(f"arm {n}", frozenset(), weight) for n, weight in enumerate(weights))
    times = draw(st.integers(1, 3))
    return Plan(arms, block_size=sum(weights) * times, target=draw(st.integers(1, 100)))


@given(plans(), st.randoms(use_true_random=False))
def test_every_generated_list_is_balanced_and_covers_the_target(
    plan: Plan, chance: random.Random
) -> None:
    arms = generate_allocation_list(plan, chance.shuffle).arms
    assert balanced_blocks(arms, plan)
    assert plan.target <= len(arms) < plan.target + plan.block_size


@given(lists, st.integers(0, 59), st.integers(0, 59))
def test_a_swap_across_blocks_is_refused_wherever_it_changes_the_balance(
    generated: AllocationList, one: int, other: int
) -> None:
    arms = list(generated.arms)
    arms[one], arms[other] = arms[other], arms[one]
    if one // 6 == other // 6 or arms[one] == arms[other]:
        assert read_allocation_list(one_column(arms), PLAN) == AllocationList(tuple(arms))
    else:
        assert not balanced_blocks(arms, PLAN)
        assert problems(one_column(arms)) == tuple(
            ListProblem(ListProblemKind.UNBALANCED_BLOCK, block=block)
            for block in sorted({one // 6 + 1, other // 6 + 1})
        )


@every_layout
@settings(max_examples=20)
@given(generated=lists)
def test_a_list_is_read_as_it_was_written(write: Writer, generated: AllocationList) -> None:
    assert read_allocation_list(write(generated.arms), PLAN) == generated


@pytest.mark.parametrize(
    "names",
    [
        ("a", "B", " c "),
        ("EXOSOME", "exosome +\u00a0Mesotherapy", "mesotherapy"),
        ("اگزوزوم", "اگزوزوم + مزوتراپي", "مزوتراپی"),
    ],
)
@every_layout
def test_an_arm_may_go_by_any_name_of_the_definition(write: Writer, names: tuple[str, ...]) -> None:
    labels = [names["ABC".index(arm)] for arm in ORDERED]
    assert read_allocation_list(write(labels), PLAN) == AllocationList(ORDERED)


@every_layout
def test_arms_that_are_coded_as_digits_are_not_taken_for_numbers(write: Writer) -> None:
    plan = Plan(tuple(ArmPlan(code, frozenset(), 1) for code in "123"), 6, 60)
    arms = generate_allocation_list(plan, random.Random(3).shuffle)
    assert read_allocation_list(write(arms.arms), plan) == arms


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@every_layout
def test_byte_order_marks_and_line_ends_change_nothing(
    write: Writer, line_end: str, encoding: str
) -> None:
    written = line_end.join(write(ORDERED).splitlines())
    text = decode_list(written.encode(encoding))
    assert isinstance(text, str)
    assert read_allocation_list(text, PLAN) == AllocationList(ORDERED)


def test_a_byte_order_mark_left_in_the_text_is_no_part_of_the_header() -> None:
    assert read_allocation_list("\ufeff" + WRITERS["REDCap"](ORDERED), PLAN) == AllocationList(
        ORDERED
    )


@pytest.mark.parametrize(
    "raw",
    [
        b"1. A\xff____",
        b"\xff\xfe1",
        "1. A".encode("utf-16-le"),
        "1. A".encode("utf-32"),
        b"PK\x03\x04\x00\x00",
    ],
)
def test_bytes_that_are_no_text_are_refused(raw: bytes) -> None:
    assert decode_list(raw) == ListRefused((ListProblem(ListProblemKind.NOT_TEXT),))


@given(st.binary())
def test_decoding_any_bytes_ends_in_text_or_a_refusal(raw: bytes) -> None:
    assert isinstance(decode_list(raw), str | ListRefused)


@pytest.mark.parametrize("text", ["", " \n\t\r\n", "\ufeff"])
def test_an_empty_file_is_named_so(text: str) -> None:
    assert problems(text) == (ListProblem(ListProblemKind.EMPTY),)


@pytest.mark.parametrize("text", ["A\nB\nC\n", "arm;name\nA;B\n", HEADING + FOOTER])
def test_a_file_in_no_known_layout_is_named_so(text: str) -> None:
    assert problems(text) == (ListProblem(ListProblemKind.UNKNOWN_FORMAT),)


@every_layout
def test_a_row_too_few_at_the_end_is_counted(write: Writer) -> None:
    assert problems(write(ORDERED[:-1])) == (
        ListProblem(ListProblemKind.WRONG_COUNT, expected=60, found=59),
    )


@every_layout
def test_a_block_too_many_is_counted(write: Writer) -> None:
    assert problems(write(ORDERED + ORDERED[:6])) == (
        ListProblem(ListProblemKind.WRONG_COUNT, expected=60, found=66),
    )


@pytest.mark.parametrize("place", [0, 19, 36])
@every_layout
def test_an_unknown_arm_is_named_by_its_line_and_its_block_is_not_judged(
    write: Writer, place: int
) -> None:
    mark = "Placebo"
    labels = [mark if here == place else arm for here, arm in enumerate(ORDERED)]
    found = problems(write(labels))
    assert [problem.kind for problem in found] == [ListProblemKind.UNKNOWN_ARM]
    lines = write(labels).splitlines()
    assert found[0].line is not None
    assert mark in lines[found[0].line - 1]


ONE_A_LINE = [name for name in NUMBERING if "columns" not in name]


@pytest.mark.parametrize("name", ONE_A_LINE)
@settings(max_examples=20)
@given(place=st.integers(0, 58))
def test_a_lost_line_is_a_missing_number_and_nothing_else(name: str, place: int) -> None:
    labels = ["lost" if here == place else arm for here, arm in enumerate(ORDERED)]
    lines = WRITERS[name](labels).splitlines()
    text = "\n".join(line for line in lines if "lost" not in line)
    assert problems(text) == (
        ListProblem(ListProblemKind.WRONG_COUNT, expected=60, found=59),
        ListProblem(ListProblemKind.MISSING_NUMBER, row=place + 1),
    )


@pytest.mark.parametrize("name", ONE_A_LINE)
def test_a_line_in_place_of_another_is_a_duplicate_and_a_missing_number(name: str) -> None:
    labels = ["lost" if here == 12 else arm for here, arm in enumerate(ORDERED)]
    lines = WRITERS[name](labels).splitlines()
    lost = next(here for here, line in enumerate(lines) if "lost" in line)
    lines[lost] = lines[lost - 1]
    assert problems("\n".join(lines)) == (
        ListProblem(ListProblemKind.DUPLICATE_NUMBER, line=lost + 1),
        ListProblem(ListProblemKind.MISSING_NUMBER, row=13),
    )


def test_every_problem_is_listed_not_only_the_first() -> None:
    arms = list(ORDERED)
    stranger = next(place for place in range(60) if arms[place] == "A" and place > 20)
    swapped = next(place for place in range(6, 12) if arms[place] != arms[0])
    arms[0], arms[swapped], arms[stranger] = arms[swapped], arms[0], "Placebo"
    text = numbered("{}. {}")(arms[:-1])
    assert problems(text) == (
        ListProblem(ListProblemKind.WRONG_COUNT, expected=60, found=59),
        ListProblem(ListProblemKind.UNKNOWN_ARM, line=stranger + 1),
        ListProblem(ListProblemKind.UNBALANCED_BLOCK, block=1),
        ListProblem(ListProblemKind.UNBALANCED_BLOCK, block=2),
    )


def test_another_block_size_is_refused_even_where_the_arms_would_balance() -> None:
    text = sealed_envelope(ORDERED).replace("\n3, 6, 2,", "\n3, 3, 2,")
    assert ListProblemKind.WRONG_BLOCK_SIZE in kinds(text)
    row = next(line for line, row in enumerate(text.splitlines(), 1) if row.startswith("3, 3"))
    assert ListProblem(ListProblemKind.WRONG_BLOCK_SIZE, line=row, expected=6) in problems(text)


def test_a_row_without_its_number_is_refused_where_others_have_theirs() -> None:
    text = WRITERS["REDCap"](ORDERED).replace('"17"', '""')
    assert problems(text) == (
        ListProblem(ListProblemKind.UNNUMBERED_ROW, line=18),
        ListProblem(ListProblemKind.MISSING_NUMBER, row=17),
    )


def test_a_row_wider_than_its_header_is_not_trusted() -> None:
    lines = WRITERS["REDCap without numbers"](ORDERED).splitlines()
    lines[4] += ';"A"'
    assert problems("\n".join(lines)) == (ListProblem(ListProblemKind.UNKNOWN_ARM, line=5),)


def test_empty_cells_and_lines_below_a_table_are_tolerated() -> None:
    lines = WRITERS["REDCap"](ORDERED).splitlines()
    text = "\n".join(line + ",," for line in lines) + "\n,,,\n\n"
    assert read_allocation_list(text, PLAN) == AllocationList(ORDERED)


def test_an_unclosed_quote_or_an_endless_cell_is_refused() -> None:
    header = ",".join(REDCAP) + "\n"
    assert ListProblemKind.WRONG_COUNT in kinds(header + '1,"A\n2,B\n')
    assert kinds(header + "1," + "A" * 200_000) == {ListProblemKind.UNKNOWN_FORMAT}


secrets = st.text(st.characters(categories=("Lu", "Ll", "Lo")), min_size=1, max_size=12).map(
    lambda text: f"Secret{text}"
)


@every_layout
@settings(max_examples=20)
@given(labels=st.lists(secrets, min_size=1, max_size=70))
def test_no_problem_shows_a_label(write: Writer, labels: list[str]) -> None:
    refused = read_allocation_list(write(labels), PLAN)
    assert isinstance(refused, ListRefused)
    assert "Secret" not in repr(refused)


@given(st.integers(61, 999_999_999))
def test_no_problem_repeats_a_number_that_stood_in_the_file(number: int) -> None:
    found = problems(f"{number}. A\n{number}. B\n")
    assert all(
        value is None or value <= PLAN.envelopes
        for problem in found
        for value in (problem.line, problem.row, problem.block, problem.expected, problem.found)
    )


def test_an_allocation_list_shows_no_arm() -> None:
    assert repr(AllocationList(ORDERED)) == f"{AllocationList(ORDERED)}" == "AllocationList()"


@given(st.text(st.sampled_from("12. AB_\t\n,;\"'|()٣۰-:") | st.characters()))
def test_any_text_ends_in_a_list_or_a_refusal(text: str) -> None:
    for header in ("", ",".join(REDCAP) + "\n", '"id";"treatment";"block.id";"block.size"\n'):
        assert isinstance(read_allocation_list(header + text, PLAN), ListRefused)


def test_a_number_too_long_to_be_one_is_no_number() -> None:
    assert kinds("9" * 5000 + ". A\n") == {ListProblemKind.UNKNOWN_FORMAT}


@pytest.mark.parametrize(
    ("arms", "block_size", "target"),
    [
        ((), 6, 60),
        ((ArmPlan("A", frozenset(), 1),), 6, 0),
        ((ArmPlan("A", frozenset(), 0),), 6, 60),
        ((ArmPlan("A", frozenset(), 1), ArmPlan("B", frozenset(), 2)), 4, 60),
        ((ArmPlan("A", frozenset(), 1),), 0, 60),
        ((ArmPlan("A", frozenset({"x"}), 1), ArmPlan("B", frozenset({" X_"}), 1)), 4, 60),
    ],
)
def test_a_plan_that_no_list_could_meet_is_a_mistake(
    arms: tuple[ArmPlan, ...], block_size: int, target: int
) -> None:
    with pytest.raises(ValueError, match=r"^(A plan|The block size|Two arms)"):
        Plan(arms, block_size, target)
