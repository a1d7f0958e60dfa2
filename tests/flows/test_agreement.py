"""Weighted kappa equals what is published, and what statsmodels 0.15 computes of the same tables.

* Two dermatologists: SAS/STAT User's Guide, PROC FREQ, "Agreement Study", skin condition data.
* Two radiologists: Boyd et al., Journal of the National Cancer Institute 1982; 68: 357-363, the
  example of Stata's `kap`.
* Two psychiatrists: Fleiss, Statistical Methods for Rates and Proportions, 2nd edition, page 213.
"""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.agreement import Kappa, Pair, weighted_kappa
from flows.definition import Weights

DERMATOLOGISTS = ((10, 4, 1, 0), (5, 10, 12, 2), (2, 4, 12, 5), (0, 2, 6, 13))
RADIOLOGISTS = ((21, 12, 0, 0), (4, 17, 1, 0), (3, 9, 15, 2), (0, 0, 0, 1))
PSYCHIATRISTS = ((75, 1, 4), (5, 4, 1), (0, 0, 10))

SCALE = ("VMI", "MI", "I", "NC", "W")
codes = st.sampled_from(SCALE)
some_pairs = st.lists(st.tuples(codes, codes), min_size=1, max_size=60)
each_weight = pytest.mark.parametrize("weights", Weights)


def pairs_of(table: tuple[tuple[int, ...], ...]) -> list[Pair]:
    places = range(len(table))
    return [(str(a), str(b)) for a, b in product(places, places) for _ in range(table[a][b])]


def kappa_of(table: tuple[tuple[int, ...], ...], weights: Weights) -> Kappa:
    found = weighted_kappa(pairs_of(table), [str(it) for it in range(len(table))], weights)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("table", "weights", "value", "low", "high"),
    [
        (DERMATOLOGISTS, Weights.LINEAR, 0.508160, 0.379766, 0.636554),
        (DERMATOLOGISTS, Weights.QUADRATIC, 0.660723, 0.539905, 0.781541),
        (RADIOLOGISTS, Weights.LINEAR, 0.568399, 0.435992, 0.700807),
        (RADIOLOGISTS, Weights.QUADRATIC, 0.671371, 0.537869, 0.804872),
        (PSYCHIATRISTS, Weights.LINEAR, 0.722222, 0.556995, 0.887449),
        (PSYCHIATRISTS, Weights.QUADRATIC, 0.755319, 0.585376, 0.925262),
    ],
)
def test_kappa_is_the_published_one(
    table: tuple[tuple[int, ...], ...], weights: Weights, value: float, low: float, high: float
) -> None:
    found = kappa_of(table, weights)
    assert (found.value, found.low, found.high) == pytest.approx((value, low, high), abs=1e-6)


@each_weight
@pytest.mark.parametrize(
    "pairs",
    [
        [],
        [("MI", "I")],
        [("MI", "MI")] * 7,
        [("MI", "I")] * 7,
        [("MI", "I"), ("MI", "W"), ("MI", "MI")],
        [("I", "MI"), ("W", "MI"), ("MI", "MI")],
    ],
)
def test_where_a_rater_used_one_step_alone_there_is_no_kappa(
    weights: Weights, pairs: list[Pair]
) -> None:
    """Nor where there is no pair."""
    assert weighted_kappa(pairs, SCALE, weights) is None


@each_weight
def test_raters_who_always_agree_have_a_kappa_of_one(weights: Weights) -> None:
    pairs = [(code, code) for code in SCALE]
    found = weighted_kappa(pairs, SCALE, weights)
    assert found is not None
    assert (found.value, found.low, found.high) == pytest.approx((1, 1, 1), abs=1e-6)


@each_weight
@given(pairs=some_pairs)
def test_kappa_does_not_depend_on_who_is_first(weights: Weights, pairs: list[Pair]) -> None:
    """Nor on the direction of the scale; it lies in its interval, and never beyond 1."""
    found = weighted_kappa(pairs, SCALE, weights)
    for other in (
        weighted_kappa([(b, a) for a, b in pairs], SCALE, weights),
        weighted_kappa(pairs, SCALE[::-1], weights),
    ):
        assert (found is None) == (other is None)
        if found is not None and other is not None:
            assert other.value == pytest.approx(found.value, abs=1e-9)
            assert -1 - 1e-9 <= found.low <= found.value + 1e-9
            assert found.value - 1e-9 <= found.high <= 1 + 1e-9
