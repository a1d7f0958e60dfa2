"""Any change of any byte of a certificate or an opening is found, and the first envelope named."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.allocation_list import ArmPlan, Plan, generate_allocation_list
from flows.certificate import MARGIN, Certificate, Page, finished, read_certificate, sections
from flows.envelope_proofs import (
    Finding,
    Ledger,
    Misfit,
    Opening,
    commitments_misfit,
    kept_misfit,
    openings_misfit,
    order_misfit,
    page_misfit,
    read_openings,
    write_openings,
)

RATIO = {"A": 1, "B": 1, "C": 1}
PLAN = Plan(tuple(ArmPlan(arm, frozenset(), weight) for arm, weight in RATIO.items()), 6, 24)


def given_to(number: int) -> tuple[str, str]:
    """Whom, and what two raters guessed of them; most are not given."""
    return (f"P-{number:03}", "7:B 8:NO_IDEA") if number < 9 else ("", "")


def drawn(seed: int) -> list[Opening]:
    chance = random.Random(seed)
    arms = generate_allocation_list(PLAN, chance.shuffle).arms
    return [
        Opening(number, arm, chance.randbytes(32), *given_to(number))
        for number, arm in enumerate(arms, start=1)
    ]


def certified(openings: Sequence[Opening]) -> Certificate:
    commitments = tuple(it.commitment or b"" for it in openings)
    sealed_at = datetime(2026, 3, 21, 5, 30, 0, 123, UTC)
    return Certificate("hair-loss", "IRCT20160427027636N8", sealed_at, 6, RATIO, commitments)


def printed(certificate: Certificate) -> str:
    parts = (
        "\n".join((words.key, *(MARGIN + it for it in lines)))
        for words, lines in sections(certificate)
    )
    return finished("\n\n".join((*parts, "all above the next line:")))


def proved(page: str, file: str) -> Finding | None:
    """What whoever has the page and the file alone finds."""
    read, opened = read_certificate(page), read_openings(file)
    if read is None:
        return Finding(Misfit.PAGE)
    if isinstance(opened, Finding):
        return opened
    return openings_misfit(read.certificate, opened) or page_misfit(read)


OPENINGS = drawn(1)
CERTIFICATE = certified(OPENINGS)
PAGE, FILE = printed(CERTIFICATE), write_openings(OPENINGS)


def as_read(raw: bytes) -> str:
    return raw.decode(errors="replace")


def test_what_was_not_changed_fits() -> None:
    assert read_certificate(PAGE) == Page(CERTIFICATE, is_whole=True)
    assert proved(PAGE, FILE) is None


@given(st.data())
def test_any_other_byte_in_the_certificate_is_found(data: st.DataObject) -> None:
    raw = PAGE.encode()
    at = data.draw(st.integers(0, len(raw) - 1))
    other = data.draw(st.integers(0, 255).filter(lambda byte: byte != raw[at]))
    assert proved(as_read(raw[:at] + bytes([other]) + raw[at + 1 :]), FILE) is not None


@given(st.data())
def test_any_byte_more_or_less_in_the_certificate_is_found(data: st.DataObject) -> None:
    raw = PAGE.encode()
    at = data.draw(st.integers(0, len(raw) - 1))
    more = bytes([data.draw(st.integers(0, 255))])
    assert proved(as_read(raw[:at] + raw[at + 1 :]), FILE) is not None
    assert proved(as_read(raw[:at] + more + raw[at:]), FILE) is not None


@given(st.data())
def test_any_other_byte_in_the_openings_is_found_at_its_envelope(data: st.DataObject) -> None:
    """Of a participant's code and of a guess too: they are held against the database."""
    raw = FILE.encode()
    at = data.draw(st.integers(0, len(raw) - 1))
    other = data.draw(st.integers(0, 255).filter(lambda byte: byte != raw[at]))
    line = raw[:at].count(b"\n") + 1
    opened = read_openings(as_read(raw[:at] + bytes([other]) + raw[at + 1 :]))
    if isinstance(opened, Finding):
        assert opened.misfit is Misfit.OPENING_LINE
        assert opened.at in {line, line + 1}
        return
    found = openings_misfit(CERTIFICATE, opened) or kept_misfit(opened, OPENINGS)
    assert found is not None
    assert found.at == line - 1


@given(st.data())
def test_any_byte_more_or_less_in_the_openings_is_found(data: st.DataObject) -> None:
    raw = FILE.encode()
    at = data.draw(st.integers(0, len(raw) - 1))
    more = bytes([data.draw(st.integers(0, 255))])
    for changed in (raw[:at] + raw[at + 1 :], raw[:at] + more + raw[at:]):
        opened = read_openings(as_read(changed))
        if not isinstance(opened, Finding):
            found = openings_misfit(CERTIFICATE, opened) or kept_misfit(opened, OPENINGS)
            assert found is not None


