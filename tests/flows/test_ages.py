"""Age in completed years on a day."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.commands.command import completed_years


@pytest.mark.parametrize(
    ("born_on", "on", "years"),
    [
        (date(2000, 2, 29), date(2018, 2, 28), 17),
        (date(2000, 2, 29), date(2018, 3, 1), 18),
        (date(2000, 2, 29), date(2020, 2, 28), 19),
        (date(2000, 2, 29), date(2020, 2, 29), 20),
        (date(2008, 9, 27), date(2026, 9, 26), 17),
        (date(2008, 9, 26), date(2026, 9, 26), 18),
        (date(1965, 9, 27), date(2026, 9, 26), 60),
        (date(1965, 9, 26), date(2026, 9, 26), 61),
        (date(2026, 9, 26), date(2026, 9, 26), 0),
    ],
)
def test_age_counts_completed_years(born_on: date, on: date, years: int) -> None:
    assert completed_years(born_on, on) == years


@given(st.dates(date(1900, 1, 1), date(2026, 1, 1)), st.integers(0, 40_000))
def test_age_grows_by_one_on_the_birthday_and_never_falls(born_on: date, days: int) -> None:
    on = born_on + timedelta(days=days)
    age = completed_years(born_on, on)
    assert completed_years(born_on, on + timedelta(days=1)) - age in (0, 1)
    assert age * 365 <= days < (age + 1) * 366 + 1
