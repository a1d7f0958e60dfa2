from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, insert, select, text
from sqlalchemy.dialects.sqlite import dialect
from sqlalchemy.exc import StatementError

from storage import types
from storage.database import Database
from storage.sealing import Key
from tests.storage.notes import keep, kept, notes

SQLITE = dialect()

zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(datetime(2, 1, 1), datetime(9998, 1, 1), timezones=zones)  # noqa: DTZ001
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


def bound(column_type: Any, value: Any) -> Any:
    return column_type.process_bind_param(value, SQLITE)


def returned(column_type: Any, value: Any) -> Any:
    return column_type.process_result_value(value, SQLITE)


@given(moments)
def test_a_moment_comes_back_in_utc(moment: datetime) -> None:
    back = returned(types.UTC(), bound(types.UTC(), moment))
    assert back == moment
    assert back.tzinfo is UTC


@given(moments, moments)
def test_moments_sort_as_text(one: datetime, other: datetime) -> None:
    assert (bound(types.UTC(), one) < bound(types.UTC(), other)) == (one < other)


@given(json_values)
def test_json_comes_back_equal(value: Any) -> None:
    assert returned(types.Json(), bound(types.Json(), value)) == value


@given(st.dictionaries(st.text(), st.integers()))
def test_equal_json_has_equal_text(value: dict[str, int]) -> None:
    backwards = dict(reversed(value.items()))
    assert bound(types.Json(), value) == bound(types.Json(), backwards)


def test_persian_stays_readable_in_json() -> None:
    assert bound(types.Json(), {"ب": 1, "آ": "بله"}) == '{"آ":"بله","ب":1}'


def test_json_has_no_nan() -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        bound(types.Json(), float("nan"))


async def test_all_types_through_a_real_table(database: Database) -> None:
    key = Key.generate(1)
    secret, facts = key.seal("۱۲"), {"score": [1, 2]}
    tehran = timezone(timedelta(hours=3, minutes=30))
    moment = datetime(2026, 11, 23, 0, 36, tzinfo=tehran)
    note_id = await database.write(keep, secret=secret, facts=facts, written_at=moment)
    assert await database.read(kept, note_id) == (secret, facts, moment)

    def plain(connection: Connection) -> tuple[Any, ...]:
        row = connection.execute(text("SELECT facts, written_at FROM notes")).one()
        return tuple(row)

    assert await database.read(plain) == ('{"score":[1,2]}', "2026-11-22T21:06:00.000000Z")


async def test_nothing_stays_null(database: Database) -> None:
    note_id = await database.write(keep)
    assert await database.read(kept, note_id) == (None, None, None)


async def test_a_naive_moment_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="naive"):
        await database.write(keep, written_at=datetime(2026, 11, 22))  # noqa: DTZ001


async def test_a_naive_moment_is_refused_in_a_comparison_too(database: Database) -> None:
    naive = datetime(2026, 11, 22)  # noqa: DTZ001
    due = select(notes.c.id).where(notes.c.written_at <= naive)
    with pytest.raises(StatementError, match="naive"):
        await database.read(lambda connection: connection.execute(due).all())


async def test_readable_text_is_refused_in_a_sealed_column_and_not_shown(
    database: Database,
) -> None:
    def careless(connection: Connection, value: object) -> None:
        connection.execute(insert(notes).values(secret=value))

    for value in ("a private phone", b"a private phone"):
        with pytest.raises(StatementError, match="takes only a Ciphertext") as refused:
            await database.write(careless, value)
        assert isinstance(refused.value.orig, TypeError)
        assert "private" not in str(refused.value)
