"""Who may enter a participant's answers, and of which days."""

from datetime import date, timedelta

import pytest

from bot.trial.definitions import DEFAULT_TRIAL, load_study
from flows.chart import Chart
from flows.commands import find
from flows.facts.participants import FormState
from flows.roles import Role, conflict
from flows.text import text
from flows.transcription import can_be_entered, is_kept_from, outside_window

TRIAL = load_study(DEFAULT_TRIAL).trial
OPENS, CLOSES = date(2027, 1, 24), date(2027, 2, 7)


def form(
    *, visit: str | None = "month_4", is_open: bool = True, submitted: bool = False
) -> FormState:
    closes = None if visit is None else CLOSES
    return FormState(1, text("x"), "pgais", visit, is_open, submitted, OPENS, closes)


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.COORDINATOR, Role.CLINICIAN}))
def test_nobody_but_coordinator_and_clinician_enters_answers(role: Role) -> None:
    assert find("answer_for", frozenset({role})) is None


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.CLINICIAN])
def test_a_rater_cannot_be_either_as_well(role: Role) -> None:
    assert conflict(frozenset({Role.RATER, role})) == "rater_alone"


@pytest.mark.parametrize("instrument", ["pgais", "satisfaction"])
def test_the_treating_clinician_enters_nothing_of_the_result(instrument: str) -> None:
    chart = Chart(1, "P-001", "F", 30, clinician=7)
    assert is_kept_from(TRIAL, chart, 7, instrument)
    assert not is_kept_from(TRIAL, chart, 8, instrument)
    assert not is_kept_from(TRIAL, chart, 7, "side_effects")


@pytest.mark.parametrize("days", [-1, 0, 14, 15])
def test_answers_are_of_a_day_within_the_window(days: int) -> None:
    refused = outside_window(form(), OPENS + timedelta(days=days))
    assert (refused is None) == (0 <= days <= 14)


@pytest.mark.parametrize("days", [-1, 0, 400])
def test_a_report_begun_takes_no_answers_of_before(days: int) -> None:
    refused = outside_window(form(visit=None), OPENS + timedelta(days=days))
    assert (refused is None) == (days >= 0)


def test_a_closed_report_and_what_was_submitted_take_nothing_more() -> None:
    assert can_be_entered(form(is_open=False))
    assert can_be_entered(form(visit=None))
    assert not can_be_entered(form(visit=None, is_open=False))
    assert not can_be_entered(form(submitted=True))
