"""Adverse events: what is reported, what an assessment may say, and when one may be closed."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.trial.definitions import DEFAULT_TRIAL, load_study
from flows.adverse_events import (
    CRITERIA,
    DEATH,
    FATAL,
    NOT_RECOVERED,
    OUTCOMES,
    RECOVERED,
    RECOVERING,
    RESOLVED,
    Assessment,
    Event,
    Term,
    Version,
    assessed,
    concerned,
    continues,
    contradiction,
    is_overdue,
    listed,
    present,
    receipt_after,
    why_not_closed,
)
from flows.chart import Chart, Status, VisitChart
from flows.forms import DECLINED, Answers

STUDY = load_study(DEFAULT_TRIAL)
TRIAL, RULE = STUDY.trial, STUDY.trial.safety
SIDE_EFFECTS = STUDY.latest("side_effects")
AT = datetime(2026, 9, 26, 5, 30, tzinfo=UTC)
ON = date(2026, 9, 26)
HEADACHE = Term("side_effects.1", "head", "HEADACHE")
CHART = Chart(1, "P-001", "F", 30, Status.RANDOMIZED, randomized_on=ON)
MILD = Assessment(ON, 1, (), "POSSIBLE", "EXPECTED", "NO_CHANGE", RECOVERED, ON)
NEW = Event(1, 1, 1, HEADACHE, "report", AT)


def event(*assessments: Assessment, received: int = 0, reported: int = 0, closed: int = 0) -> Event:
    versions = tuple(
        Version(number, number, 1, AT + timedelta(days=number), it)
        for number, it in enumerate(assessments, start=1)
    )
    return replace(NEW, versions=versions, received=received, reported=reported, closed=closed)


def serious(*criteria: str) -> Assessment:
    return replace(MILD, criteria=criteria)


def test_what_was_ticked_is_present_and_none_of_these_is_not() -> None:
    answers: Answers = {
        "emergency": ("NONE",),
        "warning": DECLINED,
        "site": ("ITCHING", "PAIN"),
        "head": ("OTHER",),
        "PAIN.action": ("HOSPITAL",),
    }
    assert [it.code for it in present(SIDE_EFFECTS, answers)] == ["PAIN", "ITCHING", "OTHER"]


def test_every_problem_is_listed_once_and_worded() -> None:
    terms = [*listed(SIDE_EFFECTS)]
    assert len({it.code for it in terms}) == len(terms) == 23
    assert all(STUDY.render(it.label, language) for it in terms for language in ("fa", "en"))


@pytest.mark.parametrize(
    ("item", "option", "code"),
    [
        ("emergency", "SIGHT", "SIGHT"),
        ("PAIN.action", "HOSPITAL", "PAIN"),
        ("PAIN.action", "NONE", "PAIN"),
        ("emergency", "NONE", None),
    ],
)
def test_an_alert_is_about_a_problem(item: str, option: str, code: str | None) -> None:
    """A follow-up is about the problem that it follows up."""
    term = concerned(SIDE_EFFECTS, item, option)
    assert (None if term is None else term.code) == code


@given(
    grade=st.sampled_from(["1", "2", "3", "4", "5"]),
    criteria=st.sets(st.sampled_from(CRITERIA)).map(tuple),
    outcome=st.sampled_from(OUTCOMES),
)
def test_death_is_in_grade_criteria_and_outcome_or_in_none(
    grade: str, criteria: tuple[str, ...], outcome: str
) -> None:
    answers: Answers = {"grade": grade, "criteria": criteria, "outcome": outcome}
    deadly = {grade == "5", DEATH in criteria, outcome == FATAL}
    assert (contradiction(answers) is None) == (len(deadly) == 1)


def test_half_an_assessment_contradicts_nothing() -> None:
    assert contradiction({}) is None
    assert contradiction({"grade": "5"}) is None
    assert contradiction({"grade": "5", "outcome": RECOVERED}) == "fatal"


def test_nothing_ends_before_it_began() -> None:
    before = ON - timedelta(days=1)
    assert contradiction({"onset_on": ON, "resolved_on": before}) == "resolved_before"
    assert contradiction({"onset_on": ON, "resolved_on": ON}) is None


def test_a_further_assessment_keeps_what_was_not_asked() -> None:
    later = assessed(serious("HOSPITAL"), {"outcome": RECOVERING})
    assert later == replace(serious("HOSPITAL"), outcome=RECOVERING, resolved_on=None)


@given(st.sampled_from(OUTCOMES))
def test_what_has_not_ended_has_no_day_of_ending(outcome: str) -> None:
    kept = assessed(MILD, {"outcome": outcome})
    assert (kept.resolved_on is not None) == (outcome in RESOLVED)


def test_criteria_are_kept_in_their_order_and_not_serious_is_none_of_them() -> None:
    answers: Answers = {
        "onset_on": ON,
        "grade": "3",
        "relatedness": "POSSIBLE",
        "expectedness": "EXPECTED",
        "action": "NO_CHANGE",
        "outcome": RECOVERING,
    }
    hospital = assessed(None, {**answers, "criteria": ("IMPORTANT", "HOSPITAL")})
    assert hospital.criteria == ("HOSPITAL", "IMPORTANT")
    assert assessed(None, {**answers, "criteria": ("NOT_SERIOUS",)}).criteria == ()


@pytest.mark.parametrize(
    ("it", "why"),
    [
        (event(), "unassessed"),
        (event(replace(MILD, outcome=RECOVERING)), "no_outcome"),
        (event(replace(MILD, outcome=NOT_RECOVERED)), "no_outcome"),
        (event(MILD), None),
        (event(serious("HOSPITAL")), "not_received"),
        (event(serious("HOSPITAL"), received=1), "not_reported"),
        (event(serious("HOSPITAL"), received=1, reported=1), None),
        (event(serious("HOSPITAL"), serious("HOSPITAL"), received=1, reported=1), "not_reported"),
        (event(serious("HOSPITAL"), MILD, received=1), None),
    ],
)
def test_nothing_is_closed_without_an_outcome(it: Event, why: str | None) -> None:
    """A serious one neither without the PI's receipt, nor without a report of its last version."""
    assert why_not_closed(TRIAL, CHART, it) == why


