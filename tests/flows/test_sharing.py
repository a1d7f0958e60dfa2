"""What people are called who share a phone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.list_formats import comparable
from flows.sharing import labels


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        (("Sara Amiri", "Reza Amiri"), ("Sara", "Reza")),
        (("Sara Amiri", "Sara Karimi", "Reza Amiri"), ("Sara A.", "Sara K.", "Reza")),
        (("Sara Amiri", "Sara Azizi"), ("Sara Amiri", "Sara Azizi")),
        (("Sara Amiri", "sara  amiri"), ("Sara Amiri (1)", "sara amiri (2)")),
        (("Sara", "Sara Karimi"), ("Sara", "Sara K.")),
        (("علي رضايي", "علی کریمی"), ("علي ر.", "علی ک.")),
        (("سارا امیری", "رضا امیری"), ("سارا", "رضا")),
    ],
)
def test_no_more_is_said_than_tells_them_apart(
    names: tuple[str, ...], shown: tuple[str, ...]
) -> None:
    assert labels(names) == shown


NAMES = st.lists(st.text("ab ", min_size=1).filter(str.strip), min_size=1, max_size=5)


@given(NAMES)
def test_everybody_is_told_apart(names: list[str]) -> None:
    shown = labels(names)
    assert len(set(map(comparable, shown))) == len(names)
