"""How far two raters agree, for the PI's summary. Nothing in it is split by arm.

Kappa compares the readings as they were submitted, before any correction: agreement is that of
readings made independently (GRRAS, Kottner et al., J Clin Epidemiol 2011; 64: 96-106, item 9), and
whoever corrects may have heard something since. What counts for the analysis, and whether a third
rater is called, follows the corrected ones.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from bot.turn.desk import Desk
from bot.turn.readings import codes, scales
from flows.agreement import weighted_kappa
from flows.instruments import title
from flows.readings import Apart, outcome, scale_of
from flows.text import Text, text
from storage import responses
from storage.responses import FormRow


def agreement(desk: Desk) -> tuple[Text, ...]:
    """A paragraph of the summary; none in a trial with one rater."""
    if desk.study.trial.rating.raters == 1:
        return ()
    lines = tuple(line for name in sorted(scales(desk)) for line in _of_scale(desk, name))
    return (text("summary.readings", lines=lines),)


def _of_scale(desk: Desk, name: str) -> Iterator[Text]:
    rule = desk.study.trial.rating
    instrument = desk.study.latest(name)
    scale = scale_of(instrument)
    visits = [it for it in _visits(desk, name) if it.all_codes <= set(scale)]
    pairs = [it.pair for it in visits if len(it.codes) >= rule.raters]
    kappa = weighted_kappa(pairs, scale, rule.kappa)
    form, count = title(instrument), len(pairs)
    if kappa is None:
        yield text("summary.no_kappa", form=form, count=count)
    else:
        weights = text(f"summary.weights.{rule.kappa.value}")
        bounds = {"kappa": kappa.value, "low": kappa.low, "high": kappa.high}
        shown = {name: hundredths(value) for name, value in bounds.items()}
        yield text("summary.kappa", form=form, count=count, weights=weights, **shown)
    apart = [it for it in visits if outcome(rule, scale, it.codes[: rule.raters]) == Apart()]
    decided = sum(len(it.codes) > rule.raters for it in apart)
    if rule.adjudicate_from:
        yield text("summary.adjudicated", count=decided)
        yield text("summary.apart", count=len(apart) - decided)


@dataclass(frozen=True, slots=True)
class _Visit:
    """The submitted readings of one visit, in their order: as they stand now, and as they were
    submitted, with who read."""

    codes: Sequence[str]
    submitted: Sequence[tuple[int, str]]

    @property
    def all_codes(self) -> set[str]:
        return {*self.codes, *(code for _, code in self.submitted)}

    @property
    def pair(self) -> tuple[str, str]:
        """The first two, in the order of the raters: kappa compares two people, not two turns."""
        (_, first), (_, second) = sorted(self.submitted[:2])
        return first, second


def _visits(desk: Desk, name: str) -> Iterator[_Visit]:
    def same(row: FormRow) -> tuple[int, str | None]:
        return row.participant, row.visit

    for _, rows in groupby(responses.all_of(desk.connection, frozenset({name})), key=same):
        given = list(rows)
        submitted = list(codes(desk, given, corrected=False))
        yield _Visit([code for _, code in codes(desk, given)], submitted)


def hundredths(value: float) -> Text:
    """A number with two decimals, digit by digit, so that each language writes it its own way."""
    rounded = round(abs(value) * 100)
    key = "number.hundredths" if value >= 0 or not rounded else "number.hundredths_below_zero"
    whole, rest = divmod(rounded, 100)
    tenths, last = divmod(rest, 10)
    return text(key, whole=whole, tenths=tenths, hundredths=last)
