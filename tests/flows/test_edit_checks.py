"""What the software asks about: each rule finds its fact, and nothing when it is in order."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language.wording import LANGUAGES
from bot.trial.definitions import DEFAULT_TRIAL, load_study
from flows.chart import Chart, Milestone, Recorded, fold
from flows.course import Course, Filled
from flows.edit_checks import RULES, Rule, findings
from flows.facts.participants import FormState
from flows.forms import DECLINED, Answers
from flows.queries import QueryAct, QueryState, state_after
from flows.text import text
from tests.flows.test_deviations import (
    CLOSES_ON,
    DAY,
    DUE_ON,
    FIRST,
    RANDOMIZED,
    attended,
    course,
    form,
    treated,
    visit_facts,
)

STUDY = load_study(DEFAULT_TRIAL)
LATER = CLOSES_ON + 5 * DAY


def part(milestone: Milestone, on: date, visit: str = "month_1") -> Recorded:
    return Recorded(milestone, on, visit)


def rules(chart: Chart, today: date, **beside: Sequence[object]) -> list[str]:
    found = findings(course(chart, today, **beside))  # type: ignore[arg-type]
    return [it.key.split(":")[0] for it in found]


def filled(instrument: str, visit: str | None, on: date, **answers: object) -> Filled:
    state = FormState(9, text("t"), instrument, visit, False, True, FIRST, None)
    given: Answers = {name.replace("__", "."): it for name, it in answers.items()}  # type: ignore[misc]
    return Filled(state, on, given)


IN_ORDER = treated(
    attended(DUE_ON),
    part(Milestone.PHOTOGRAPHED, DUE_ON),
    part(Milestone.SESSION_DONE, DUE_ON),
)


def test_a_course_in_order_raises_nothing() -> None:
    assert rules(IN_ORDER, LATER) == []


def test_what_is_missing() -> None:
    assert rules(IN_ORDER, LATER, forms=[form(FIRST)]) == ["form_unanswered"]
    without = treated(attended(DUE_ON))
    assert rules(without, DUE_ON) == []
    assert rules(without, DUE_ON + DAY) == ["photographs_missing", "session_unrecorded"]
    assert rules(treated(), CLOSES_ON) == []
    assert rules(treated(), CLOSES_ON + DAY) == ["visit_unrecorded"]


def test_what_an_allocation_rests_on_and_was_taken_back() -> None:
    again = Recorded(Milestone.ELIGIBILITY_RECORDED, FIRST, detail={"excluded": "NO"})
    assert rules(treated(again), FIRST) == ["taken_back"]
    excluded = Recorded(Milestone.ELIGIBILITY_RECORDED, FIRST, detail={"excluded": "YES"})
    assert rules(treated(excluded), FIRST) == []
    bare = [Recorded(Milestone.CONSENTED, FIRST), Recorded(Milestone.RANDOMIZED, FIRST)]
    assert rules(fold(Chart(1, "P-001", "F", 36), bare), FIRST) == ["taken_back"] * 3


def test_a_visit_that_is_booked_for_later_or_was_missed_is_not_asked_about() -> None:
    at = datetime(2026, 11, 8, 6, tzinfo=UTC)
    booked = Recorded(Milestone.BOOKED, at.date(), "month_1", at)
    assert rules(treated(booked), at.date()) == []
    assert rules(treated(booked), at.date() + DAY) == ["visit_unrecorded"]
    assert rules(treated(part(Milestone.MISSED, DUE_ON)), LATER) == []
    assert rules(treated(Recorded(Milestone.LOST, DUE_ON)), LATER) == []


def test_what_is_late_without_a_reason() -> None:
    late = CLOSES_ON + DAY
    photographs = part(Milestone.PHOTOGRAPHED, late)
    assert rules(treated(attended(late), photographs), late) == ["late_without_reason"]
    assert rules(treated(attended(late, outside="ILLNESS"), photographs), late) == []
    assert rules(treated(on=FIRST + 9 * DAY), FIRST + 9 * DAY) == ["first_session_late"]


def test_a_first_session_that_is_not_recorded_within_its_limit() -> None:
    chart = fold(Chart(1, "P-001", "F", 36), RANDOMIZED)
    last = FIRST + STUDY.trial.eligibility.session_1_within_days * DAY
    assert rules(chart, last) == []
    assert rules(chart, last + DAY) == ["session_unrecorded"]
    missed = fold(chart, [part(Milestone.MISSED, last, "baseline")])
    assert "session_unrecorded" not in rules(missed, last + DAY)


def test_a_fact_of_another_day_is_another_question() -> None:
    """So that no query asks about a day that is no longer meant."""
    first, second = (
        next(findings(course(treated(attended(on)), on + DAY))) for on in (DUE_ON, DUE_ON + DAY)
    )
    assert first.key != second.key


def test_what_contradicts_itself() -> None:
    photographs = part(Milestone.PHOTOGRAPHED, DUE_ON)
    other_day = part(Milestone.SESSION_DONE, DUE_ON + DAY)
    assert rules(treated(attended(DUE_ON), photographs, other_day), LATER) == [
        "session_on_another_day"
    ]
    after = part(Milestone.PHOTOGRAPHED, DUE_ON + DAY)
    same_day = part(Milestone.SESSION_DONE, DUE_ON)
    assert rules(treated(attended(DUE_ON), same_day, after), LATER) == [
        "photographed_after_session"
    ]
    early = part(Milestone.PHOTOGRAPHED, FIRST - DAY, "baseline")
    assert "before_consent" in rules(treated(early), FIRST)


def test_a_first_session_some_days_after_the_baseline_visit_is_in_order() -> None:
    baseline = part(Milestone.ATTENDED, FIRST, "baseline")
    assert rules(treated(baseline, on=FIRST + 3 * DAY), FIRST + 3 * DAY) == []


def test_a_side_effect_that_lasted_longer_than_there_was_treatment() -> None:
    on = FIRST + 10 * DAY
    for days, expected in ((10, []), (11, ["longer_than_treatment"])):
        report = filled("side_effects", None, on, REDNESS__days=days, REDNESS__severity="MILD")
        assert rules(treated(), on, filled=[report]) == expected
    declined = filled("side_effects", None, on, REDNESS__days=DECLINED)
    assert rules(treated(), on, filled=[declined]) == []


def test_no_problem_beside_an_alert_or_a_report_of_the_same_days() -> None:
    on = FIRST + 4 * DAY
    check = filled("safety_check", "baseline", on, any="NO")
    report = filled("side_effects", None, on - DAY)
    expected = ["no_problem_but_alert"]
    assert rules(treated(), on, filled=[check], alerted_on=[on - DAY]) == expected
    assert rules(treated(), on, filled=[check, report]) == expected
    assert rules(treated(), on, filled=[check], alerted_on=[FIRST - DAY]) == []
    with_problem = filled("safety_check", "baseline", on, any="YES")
    assert rules(treated(), on, filled=[with_problem], alerted_on=[on]) == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_is_worded(rule: Rule) -> None:
    assert STUDY.wording.has(f"query.rule.{rule.id}")


@given(st.lists(visit_facts, max_size=8), st.integers(0, 200))
def test_every_finding_has_a_key_of_its_own_and_can_be_said(
    facts: list[Recorded], day: int
) -> None:
    """In both languages, whatever the record looks like."""
    found: Course = course(treated(*facts), FIRST + day * DAY, forms=[form(FIRST)])
    every = list(findings(found))
    assert len({it.key for it in every}) == len(every)
    for it in every:
        for language in LANGUAGES:
            assert STUDY.render(it.subject, language)


@given(st.lists(st.sampled_from(QueryAct)))
def test_a_query_stands_as_its_last_turn_left_it(acts: list[QueryAct]) -> None:
    state = state_after(acts)
    assert (state is QueryState.OPEN) == (not acts or acts[-1] is QueryAct.REOPEN)
