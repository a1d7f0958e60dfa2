"""Updates and callbacks that somebody makes up, against the service as it runs: each is refused,
changes nothing and is counted, and what is genuine is still taken.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.botapi.client import BotApi
from tests.process.hamrah import PATIENCE, Hamrah, free_port
from tests.process.participants import add_participants, letters
from tests.sms.kavenegar import KEY, LINE, PlayedKavenegar
from tests.sms.operator import until
from tests.sms.service import SARA, enrol, is_up, reported, tell

pytestmark = pytest.mark.slow

SECRET = "a-secret_of-at-least-16"
# Whoever guesses; what differs in length, in letter case, in its last letter, or by a letter that
# is not ASCII.
WRONG = ("guessed", SECRET[:-1], f"{SECRET}x", SECRET.upper(), f"{SECRET[:-1]}7", "é" * 23)
Fields = dict[str, str]
OVER_LONG = "9" * 400

# What each gateway brings of Sara: an SMS of hers, and that hers has arrived.
SAID: dict[str, Fields] = {
    "kannel": {"id": "17", "from": SARA, "text": "I am unwell"},
    "kavenegar": {"messageid": "17", "from": SARA, "message": "I am unwell"},
}
ARRIVED: dict[str, Fields] = {
    "kannel": {"sms": "1", "status": "1"},
    "kavenegar": {"messageid": "8792343", "status": "10"},
}
MALFORMED: dict[str, list[Fields]] = {
    "kannel": [
        {"sms": it, "status": "1"} for it in ("", "x", "-1", "+1", "1_0", " 1", "1.0", OVER_LONG)
    ],
    "kavenegar": [
        {"messageid": it, "status": "14"} for it in ("", "x", "-1", "8792343 ", "8_7", OVER_LONG)
    ],
}


@pytest.fixture
def kavenegar() -> Iterator[PlayedKavenegar]:
    with PlayedKavenegar.running() as played:
        yield played


@pytest.fixture(params=SAID)
def gateway(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def by_sms(tmp_path: Path, gateway: str, kavenegar: PlayedKavenegar) -> Hamrah:
    """A service of which Sara is known; of Kannel only what it calls is played."""
    settings = {
        "SMS_GATEWAY": gateway,
        "SMS_URL": kavenegar.url if gateway == "kavenegar" else f"http://127.0.0.1:{free_port()}",
        "SMS_USER": "clinic",
        "SMS_PASSWORD": KEY,
        "SMS_NUMBER": LINE,
        "SMS_SECRET": SECRET,
        "LISTEN": f"127.0.0.1:{free_port()}",
        "DATA": str(tmp_path / "data"),
    }
    hamrah = Hamrah(tmp_path / "data", settings)
    enrol(hamrah)
    return hamrah


def kept(hamrah: Hamrah) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table; of what waits to leave, all but how often that was tried."""
    names = [name for (name,) in hamrah.stored("SELECT name FROM sqlite_master WHERE type='table'")]
    return {
        name: hamrah.stored(f"SELECT {'id, key, body' if name == 'outbox' else '*'} FROM {name}")
        for name in names
    }


def until_quiet(hamrah: Hamrah) -> None:
    """It serves, and has planned what it plans by itself: the day and the summary."""
    until(lambda: is_up(hamrah) and hamrah.stored("SELECT count(*) FROM planned") == [(2,)])


def refused(hamrah: Hamrah, status: int) -> int:
    """How many requests a monitor is told of."""
    metrics = httpx.get(f"{hamrah.url}/metrics", trust_env=False).text
    begun = f'hamrah_refused_requests{{status="{status}"}} '
    return sum(int(float(it.removeprefix(begun))) for it in metrics.splitlines() if begun in it)


def call(url: str, fields: Fields) -> list[int]:
    """In each way that a gateway may call."""
    with httpx.Client(trust_env=False) as http:
        answers = [
            http.get(url, params=fields),
            http.post(url, params=fields),
            http.post(url, data=fields),
        ]
    return [it.status_code for it in answers]


