"""A pregnancy is followed to its outcome, and stops what is still to be given."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.trial.definitions import DEFAULT_TRIAL, load_study
from flows.chart import Chart, Milestone, Status, VisitChart
from flows.effects.milestones import RecordMilestone
from flows.pregnancies import ONGOING, OUTCOMES, Pregnancy, begin_following, is_overdue

TRIAL = load_study(DEFAULT_TRIAL).trial
AT = datetime(2026, 9, 26, 5, 30, tzinfo=UTC)
ON = date(2026, 9, 26)
NEW = Pregnancy(1, 1, 1, ON, AT)
TREATED = Chart(1, "P-001", "F", 30, Status.RANDOMIZED, randomized_on=ON)


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_it_is_open_until_it_has_an_outcome(outcome: str) -> None:
    assert replace(NEW, followed=((outcome, AT),)).is_open == (outcome == ONGOING)


def test_it_is_overdue_when_nobody_answered() -> None:
    rule = TRIAL.safety
    wait = timedelta(days=rule.pregnancy_days + rule.overdue_days)
    assert not is_overdue(rule, NEW, AT + wait - timedelta(minutes=1))
    assert is_overdue(rule, NEW, AT + wait)
    assert not is_overdue(rule, replace(NEW, followed=((ONGOING, AT + wait),)), AT + wait)
    assert not is_overdue(rule, replace(NEW, followed=(("UNKNOWN", AT),)), AT + wait)


def _milestones(chart: Chart) -> list[Milestone]:
    effects = begin_following(TRIAL, chart, ON)
    return [it.milestone for it in effects if isinstance(it, RecordMilestone)]


def test_treatment_is_stopped_while_a_session_is_left() -> None:
    both = [Milestone.PREGNANCY_REPORTED, Milestone.DISCONTINUED]
    given = {it.name: VisitChart(session_on=ON) for it in TRIAL.visits if it.session is not None}
    assert _milestones(TREATED) == both
    assert _milestones(replace(TREATED, visits=given)) == both[:1]
    assert _milestones(replace(TREATED, status=Status.DISCONTINUED)) == both[:1]
    assert _milestones(replace(TREATED, status=Status.CONSENTED)) == both[:1]