def test_who_never_recovers_is_followed_to_the_last_visit() -> None:
    it = event(replace(MILD, outcome=NOT_RECOVERED))
    last = TRIAL.visits[-1].name
    for over in (
        replace(CHART, visits={last: VisitChart(attended_on=ON)}),
        replace(CHART, visits={last: VisitChart(missed_on=ON)}),
        replace(CHART, status=Status.WITHDRAWN),
    ):
        assert why_not_closed(TRIAL, over, it) is None


def test_a_criterion_that_the_pi_does_not_know_asks_for_another_receipt() -> None:
    known = event(serious("HOSPITAL"), received=1)
    assert not known.awaits_receipt
    worse = event(serious("HOSPITAL"), serious("HOSPITAL", "DISABILITY"), received=1)
    assert worse.awaits_receipt
    assert not replace(worse, received=2).awaits_receipt
    assert not event(MILD).awaits_receipt


def test_a_further_assessment_opens_a_closed_event_again() -> None:
    assert NEW.is_open
    assert not event(MILD, closed=1).is_open
    assert event(MILD, MILD, closed=1).is_open
    assert not replace(NEW, part_of=2).is_open


def test_only_an_open_earlier_event_of_the_same_problem_is_continued() -> None:
    earlier, itch = event(MILD), replace(HEADACHE, code="ITCHING")
    again = replace(NEW, id=2, number=2)
    assert continues(again, (earlier, again)) == earlier
    assert continues(earlier, (earlier, again)) is None
    assert continues(again, (replace(earlier, closed=1), again)) is None
    assert continues(again, (replace(earlier, term=itch), again)) is None


def test_overdue_is_what_was_asked_about_in_vain() -> None:
    new_after = timedelta(days=RULE.assess_days + RULE.overdue_days)
    assert not is_overdue(RULE, NEW, AT + new_after - timedelta(minutes=1))
    assert is_overdue(RULE, NEW, AT + new_after)
    open_, followed_at = event(replace(MILD, outcome=RECOVERING)), AT + timedelta(days=1)
    after = timedelta(days=RULE.follow_up_days + RULE.overdue_days)
    assert not is_overdue(RULE, open_, followed_at + after - timedelta(minutes=1))
    assert is_overdue(RULE, open_, followed_at + after)
    assert not is_overdue(RULE, replace(open_, closed=1), followed_at + after)


def test_the_pi_is_chased_at_half_the_deadline_and_at_its_end() -> None:
    hours = [receipt_after(RULE, times).total_seconds() / 3600 for times in range(4)]
    assert hours == [12, 24, 48, 96]