def test_a_callback_with_another_secret_is_refused_and_counted(
    by_sms: Hamrah, gateway: str, kavenegar: PlayedKavenegar
) -> None:
    """Nobody who guesses speaks as Sara, or says that she blocks the line."""
    blocked = ARRIVED[gateway] | {"status": "14" if gateway == "kavenegar" else "16"}
    if gateway == "kavenegar":
        tell(by_sms, "visits.title")
    with by_sms.running():
        until_quiet(by_sms)
        if gateway == "kavenegar":
            until(lambda: by_sms.stored("SELECT reference FROM sms") == [("8792343",)])
        before = kept(by_sms)
        for wrong in WRONG:
            assert call(f"{by_sms.url}/sms/{wrong}/incoming", SAID[gateway]) == [403] * 3
            assert call(f"{by_sms.url}/sms/{wrong}/report", blocked) == [403] * 3
        # Neither messenger can be spoken for where updates are fetched, or there are none.
        for nowhere in ("sms/incoming", f"sms/{SECRET}/", f"sms/{SECRET}/x", "telegram", "bale"):
            assert call(f"{by_sms.url}/{nowhere}", SAID[gateway]) == [404] * 3
        assert kept(by_sms) == before
        assert (refused(by_sms, 403), refused(by_sms, 404)) == (6 * len(WRONG), 15)
        assert call(f"{by_sms.url}/sms/{SECRET}/incoming", SAID[gateway]) == [200] * 3
        assert call(f"{by_sms.url}/sms/{SECRET}/report", ARRIVED[gateway]) == [200] * 3
    assert letters(by_sms) == ["I am unwell"]
    assert reported(by_sms) == ["delivered"]
    assert by_sms.stored("SELECT state FROM address") == [("open",)]


def test_a_malformed_callback_changes_nothing_and_is_logged(by_sms: Hamrah, gateway: str) -> None:
    """It is answered well, for a gateway would bring it again for ever; only one that is too large
    is refused."""
    at = f"{by_sms.url}/sms/{SECRET}"
    halves = [dict(list(SAID[gateway].items())[:number]) for number in range(3)]
    with by_sms.running() as running:
        until_quiet(by_sms)
        before = kept(by_sms)
        for fields in MALFORMED[gateway]:
            assert call(f"{at}/report", fields) == [200] * 3
        for fields in halves:
            assert call(f"{at}/incoming", fields) == [200] * 3
        many = "&".join(f"{it}=1" for it in range(60)).encode()
        with httpx.Client(trust_env=False) as http:
            assert http.post(f"{at}/incoming", content=many).status_code == 200
            assert http.post(f"{at}/incoming", content=b"x" * 70_000).status_code == 413
            assert http.put(f"{at}/incoming", content=b"x").status_code == 405
        assert kept(by_sms) == before
        unread = 3 * (len(MALFORMED[gateway]) + len(halves)) + 1
        assert len(running.events("sms_callback_unreadable")) == unread
        assert (refused(by_sms, 413), refused(by_sms, 405)) == (1, 1)
        assert call(f"{at}/incoming", SAID[gateway]) == [200] * 3
    assert letters(by_sms) == ["I am unwell"]
    assert SARA not in running.log()


@pytest.fixture
def api() -> Iterator[BotApi]:
    with BotApi.start() as api:
        yield api


def test_an_update_that_telegram_did_not_bring_is_refused_and_counted(
    tmp_path: Path, api: BotApi
) -> None:
    """Nobody who knows the address speaks as somebody whose chat they know."""
    hamrah = Hamrah.at(tmp_path, api, WEBHOOK_SECRET=SECRET)
    hamrah.settings["WEBHOOK_URL"] = f"{hamrah.url}/telegram"
    phone = api.phone(language_code="en", started=True)
    add_participants(hamrah, [phone])
    forged = _letter(phone.chat_id, "I am unwell")
    with hamrah.running(), httpx.Client(trust_env=False) as http:
        api.wait_until(lambda: any(it.ok for it in api.calls("setWebhook")), timeout=PATIENCE)
        until_quiet(hamrah)
        before = kept(hamrah)
        for wrong in ("", *WRONG):
            assert _bring(http, hamrah, forged, wrong.encode()) == 403
        assert http.post(f"{hamrah.url}/telegram", json=forged).status_code == 403
        for nested in (b"[" * 100_000, b'{"a":' * 100_000):
            headers = {HEADER: SECRET[:-1]}
            answer = http.post(f"{hamrah.url}/telegram", content=nested, headers=headers)
            assert answer.status_code == 403
        assert kept(hamrah) == before
        assert refused(hamrah, 403) == len(WRONG) + 4
        phone.send("I have a question about my visit")
        phone.wait_for("clinic")
        # Brought once more by whoever has read it, and knows the secret: it counts once.
        assert _bring(http, hamrah, forged, SECRET.encode()) == 200
        assert _bring(http, hamrah, forged, SECRET.encode()) == 200
    assert sorted(letters(hamrah)) == ["I am unwell", "I have a question about my visit"]


HEADER = "X-Telegram-Bot-Api-Secret-Token"


def _letter(chat: int, words: str) -> dict[str, Any]:
    person = {"id": chat, "is_bot": False, "first_name": "S", "language_code": "en"}
    place = {"message_id": 7, "date": 1_790_000_000, "chat": {"id": chat, "type": "private"}}
    return {"update_id": 10**6, "message": place | {"from": person, "text": words}}


def _bring(http: httpx.Client, hamrah: Hamrah, update: dict[str, Any], secret: bytes) -> int:
    headers = [(HEADER.encode(), secret)]
    return http.post(f"{hamrah.url}/telegram", json=update, headers=headers).status_code
