"""The chart is folded from facts in the order of their recording."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.trial.definitions import DEFAULT_TRIAL, load_study
from flows.chart import Chart, Milestone, Recorded, Status, fold

ON = date(2026, 9, 26)
NEW = Chart(1, "P-001", "F", 30)
AT = datetime(2026, 10, 3, 6, 30, tzinfo=UTC)

facts = st.lists(
    st.builds(
        Recorded,
        st.sampled_from([it for it in Milestone if it is not Milestone.CLINICIAN_ASSIGNED]),
        st.dates(),
        st.sampled_from([None, "baseline", "month_1"]),
        st.none() | st.just(AT),
    ),
    max_size=12,
)


def after(*milestones: Milestone) -> Chart:
    return fold(NEW, [Recorded(it, ON) for it in milestones])


@given(facts, facts)
def test_folding_goes_on_where_it_stopped(first: list[Recorded], rest: list[Recorded]) -> None:
    assert fold(fold(NEW, first), rest) == fold(NEW, first + rest)


@given(facts, facts)
def test_death_is_final(before: list[Recorded], rest: list[Recorded]) -> None:
    chart = fold(NEW, [*before, Recorded(Milestone.DIED, ON), *rest])
    assert chart.status is Status.DIED
    assert not chart.gets_messages
    assert not chart.is_followed


@given(facts, facts)
def test_a_withdrawal_is_followed_by_nothing_but_death(
    before: list[Recorded], rest: list[Recorded]
) -> None:
    chart = fold(NEW, [*before, Recorded(Milestone.WITHDRAWN, ON), *rest])
    assert chart.status in (Status.WITHDRAWN, Status.DIED)
    assert not chart.gets_messages
    assert not chart.is_followed


@pytest.mark.parametrize("left", [Milestone.DISCONTINUED, Milestone.LOST])
def test_who_stops_treatment_or_is_lost_is_still_followed(left: Milestone) -> None:
    chart = after(Milestone.MESSAGING_AGREED, Milestone.RANDOMIZED, left)
    assert chart.is_followed
    assert chart.gets_messages
    assert not chart.is_treated


def test_eligibility_answered_anew_must_be_confirmed_anew() -> None:
    confirmed = (Milestone.ELIGIBILITY_RECORDED, Milestone.ELIGIBILITY_CONFIRMED)
    assert after(*confirmed).eligibility_confirmed
    assert not after(*confirmed, Milestone.ELIGIBILITY_RECORDED).eligibility_confirmed


def test_the_newest_word_on_messages_counts() -> None:
    assert after(Milestone.MESSAGING_AGREED).messaging
    assert not after(Milestone.MESSAGING_AGREED, Milestone.MESSAGING_STOPPED).messaging
    assert not NEW.messaging


def test_a_moved_appointment_is_not_yet_confirmed() -> None:
    chart = fold(
        NEW,
        [
            Recorded(Milestone.BOOKED, ON, "month_1", AT),
            Recorded(Milestone.CONFIRMED_COMING, ON, "month_1"),
            Recorded(Milestone.BOOKED, ON, "month_1", AT.replace(day=4)),
        ],
    )
    assert chart.visit("month_1").booked_at == AT.replace(day=4)
    assert chart.visit("month_1").confirmed is None


def test_a_session_tells_that_its_visit_took_place() -> None:
    visit = fold(
        NEW,
        [
            Recorded(Milestone.MISSED, ON, "month_1"),
            Recorded(Milestone.SESSION_DONE, ON, "month_1"),
        ],
    ).visit("month_1")
    assert (visit.session_on, visit.attended_on, visit.missed_on) == (ON, ON, None)


def test_photographs_are_agreed_to_only_by_a_yes() -> None:
    agreed = Recorded(Milestone.CONSENTED, ON, detail={"photographs": "YES"})
    assert fold(NEW, [agreed]).photographs_agreed
    assert not after(Milestone.CONSENTED).photographs_agreed


@pytest.mark.parametrize("milestone", Milestone)
def test_the_history_has_words_for_every_milestone(milestone: Milestone) -> None:
    study = load_study(DEFAULT_TRIAL)
    assert study.wording.has(f"history.{milestone.value}")
