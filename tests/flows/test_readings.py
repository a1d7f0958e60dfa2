"""What the readings of a visit come to, who may take one, and when all is over."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language.calendars import add_jalali_months
from bot.trial.definitions import DEFAULT_TRIAL, load_study
from flows.chart import Chart, Milestone, Recorded, fold
from flows.definition import OfTwo, RatingRule
from flows.readings import (
    Apart,
    Awaited,
    Rated,
    Unread,
    graded_item,
    is_over,
    outcome,
    over_on,
    reading_for,
    scale_of,
    to_read,
)
from flows.schedule import due_visits

STUDY = load_study(DEFAULT_TRIAL)
TRIAL = STUDY.trial
SCALE = scale_of(STUDY.latest("igais"))
FIRST = date(2026, 9, 26)

codes = st.sampled_from(SCALE)
rules = st.builds(
    RatingRule,
    raters=st.just(2),
    adjudicate_from=st.integers(0, 5),
    of_two=st.sampled_from(OfTwo),
)


def apart(a: str, b: str) -> int:
    return abs(SCALE.index(a) - SCALE.index(b))


def test_the_scale_is_in_the_order_of_its_options() -> None:
    assert SCALE == ("VMI", "MI", "I", "NC", "W")
    assert graded_item(STUDY.latest("side_effects")) is None


def test_one_rater_decides_alone() -> None:
    assert outcome(RatingRule(), SCALE, []) == Awaited()
    assert outcome(RatingRule(), SCALE, ["MI"]) == Rated("MI")


@given(rule=rules, first=codes, second=codes, third=codes)
def test_a_third_reading_is_wanted_if_and_only_if_two_lie_that_far_apart(
    rule: RatingRule, first: str, second: str, third: str
) -> None:
    assert outcome(rule, SCALE, [first]) == Awaited()
    differ = rule.adjudicate_from > 0 and apart(first, second) >= rule.adjudicate_from
    assert (outcome(rule, SCALE, [first, second]) == Apart()) == differ
    assert isinstance(outcome(rule, SCALE, [first, second, third]), Rated)


@given(rule=rules, readings=st.lists(codes, min_size=3, max_size=3))
def test_who_read_first_makes_no_difference_between_two(
    rule: RatingRule, readings: list[str]
) -> None:
    first, second, third = readings
    assert outcome(rule, SCALE, [first, second]) == outcome(rule, SCALE, [second, first])
    assert outcome(rule, SCALE, readings) == outcome(rule, SCALE, [second, first, third])


def test_the_middle_of_three_counts() -> None:
    rule = RatingRule(raters=2, adjudicate_from=2)
    for order in permutations(("VMI", "I", "W")):
        assert outcome(rule, SCALE, order) == Rated("I")
    assert outcome(rule, SCALE, ["MI", "W", "W"]) == Rated("W")
    assert outcome(rule, SCALE, ["I", "W", "VMI"]) == Rated("I")


def test_of_two_that_nearly_agree_the_rule_says_which_counts() -> None:
    """On IGAIS the later is the less improved."""
    rule = RatingRule(raters=2, adjudicate_from=2)
    assert outcome(rule, SCALE, ["MI", "I"]) == Rated("I")
    earlier = RatingRule(raters=2, adjudicate_from=2, of_two=OfTwo.EARLIER)
    assert outcome(earlier, SCALE, ["MI", "I"]) == Rated("MI")


def test_a_third_reading_that_a_correction_made_needless_does_not_count() -> None:
    rule = RatingRule(raters=2, adjudicate_from=2)
    assert outcome(rule, SCALE, ["MI", "MI", "W"]) == Rated("MI")


def test_a_rater_takes_their_own_reading_else_a_free_one_else_anothers() -> None:
    one, two = Unread(1, frozenset({7})), Unread(2, frozenset[int]())
    assert reading_for(7, [one, two], ()) == one
    assert reading_for(8, [one, two], ()) == two
    assert reading_for(8, [one], ()) == one
    assert reading_for(8, [], ()) is None


def test_nobody_reads_a_visit_twice() -> None:
    assert reading_for(7, [Unread(2, ())], {7}) is None
    assert reading_for(7, [Unread(2, {7})], {7}) is None


def chart(*facts: tuple[Milestone, str, date]) -> Chart:
    new = Chart(1, "P-001", "F", 30)
    begun = [
        Recorded(Milestone.RANDOMIZED, FIRST),
        Recorded(Milestone.SESSION_DONE, FIRST, "baseline"),
    ]
    return fold(new, [*begun, *(Recorded(kind, on, visit) for kind, visit, on in facts)])


def visited(*names: str, milestone: Milestone = Milestone.ATTENDED) -> Chart:
    days = {name: FIRST + timedelta(days=30 * number) for number, name in enumerate(names, 1)}
    return chart(*((milestone, name, on) for name, on in days.items()))


MONTHS = ("month_1", "month_2", "month_3", "month_4")


def over(of: Chart) -> date | None:
    return over_on(TRIAL, of, due_visits(TRIAL, of, add_jalali_months))


def test_all_is_over_after_the_last_visit_that_is_rated() -> None:
    assert over(visited(*MONTHS)) == FIRST + timedelta(days=120)
    last = due_visits(TRIAL, visited("month_1"), add_jalali_months)["month_4"]
    assert over(visited("month_1")) == last.closes_on + timedelta(days=1)
    assert over(visited(*MONTHS, milestone=Milestone.MISSED)) == FIRST + timedelta(days=120)


def test_nothing_is_over_before_anything_is_due() -> None:
    new = fold(Chart(1, "P-001", "F", 30), [Recorded(Milestone.RANDOMIZED, FIRST)])
    assert over(new) is None
    assert not is_over(TRIAL, new, {}, FIRST, waiting=False)


@pytest.mark.parametrize("waiting", [True, False])
def test_a_rater_is_done_with_a_participant_when_nothing_is_to_come(*, waiting: bool) -> None:
    of = visited(*MONTHS)
    due = due_visits(TRIAL, of, add_jalali_months)
    day = FIRST + timedelta(days=120)
    assert is_over(TRIAL, of, due, day, waiting=waiting) is not waiting
    assert not is_over(TRIAL, of, due, day - timedelta(days=1), waiting=False)


def test_whoever_left_is_rated_no_more() -> None:
    left = fold(visited("month_1"), [Recorded(Milestone.WITHDRAWN, FIRST)])
    assert is_over(TRIAL, left, {}, FIRST, waiting=True)
    assert list(to_read(TRIAL, left, {}, FIRST)) == []


def test_a_visit_is_read_as_soon_as_it_took_place() -> None:
    of = visited("month_1", "month_2")
    due = due_visits(TRIAL, of, add_jalali_months)
    assert [visit.name for visit, _ in to_read(TRIAL, of, due, FIRST)] == ["month_1", "month_2"]


def test_where_the_order_is_hidden_all_visits_come_together_after_the_last() -> None:
    hidden = replace(TRIAL, rating=RatingRule(hidden_order=True))
    of, day = visited("month_1", "month_2", "month_4"), FIRST + timedelta(days=300)
    due = due_visits(hidden, of, add_jalali_months)
    over = over_on(hidden, of, due)
    assert over is not None
    assert list(to_read(hidden, of, due, over - timedelta(days=1))) == []
    read = [visit.name for visit, _ in to_read(hidden, of, due, day)]
    assert read == ["month_1", "month_2", "month_4"]
