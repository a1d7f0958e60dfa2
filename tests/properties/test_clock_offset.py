"""Our clock against the messengers': what is said of it is so, whatever the network does."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.clock_offset import GRAIN, IN_A_ROW, LIMIT, Measurements, Offset, judged, offset
from bot.telegram.polling import _ANSWER_LATE_AFTER, LONG_POLL

BEGINNING = datetime(2026, 9, 26, 5, 30, tzinfo=UTC)
LONGEST = LONG_POLL + _ANSWER_LATE_AFTER
TELEGRAM, BALE = "telegram", "bale"


@dataclass(frozen=True)
class Answer:
    """How long nothing was asked, how long it took, when in it it was dated, and how stale."""

    rest: float = 0.1
    took: float = 0.2
    dated: float = 0.5
    stale: float = 0


def answers(longest: float = LONGEST) -> st.SearchStrategy[Answer]:
    return st.builds(
        Answer, st.floats(0, 60), st.floats(0, longest), st.floats(0, 1), st.floats(0, GRAIN - 1)
    )


@dataclass
class World:
    """Our clock, so many seconds ahead of the true time, and messengers that answer it."""

    ahead: float = 0
    passed: float = 0
    standing: int = 0
    stood: list[int] = field(default_factory=list)
    measurements: Measurements = field(default_factory=Measurements)

    def hear(self, answer: Answer, source: str = TELEGRAM, *, wrong_by: float = 0) -> Offset:
        asked = self.passed + answer.rest
        self.passed = asked + answer.took
        at = asked + answer.took * answer.dated - answer.stale + wrong_by
        said = offset(
            (BEGINNING + timedelta(seconds=at)).replace(microsecond=0),
            BEGINNING + timedelta(seconds=self.passed + self.ahead),
            answer.took,
        )
        self.measurements.take(source, said, asked=asked, came=self.passed)
        self._judge()
        return said

    def hear_all(self, heard: Iterable[Answer], source: str = TELEGRAM) -> None:
        for answer in heard:
            self.hear(answer, source)

    def _judge(self) -> None:
        measured = self.measurements.offset()
        after = self.standing if measured is None else judged(self.standing, measured)
        if after != self.standing:
            self.stood.append(after)
        self.standing = after


offsets = st.floats(-400_000, 400_000)


@given(answers(), offsets)
def test_the_true_offset_lies_in_what_an_answer_says(answer: Answer, ahead: float) -> None:
    said = World(ahead).hear(answer)
    assert said.least - 0.001 <= ahead <= said.most + 0.001
    assert abs(said.seconds - ahead) <= (answer.took + GRAIN) / 2 + 0.501


@given(st.lists(answers(), max_size=40), st.floats(-LIMIT, LIMIT))
def test_a_clock_within_the_limit_is_never_called_wrong(heard: list[Answer], ahead: float) -> None:
    world = World(ahead)
    world.hear_all(heard)
    assert world.stood == []


@given(st.lists(answers(), max_size=40), offsets, st.integers(-400_000, 400_000))
def test_what_does_not_change_is_judged_once(
    heard: list[Answer], ahead: float, before: int
) -> None:
    """Whatever was stored before."""
    world = World(ahead, standing=before)
    world.hear_all(heard)
    assert len(world.stood) <= 1
    for off_by in world.stood:
        assert (abs(ahead) <= LIMIT + 0.001) if off_by == 0 else (abs(ahead) > LIMIT - 0.001)


LONG = st.builds(Answer, took=st.integers(LONG_POLL, LONGEST), dated=st.sampled_from([0, 0.5, 1]))


@given(
    st.lists(LONG, min_size=IN_A_ROW, max_size=IN_A_ROW),
    st.integers(LIMIT - 30, LIMIT + 30).filter(lambda ahead: ahead != LIMIT),
    st.sampled_from([1, -1]),
    st.sampled_from([0, 500]),
)
def test_a_clock_near_the_limit_is_not_called_what_it_is_not(
    heard: list[Answer], ahead: int, sign: int, before: int
) -> None:
    """By answers that are too wide to tell for sure."""
    world = World(sign * ahead, standing=before)
    world.hear_all(heard)
    assert all((off_by == 0) == (ahead < LIMIT) for off_by in world.stood)


@given(st.lists(answers(), min_size=IN_A_ROW, max_size=IN_A_ROW), offsets)
def test_a_few_answers_show_what_is_further_off_than_they_took(
    heard: list[Answer], ahead: float
) -> None:
    """And that the clock is right again, also where nobody writes and all of them took long."""
    least_width = min(it.took for it in heard) + GRAIN
    assume(abs(ahead) > LIMIT + least_width)
    world = World(ahead)
    world.hear_all(heard)
    assert abs(world.standing - ahead) <= least_width / 2 + 0.501
    world.ahead = 0
    world.hear_all(heard)
    assert world.standing == 0


@given(st.lists(answers(), min_size=IN_A_ROW, max_size=12), st.data(), offsets)
def test_dates_that_are_wrong_now_and_then_change_nothing(
    heard: list[Answer], data: st.DataObject, wrong_by: float
) -> None:
    """Two in a row at most: a third would be believed."""
    world, wrong = World(), 0
    for answer in heard:
        wrong = wrong + 1 if wrong < IN_A_ROW - 1 and data.draw(st.booleans()) else 0
        world.hear(answer, wrong_by=wrong_by if wrong else 0)
    assert world.stood == []


@given(st.lists(st.tuples(answers(5), st.booleans()), max_size=40))
def test_messengers_that_contradict_each_other_change_nothing_once_both_are_heard(
    heard: list[tuple[Answer, bool]],
) -> None:
    world = World()
    world.hear(Answer())
    for answer, is_bale in heard:
        world.hear(Answer(0.1, answer.took, answer.dated, answer.stale), TELEGRAM)
        if is_bale:
            world.hear(answer, BALE, wrong_by=300)
    assert world.stood == []


def test_none_is_believed_before_the_others_that_are_heard_were_heard_enough() -> None:
    world = World()
    world.hear(Answer(), TELEGRAM)
    for _ in range(2 * IN_A_ROW):
        world.hear(Answer(), BALE, wrong_by=300)
    assert world.stood == []


def test_a_messenger_that_is_cut_off_no_longer_counts() -> None:
    world = World()
    world.hear_all([Answer()] * IN_A_ROW, TELEGRAM)
    world.ahead = 300
    world.hear_all([Answer()] * IN_A_ROW, BALE)
    assert world.standing == 0
    world.hear_all([Answer(rest=300)] * IN_A_ROW, BALE)
    assert world.stood == [300]


def test_answers_that_were_waited_for_at_once_count_as_one() -> None:
    """They may have waited in the same place, or the machine slept while they did."""
    measurements = Measurements()
    for number in range(10):
        measurements.take(TELEGRAM, Offset(299, 301), asked=5, came=6 + number)
    assert measurements.offset() is None


def test_a_clock_that_goes_wrong_by_another_minute_is_wrong_anew() -> None:
    world = World()
    for ahead in (95, 120, 150, 155, 160, -200, 0):
        world.ahead = ahead
        world.hear_all([Answer()] * IN_A_ROW)
    assert world.stood == pytest.approx([95, 160, -200, 0], abs=GRAIN)


def test_a_right_clock_is_proved_by_the_longest_answers_there_are() -> None:
    world = World(standing=95)
    world.hear_all([Answer(took=LONGEST)] * IN_A_ROW)
    assert world.standing == 0
