"""Wording by key survives being stored, and shows nobody what it is about."""

import json
from datetime import UTC, date, datetime, time, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.text import Param, Text, text, text_from_json, text_to_json

names = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
keys = st.from_regex(r"[a-z]{1,8}(\.[a-z0-9_]{1,8}){0,2}", fullmatch=True)
plain_params = st.one_of(
    st.text(), st.integers(), st.dates(), st.times(), st.datetimes(timezones=st.just(UTC))
)


def texts_over(params: st.SearchStrategy[Param]) -> st.SearchStrategy[Text]:
    return st.builds(
        lambda key, params: text(key, **params), keys, st.dictionaries(names, params, max_size=4)
    )


def nested_params(inner: st.SearchStrategy[Param]) -> st.SearchStrategy[Param]:
    lines = st.lists(texts_over(inner), max_size=3).map(tuple)
    return st.one_of(texts_over(inner), lines)


texts = texts_over(st.recursive(plain_params, nested_params, max_leaves=3))


@given(texts)
def test_stored_wording_is_read_back_with_every_type_it_had(value: Text) -> None:
    read = text_from_json(json.loads(json.dumps(text_to_json(value))))
    assert read == value
    assert kinds(read) == kinds(value)


def kinds(value: Param) -> object:
    if isinstance(value, Text):
        return [kinds(param) for _, param in value.params]
    return [kinds(line) for line in value] if isinstance(value, tuple) else type(value)


def test_stored_wording_is_compact_and_readable() -> None:
    value = text("visit.due", day=date(2025, 3, 21), visit=text("visit.month_1"), left=3)
    assert text_to_json(value) == [
        "visit.due",
        {"day": {"date": "2025-03-21"}, "left": 3, "visit": {"text": ["visit.month_1"]}},
    ]


def test_the_order_in_which_parameters_are_written_does_not_matter() -> None:
    assert text("visit.due", a=1, b=2) == text("visit.due", b=2, a=1)


def test_a_parameter_may_be_called_key() -> None:
    assert text("visit.due", key="x").params == (("key", "x"),)


def test_a_representation_shows_the_key_alone() -> None:
    assert repr(text("hello", name="Sara", inner=text("inner", code="P-017"))) == (
        "Text(key='hello')"
    )


@pytest.mark.parametrize(
    "moment",
    [
        datetime.fromisoformat("2025-03-21T08:00"),
        datetime(2025, 3, 21, 8, tzinfo=timezone(timedelta(hours=3.5))),
    ],
)
def test_a_moment_that_is_not_in_utc_is_refused(moment: datetime) -> None:
    with pytest.raises(ValueError, match=r"parameter at of visit\.due is a moment that is not in"):
        text("visit.due", at=moment)


def test_a_time_of_day_has_no_zone() -> None:
    with pytest.raises(
        ValueError, match=r"parameter at of visit\.due is a time of day with a zone"
    ):
        text("visit.due", at=time(8, tzinfo=UTC))


@pytest.mark.parametrize("stored", [[], "visit.due", ["a", 1], ["a", {"b": {"odd": "c"}}]])
def test_what_is_not_stored_wording_is_not_guessed_at(stored: object) -> None:
    with pytest.raises(ValueError, match="stored wording"):
        text_from_json(stored)  # type: ignore[arg-type]