@given(st.permutations(range(len(OPENINGS))))
def test_openings_in_another_order_are_found_at_the_first_out_of_place(order: list[int]) -> None:
    moved = [OPENINGS[place] for place in order]
    first = next((at + 1 for at, place in enumerate(order) if at != place), None)
    found = openings_misfit(CERTIFICATE, moved)
    assert found == (None if first is None else Finding(Misfit.MISSING, first))
    renumbered = [replace(it, number=number) for number, it in enumerate(moved, start=1)]
    found = openings_misfit(CERTIFICATE, renumbered)
    assert found == (None if first is None else Finding(Misfit.OPENING, first))


@given(st.integers(0, len(OPENINGS) - 1))
def test_an_opening_that_is_missing_is_named(place: int) -> None:
    without = [*OPENINGS[:place], *OPENINGS[place + 1 :]]
    assert openings_misfit(CERTIFICATE, without) == Finding(Misfit.MISSING, place + 1)


@given(st.lists(st.sampled_from("ABC"), min_size=24, max_size=24))
def test_a_list_that_was_sealed_out_of_balance_is_found_in_its_first_such_block(
    arms: list[str],
) -> None:
    """However honestly it was committed to."""
    sealed = [replace(it, arm=arm) for it, arm in zip(OPENINGS, arms, strict=True)]
    blocks = [arms[at : at + 6] for at in range(0, 24, 6)]
    uneven = next((n for n, it in enumerate(blocks) if sorted(it) != list("AABBCC")), None)
    found = openings_misfit(certified(sealed), sealed)
    if uneven is None:
        assert found is None
        return
    assert found is not None
    assert found.at is not None
    assert (found.misfit, (found.at - 1) // 6) == (Misfit.RATIO, uneven)


@given(st.integers(1, 24))
def test_the_first_commitment_that_is_another_is_named(number: int) -> None:
    laid = list(CERTIFICATE.commitments)
    laid[number - 1] = bytes(32)
    other = replace(CERTIFICATE, commitments=tuple(laid))
    assert commitments_misfit(CERTIFICATE, other) == Finding(Misfit.COMMITMENT, number)


@pytest.mark.parametrize(
    "changed",
    [
        replace(CERTIFICATE, trial="other"),
        replace(CERTIFICATE, registration="other"),
        replace(CERTIFICATE, sealed_at=datetime(2026, 3, 21, 5, 30, tzinfo=UTC)),
        replace(CERTIFICATE, block_size=3),
        replace(CERTIFICATE, ratio={"A": 1, "B": 2}),
    ],
)
def test_envelopes_of_another_design_do_not_fit(changed: Certificate) -> None:
    assert commitments_misfit(CERTIFICATE, changed) == Finding(Misfit.DEFINITION)


@given(st.permutations([1, 2, 3, 4, 5]), st.sets(st.integers(1, 5)))
def test_envelopes_are_given_in_order_without_a_gap(order: list[int], left_out: set[int]) -> None:
    given_out = [number for number in order if number not in left_out]
    found = order_misfit(Ledger(given_out))
    assert (found is None) == (given_out == list(range(1, len(given_out) + 1)))
    if found is not None:
        assert found.misfit is Misfit.OUT_OF_TURN


@given(st.sets(st.integers(1, 9)), st.data())
def test_a_number_left_out_is_answered_for_or_named(
    left_out: set[int], data: st.DataObject
) -> None:
    """By having been retired, or skipped where the trial was before it was taken over."""
    given_out = [number for number in range(1, 10) if number not in left_out]
    replacing = data.draw(st.sets(st.sampled_from(given_out))) if given_out else set()
    elsewhere = data.draw(st.sets(st.sampled_from(given_out))) if given_out else set()
    allocated = [number for number in given_out if number not in replacing | elsewhere]
    ledger = Ledger(allocated, sorted(replacing - elsewhere), elsewhere, left_out)
    assert order_misfit(ledger) is None
    gaps = [number for number in left_out if number < max(given_out, default=0)]
    for gap in gaps:
        found = order_misfit(replace(ledger, passed_over=left_out - {gap}))
        assert found == Finding(Misfit.OUT_OF_TURN, gap)


def test_a_page_shows_no_arm_of_an_envelope_and_no_salt() -> None:
    """Swapped arms, with salts that hide them, leave nothing else on it than other digits."""
    assert not any(it.salt.hex() in PAGE for it in OPENINGS)
    values = [line for line in PAGE.splitlines() if line.startswith(MARGIN)]
    assert [it.strip() for it in values if not it.strip()[-1:].isalnum()] == []
    assert sum(letter in "ABC" for line in values for letter in line.split()) == len(RATIO)


def test_an_opening_tells_nothing_in_its_representation() -> None:
    assert repr(OPENINGS[0]) == "Opening(number=1, participant='P-001')"
