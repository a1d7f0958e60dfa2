"""How far two raters agree: weighted kappa, chance taken off.

* Cohen's weighted kappa (Psychological Bulletin 1968; 70: 213-220) with linear or quadratic weights
  over the places of the scale; its large-sample standard error is that of Fleiss, Cohen and Everitt
  (Psychological Bulletin 1969; 72: 323-327), and the interval is 1.96 of these to either side.
* Each pair counts as if it stood for itself. Where one participant is rated at several visits the
  interval is somewhat too narrow.
* Where a rater used one step alone, or nobody any, kappa would tell nothing: it is 0, or 0 divided
  by 0, whatever the other rater said. There is none then, and that is a value: None.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import sqrt

from flows.definition import Weights

Pair = tuple[str, str]
Cells = Mapping[Pair, float]

# The quantile of the normal distribution that leaves 2.5 % above it.
_QUANTILE = 1.959964
_POWER = {Weights.LINEAR: 1, Weights.QUADRATIC: 2}


@dataclass(frozen=True, slots=True)
class Kappa:
    """`low` and `high` bound the approximate 95 % interval."""

    value: float
    low: float
    high: float


def weighted_kappa(pairs: Sequence[Pair], scale: Sequence[str], weights: Weights) -> Kappa | None:
    """The agreement of pairs of codes of this scale, the same rater first in each."""
    if not pairs or any(len(set(side)) < 2 for side in zip(*pairs, strict=True)):
        return None
    weight = _weights(scale, _POWER[weights])
    share = {cell: count / len(pairs) for cell, count in Counter(pairs).items()}
    first = _marginal(share, scale, 0)
    second = _marginal(share, scale, 1)
    observed = sum(weight[cell] * part for cell, part in share.items())
    expected = sum(weight[a, b] * first[a] * second[b] for a, b in weight)
    value = (observed - expected) / (1 - expected)
    variance = _spread(share, weight, first, second) / (1 - expected) ** 4
    off = _QUANTILE * sqrt(variance / len(pairs))
    return Kappa(value, max(value - off, -1.0), min(value + off, 1.0))


def _weights(scale: Sequence[str], power: int) -> Cells:
    """What a pair of codes is worth: 1 where they are the same, 0 at the ends of the scale."""
    place = {code: number for number, code in enumerate(scale)}
    ends = max(len(scale) - 1, 1)
    return {
        (a, b): 1 - (abs(place[a] - place[b]) / ends) ** power for a, b in product(scale, scale)
    }


def _marginal(share: Cells, scale: Sequence[str], side: int) -> Mapping[str, float]:
    return {code: sum(it for cell, it in share.items() if cell[side] == code) for code in scale}


def _spread(
    share: Cells, weight: Cells, first: Mapping[str, float], second: Mapping[str, float]
) -> float:
    """The braces of formula 9 of Fleiss, Cohen and Everitt."""
    observed = sum(weight[cell] * part for cell, part in share.items())
    expected = sum(weight[a, b] * first[a] * second[b] for a, b in weight)
    of_first = {a: sum(weight[a, b] * second[b] for b in second) for a in first}
    of_second = {b: sum(weight[a, b] * first[a] for a in first) for b in second}
    squares = sum(
        part * (weight[a, b] * (1 - expected) - (of_first[a] + of_second[b]) * (1 - observed)) ** 2
        for (a, b), part in share.items()
    )
    return max(squares - (observed * expected - 2 * expected + observed) ** 2, 0.0)
