"""What did not go as the definition says, from one participant's course."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.language.calendars import add_jalali_months
from bot.trial.definitions import DEFAULT_TRIAL, load_study
from flows.chart import Chart, Milestone, Recorded, fold
from flows.course import Course, Filled, Questionnaire
from flows.deviations import Deviation, DeviationKind, deviations
from flows.schedule import due_visits
from flows.text import text

TRIAL = load_study(DEFAULT_TRIAL).trial
FIRST = date(2026, 9, 26)
# Month 1 is due on 26 October; its window is 19 October to 2 November.
DUE_ON, CLOSES_ON = date(2026, 10, 26), date(2026, 11, 2)
DAY = timedelta(days=1)


RANDOMIZED = (
    Recorded(Milestone.CONSENTED, FIRST),
    Recorded(Milestone.ELIGIBILITY_RECORDED, FIRST, detail={"excluded": "NO"}),
    Recorded(Milestone.ELIGIBILITY_CONFIRMED, FIRST),
    Recorded(Milestone.REFERENCE_RECORDED, FIRST),
    Recorded(Milestone.PHOTOGRAPHED, FIRST, "baseline"),
    Recorded(Milestone.RANDOMIZED, FIRST),
)


def treated(*facts: Recorded, on: date = FIRST) -> Chart:
    session = Recorded(Milestone.SESSION_DONE, on, "baseline")
    return fold(Chart(1, "P-001", "F", 36), [*RANDOMIZED, session, *facts])


def attended(on: date, **detail: str) -> Recorded:
    return Recorded(Milestone.ATTENDED, on, "month_1", detail=detail)


def course(
    chart: Chart,
    today: date,
    *,
    forms: Sequence[Questionnaire] = (),
    filled: Sequence[Filled] = (),
    rated: Sequence[str] = (),
    alerted_on: Sequence[date] = (),
) -> Course:
    return Course(
        TRIAL,
        chart,
        due_visits(TRIAL, chart, add_jalali_months),
        tuple(forms),
        tuple(filled),
        frozenset(rated),
        tuple(alerted_on),
        today,
        lambda moment: moment.date(),
    )


def form(closes_on: date, *, submitted: bool = False) -> Questionnaire:
    return Questionnaire("pgais", text("pgais.1.title"), "month_4", closes_on, submitted)


def found(chart: Chart, today: date, **beside: Sequence[object]) -> list[Deviation]:
    return list(deviations(course(chart, today, **beside)))  # type: ignore[arg-type]


def kinds(chart: Chart, today: date, **beside: Sequence[object]) -> list[DeviationKind]:
    return [it.kind for it in found(chart, today, **beside)]


PHOTOGRAPHED = Recorded(Milestone.PHOTOGRAPHED, DUE_ON, "month_1")
SESSION = Recorded(Milestone.SESSION_DONE, DUE_ON, "month_1")


def test_a_visit_in_its_window_is_no_deviation() -> None:
    for on in (DUE_ON - 7 * DAY, DUE_ON, CLOSES_ON):
        assert found(treated(attended(on)), on) == []


def test_a_visit_outside_its_window_is_one_with_its_days_and_reason() -> None:
    on = CLOSES_ON + 3 * DAY
    (late,) = found(treated(attended(on, outside="ILLNESS")), on)
    assert late.kind is DeviationKind.OUT_OF_WINDOW
    assert late.detail == {"milestone": "attended", "days": "3", "why": "ILLNESS"}
    (early,) = found(treated(attended(DUE_ON - 9 * DAY)), DUE_ON - 9 * DAY)
    assert early.detail == {"milestone": "attended", "days": "-2"}


def test_the_reason_that_was_given_when_it_was_booked_is_kept() -> None:
    on = CLOSES_ON + DAY
    at = datetime(2026, 11, 3, 6, tzinfo=UTC)
    booked = Recorded(Milestone.BOOKED, on, "month_1", at, {"outside": "CLINIC"})
    (late,) = found(treated(booked, attended(on)), on)
    assert late.detail["why"] == "CLINIC"


def test_the_parts_of_a_visit_on_its_day_are_the_same_deviation() -> None:
    on = CLOSES_ON + DAY
    parts = (
        attended(on),
        Recorded(Milestone.PHOTOGRAPHED, on, "month_1"),
        Recorded(Milestone.SESSION_DONE, on, "month_1"),
    )
    assert kinds(treated(*parts), on) == [DeviationKind.OUT_OF_WINDOW]
    another = Recorded(Milestone.SESSION_DONE, on + DAY, "month_1")
    assert kinds(treated(*parts[:2], another), on + DAY) == [DeviationKind.OUT_OF_WINDOW] * 2


def test_who_turns_out_not_to_have_been_eligible_is_one() -> None:
    excluded = Recorded(Milestone.ELIGIBILITY_RECORDED, DUE_ON, detail={"excluded": "YES"})
    assert kinds(treated(excluded), DUE_ON) == [DeviationKind.NOT_ELIGIBLE]
    before = fold(Chart(1, "P-001", "F", 36), [Recorded(Milestone.CONSENTED, FIRST), excluded])
    assert found(before, DUE_ON) == []


def test_an_appointment_alone_is_no_deviation() -> None:
    at = datetime(2026, 12, 20, 6, tzinfo=UTC)
    booked = Recorded(Milestone.BOOKED, at.date(), "month_1", at, {"outside": "CLINIC"})
    assert found(treated(booked), CLOSES_ON + 20 * DAY) == []


def test_a_first_session_after_its_limit_is_one() -> None:
    most = TRIAL.eligibility.session_1_within_days
    assert found(treated(on=FIRST + most * DAY), FIRST + most * DAY) == []
    on = FIRST + (most + 2) * DAY
    (late,) = found(treated(on=on), on)
    assert (late.kind, late.detail) == (DeviationKind.SESSION_LATE, {"days": "2"})


def test_a_missed_visit_is_one_though_it_is_kept_later() -> None:
    missed = Recorded(Milestone.MISSED, DUE_ON, "month_1")
    assert kinds(treated(missed), DUE_ON) == [DeviationKind.VISIT_MISSED]
    assert found(treated(missed, attended(DUE_ON + DAY), PHOTOGRAPHED), DUE_ON + DAY) == []


def test_photographs_and_session_may_be_entered_some_days_after_the_window() -> None:
    came, last = treated(attended(DUE_ON)), CLOSES_ON + TRIAL.reminders.entry_days * DAY
    assert found(came, last, rated=["month_1"]) == []
    missing = kinds(came, last + DAY, rated=["month_1"])
    assert missing == [DeviationKind.PHOTOGRAPHS_MISSING, DeviationKind.SESSION_MISSING]
    complete = treated(attended(DUE_ON), PHOTOGRAPHED, SESSION)
    assert found(complete, last + DAY, rated=["month_1"]) == []
    discontinued = treated(attended(DUE_ON), PHOTOGRAPHED, Recorded(Milestone.DISCONTINUED, DUE_ON))
    assert found(discontinued, last + DAY, rated=["month_1"]) == []


def test_a_rating_is_late_when_the_pi_is_told() -> None:
    late_on = DUE_ON + TRIAL.reminders.rating_escalates_on_day * DAY
    came = treated(attended(DUE_ON), PHOTOGRAPHED)
    assert found(came, late_on - DAY) == []
    assert kinds(came, late_on) == [DeviationKind.RATING_LATE]
    assert found(came, late_on, rated=["month_1"]) == []


def test_a_questionnaire_of_a_visit_that_was_not_answered_is_one() -> None:
    chart, today = treated(), DUE_ON
    (deviation,) = found(chart, today, forms=[form(today - DAY)])
    assert deviation.kind is DeviationKind.FORM_NOT_ANSWERED
    assert deviation.detail == {"form": "pgais.1.title"}
    for answered in (form(today), form(FIRST, submitted=True)):
        assert found(chart, today, forms=[answered]) == []
    lost = treated(Recorded(Milestone.LOST, FIRST))
    assert found(lost, today, forms=[form(today - DAY)]) == []


def test_nothing_is_found_of_whoever_left_or_is_not_yet_randomized() -> None:
    late = attended(CLOSES_ON + DAY)
    left = treated(late, Recorded(Milestone.WITHDRAWN, CLOSES_ON + 2 * DAY))
    before = fold(Chart(1, "P-001", "F", 36), [Recorded(Milestone.CONSENTED, FIRST)])
    for chart in (left, before):
        assert found(chart, CLOSES_ON + 2 * DAY, forms=[form(FIRST)]) == []


visit_facts = st.builds(
    Recorded,
    st.sampled_from(
        [Milestone.ATTENDED, Milestone.MISSED, Milestone.PHOTOGRAPHED, Milestone.SESSION_DONE]
    ),
    st.integers(0, 160).map(lambda day: FIRST + timedelta(days=day)),
    st.sampled_from([visit.name for visit in TRIAL.visits]),
)


@given(st.lists(visit_facts, max_size=8), st.integers(0, 200))
def test_each_fact_has_a_key_of_its_own(facts: list[Recorded], day: int) -> None:
    every = found(treated(*facts), FIRST + timedelta(days=day), forms=[form(FIRST)])
    assert len({it.key for it in every}) == len(every)
