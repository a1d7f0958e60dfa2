"""The readings of a visit by its blinded raters: who may take one, and what they come to.

* A reading is one rater's filled-in rating scale of one visit. The trial's rule says how many
  raters read each visit, and nobody reads a visit twice.
* What counts for the analysis is derived here and never stored, for no reading is written over. One
  rater: their reading. Two raters: where they lie fewer than `adjudicate_from` steps of the scale
  apart, the one that stands later on the scale (or earlier, as the rule says); else a third rater
  reads the visit as if nobody had, and the middle one of the three counts.
* Steps are places in the scale's order of options, not the numbers that exports give them.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flows.chart import Chart
from flows.definition import OfTwo, RatingRule, Trial, Visit
from flows.instruments import Instrument, ItemKind, ItemSpec
from flows.schedule import Due


def graded_item(instrument: Instrument) -> ItemSpec | None:
    """The question whose answer is the rating: the first, where it has options and no way out."""
    first = instrument.items[0] if instrument.items else None
    fits = first is not None and first.kind is ItemKind.CHOICE and not first.may_decline
    return first if fits else None


def scale_of(instrument: Instrument) -> tuple[str, ...]:
    """The codes of the rating, in the order in which they are offered."""
    graded = graded_item(instrument)
    return () if graded is None else tuple(it.code for it in instrument.options(graded))


@dataclass(frozen=True, slots=True)
class Awaited:
    """A reading that the rule asks of every visit is still to come."""


@dataclass(frozen=True, slots=True)
class Apart:
    """The readings differ so far that a third rater decides."""


@dataclass(frozen=True, slots=True)
class Rated:
    """What counts for the analysis."""

    code: str


Outcome = Awaited | Apart | Rated


def outcome(rule: RatingRule, scale: Sequence[str], given: Sequence[str]) -> Outcome:
    """What the submitted readings of a visit come to, in the order of their numbers."""
    places = [scale.index(code) for code in given]
    if len(places) < rule.raters:
        return Awaited()
    if rule.raters == 1:
        return Rated(given[0])
    first, second = sorted(places[:2])
    if not rule.adjudicate_from or second - first < rule.adjudicate_from:
        return Rated(scale[second if rule.of_two is OfTwo.LATER else first])
    if len(places) == rule.raters:
        return Apart()
    return Rated(scale[sorted(places[:3])[1]])


@dataclass(frozen=True, slots=True)
class Unread:
    """A reading that waits, and who has begun it."""

    form_id: int
    begun_by: Collection[int]


def reading_for(rater: int, unread: Sequence[Unread], read_by: Collection[int]) -> Unread | None:
    """The one reading of a visit that this rater may take: their own half-done one, else one that
    nobody has begun, else another's; none where they have read the visit."""
    if rater in read_by:
        return None
    wanted = (
        [it for it in unread if rater in it.begun_by],
        [it for it in unread if not it.begun_by],
        unread,
    )
    return next((found[0] for found in wanted if found), None)


def took_place_on(chart: Chart, visit: Visit) -> date | None:
    """The day of what is rated: of the visit, else of its photographs."""
    at_visit = chart.visit(visit.name)
    return at_visit.attended_on or at_visit.photographed_on


def over_on(trial: Trial, chart: Chart, due: Mapping[str, Due]) -> date | None:
    """The day from which no visit with a rating is still to come; None while one is, and its last
    day is not known. A visit that nobody marked is over after its window."""
    days = [_over_on(chart, visit, due.get(visit.name)) for visit in trial.rated_visits]
    known = [day for day in days if day is not None]
    return max(known) if known and len(known) == len(days) else None


def _over_on(chart: Chart, visit: Visit, due: Due | None) -> date | None:
    known = took_place_on(chart, visit) or chart.visit(visit.name).missed_on
    if known is not None or due is None:
        return known
    return due.closes_on + timedelta(days=1)


def to_read(
    trial: Trial, chart: Chart, due: Mapping[str, Due], today: date
) -> Iterator[tuple[Visit, date]]:
    """The visits that raters may read by now, each with its day; with a hidden order of time all of
    a participant's come together, for their coming one by one would tell it."""
    if not chart.is_followed:
        return
    over = over_on(trial, chart, due)
    if trial.rating.hidden_order and (over is None or over > today):
        return
    for visit in trial.rated_visits:
        on = took_place_on(chart, visit)
        if on is not None:
            yield visit, on


def is_over(
    trial: Trial, chart: Chart, due: Mapping[str, Due], today: date, *, waiting: bool
) -> bool:
    """Whether a rater has rated a participant for the last time. `waiting`: a reading that they may
    take is still open."""
    if not chart.is_followed:
        return True
    over = over_on(trial, chart, due)
    return not waiting and over is not None and over <= today
