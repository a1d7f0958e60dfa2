"""What counts of a view, when a visit is photographed, and who is not."""

from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest

from bot.trial.definitions import DEFAULT_TRIAL, load_study
from flows.chart import Chart, Status, VisitChart
from flows.commands import find
from flows.commands.command import Circumstances
from flows.facts.photographs import PhotographFacts
from flows.forms import Answers
from flows.photographs import Shot, Standing, counting, is_complete
from flows.roles import Role
from flows.text import Text

TRIAL = load_study(DEFAULT_TRIAL).trial
ON, NOW = date(2026, 10, 26), datetime(2026, 10, 26, 8, 0, tzinfo=UTC)
AGREED = Chart(1, "P-001", "F", 30, consented_on=ON, photographs_agreed=True)
FOUND = find("photographs", frozenset({Role.CLINICIAN}))
assert FOUND is not None
COMMAND = FOUND


def given(*, tapped: bool = False) -> Circumstances:
    def at_clinic(day: date, at: time) -> datetime:
        return datetime.combine(day, at, UTC)

    roles = frozenset({Role.CLINICIAN})
    return Circumstances(
        TRIAL,
        2,
        roles,
        NOW,
        ON,
        tapped,
        "",
        at_clinic,
        datetime.date,
        datetime.time,
        personal_links=False,
        sms=False,
    )


def shot(standing: Standing, view: str = "vertex", day: int = 26) -> Shot:
    return Shot("baseline", view, date(2026, 10, day), standing)


def every(standing: Standing) -> list[Shot]:
    return [shot(standing, view.name) for view in TRIAL.views]


def test_the_newest_that_was_kept_counts_and_else_whatever_was_last() -> None:
    old, new = shot(Standing.KEPT, day=1), shot(Standing.KEPT, day=2)
    later = [shot(it) for it in (Standing.RECEIVED, Standing.REFUSED, Standing.SKIPPED)]
    assert counting([old, new, *later], "baseline", "vertex") == new
    assert counting(later, "baseline", "vertex") == later[-1]
    assert counting([old], "month_1", "vertex") is None
    assert counting([old], "baseline", "frontal") is None


def test_a_visit_is_photographed_when_every_view_was_kept_or_skipped() -> None:
    kept = every(Standing.KEPT)
    assert is_complete(TRIAL.views, kept, "baseline")
    assert not is_complete(TRIAL.views, kept[1:], "baseline")
    assert is_complete(TRIAL.views, [*kept[1:], shot(Standing.SKIPPED, "frontal")], "baseline")
    for standing in (Standing.RECEIVED, Standing.REFUSED):
        assert not is_complete(TRIAL.views, [*kept[1:], shot(standing, "frontal")], "baseline")


def test_a_visit_without_any_picture_was_not_photographed() -> None:
    assert not is_complete(TRIAL.views, every(Standing.SKIPPED), "baseline")


@pytest.mark.parametrize("name", ["photographs", "retake"])
def test_nobody_is_photographed_against_their_consent(name: str) -> None:
    command = find(name, frozenset({Role.COORDINATOR}))
    assert command is not None
    refused = replace(AGREED, photographs_agreed=False)
    shots = tuple(every(Standing.KEPT))
    why = command.check(PhotographFacts(refused, shots=shots), {}, given())
    assert isinstance(why, Text)
    assert why.key == "refused.photographs_not_agreed"
    left = replace(AGREED, status=Status.WITHDRAWN)
    why = command.check(PhotographFacts(left, shots=shots), {}, given())
    assert isinstance(why, Text)
    assert why.key == "refused.left"


def test_what_goes_without_saying_is_not_asked() -> None:
    """The only visit; and today, when a button led here or the visit was attended today."""
    facts, answers = PhotographFacts(AGREED), {"participant": "P-001"}
    assert COMMAND.presumes(facts, answers, given()) == {"visit": "baseline"}
    tapped = COMMAND.presumes(facts, answers, given(tapped=True))
    assert tapped == {"visit": "baseline", "on": ON}
    came = replace(AGREED, visits={"baseline": VisitChart(attended_on=ON)})
    assert COMMAND.presumes(PhotographFacts(came), answers, given()) == tapped
    assert COMMAND.presumes(PhotographFacts(None), {}, given(tapped=True)) == {}


def test_only_what_is_missing_is_asked_for() -> None:
    shots = (
        shot(Standing.KEPT, "frontal"),
        shot(Standing.REFUSED, "midline"),
        shot(Standing.RECEIVED, "vertex"),
        shot(Standing.SKIPPED, "left_temple"),
    )
    answers: Answers = {"participant": "P-001", "visit": "baseline", "on": ON}
    items = COMMAND.items(PhotographFacts(AGREED, shots=shots), answers, given())
    asked = [item.id for item in items if not item.id.endswith("skipped")]
    assert asked[3:] == ["baseline__midline", "baseline__right_temple"]
