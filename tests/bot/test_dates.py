"""The dates of answers, as httpx receives them."""

from collections.abc import Mapping
from datetime import timedelta
from email.utils import format_datetime

import httpx
import pytest

from bot.clock_offset import IN_A_ROW, Measurements
from bot.telegram.dates import comparing
from tests.bot.hand_clock import HandClock


async def heard(headers: Mapping[str, str]) -> Measurements:
    """What is compared after a few answers with these headers."""
    measurements = Measurements()
    answering = httpx.MockTransport(lambda _: httpx.Response(502, headers=headers))
    hooks = comparing(measurements, "telegram", HandClock())
    async with httpx.AsyncClient(transport=answering, event_hooks=hooks) as client:
        for _ in range(IN_A_ROW):
            await client.post("https://api.telegram.org/bot/getMe")
    return measurements


def date(seconds_ahead: int) -> str:
    return format_datetime(HandClock().now() + timedelta(seconds=seconds_ahead), usegmt=True)


@pytest.mark.parametrize("seconds", [0, 300, -300])
async def test_our_clock_is_compared_with_the_date_of_any_answer(seconds: int) -> None:
    measured = (await heard({"Date": date(-seconds)})).offset()
    assert measured is not None
    assert measured.least <= seconds <= measured.most
    assert measured.seconds == pytest.approx(seconds, abs=2)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Date": "yesterday"},
        {"Date": ""},
        {"Date": "Sat, 26 Sep 2026 05:30:00 -0000"},
        {"Date": "Sat, 26 Sep 99999 05:30:00 GMT"},
        {"Date": date(-300), "Age": "300"},
    ],
    ids=["none", "no date", "empty", "no zone", "no year", "out of a cache"],
)
async def test_an_answer_that_is_not_dated_now_says_nothing(headers: Mapping[str, str]) -> None:
    measurements = await heard(headers)
    assert measurements.by_source() == {}
    assert not measurements.news.is_set()
