"""The client of Kavenegar, and a service on it, against one that answers as documented."""

from collections.abc import AsyncIterator, Iterator
from http import HTTPStatus
from pathlib import Path

import httpx
import pytest

from bot.sending.outgoing import NotSent, Outcome, Refused, Sent, Slower
from bot.sms.gateway import AskedInVain, NewSms, Received, Report
from bot.sms.kavenegar import Kavenegar
from tests.process.hamrah import Hamrah, free_port
from tests.process.participants import letters
from tests.sms.conftest import SECRET
from tests.sms.kavenegar import KEY, LINE, PlayedKavenegar
from tests.sms.operator import until
from tests.sms.service import SARA, appoint, enrol, is_up, tell

SMS = NewSms(7, "+989120000001", "سلام، ساعت ۹")


@pytest.fixture
def played() -> Iterator[PlayedKavenegar]:
    with PlayedKavenegar.running() as played:
        yield played


@pytest.fixture
async def kavenegar(played: PlayedKavenegar) -> AsyncIterator[Kavenegar]:
    client = Kavenegar(played.url, KEY, LINE)
    yield client
    await client.close()


async def test_a_repeated_attempt_is_sent_once(
    kavenegar: Kavenegar, played: PlayedKavenegar
) -> None:
    """By its own number, under which Kavenegar answers with what was sent before."""
    assert [await kavenegar.send(SMS) for _ in range(3)] == [Sent("8792343")] * 3
    [sent] = played.sent.values()
    assert (sent["receptor"], sent["message"]) == (SMS.to, SMS.text)


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (409, Slower(30)),
        (429, Slower(30)),
        (451, Slower(30)),
        (500, NotSent("no_gateway")),
        (503, NotSent("no_gateway")),
        (403, NotSent("gateway_login")),
        (418, NotSent("gateway_credit")),
        (411, Refused("gateway_refused")),
        (412, Refused("gateway_refused")),
        (413, Refused("gateway_refused")),
        (420, Refused("gateway_refused")),
    ],
)
async def test_what_each_status_means(
    kavenegar: Kavenegar, played: PlayedKavenegar, status: int, outcome: Outcome
) -> None:
    played.failing = status
    assert await kavenegar.send(SMS) == outcome


async def test_a_gateway_that_is_away_is_tried_again(played: PlayedKavenegar) -> None:
    away = Kavenegar("http://127.0.0.1:1", KEY, LINE)
    assert await away.send(SMS) == NotSent("no_gateway")
    with pytest.raises(AskedInVain):
        await away.unread()
    await away.close()
    stranger = Kavenegar(played.url, "another-key", LINE)
    assert await stranger.send(SMS) == NotSent("gateway_login")
    with pytest.raises(AskedInVain):
        await stranger.look_up(["1"])
    await stranger.close()


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (1, []),
        (2, []),
        (4, []),
        (5, []),
        (6, [Report("8792343", "failed", "not_delivered")]),
        (10, [Report("8792343", "delivered")]),
        (11, [Report("8792343", "failed", "not_delivered")]),
        (13, [Report("8792343", "failed", "cancelled")]),
        (14, [Report("8792343", "failed", "sms_blocked")]),
        (100, [Report("8792343", "failed", "unknown_to_gateway")]),
    ],
)
async def test_what_became_of_an_sms(
    kavenegar: Kavenegar, played: PlayedKavenegar, status: int, told: list[Report]
) -> None:
    """The same whether it is asked for or brought."""
    await kavenegar.send(SMS)
    played.settle(status)
    assert await kavenegar.look_up(["8792343", "unheard-of"]) == told
    brought = kavenegar.read_report({"messageid": "8792343", "status": str(status)})
    assert brought == (told[0] if told else None)


async def test_what_came_in_is_read_by_any_of_the_names_of_its_fields(
    kavenegar: Kavenegar, played: PlayedKavenegar
) -> None:
    played.bring("17", "09120000001", "بله")
    [unread] = await kavenegar.unread()
    assert await kavenegar.unread() == []
    assert (unread.id, unread.sender, unread.text) == ("17", "09120000001", "بله")
    for sender, receptor in (("from", "to"), ("sender", "receptor")):
        fields = {"messageid": "17", sender: "09120000001", receptor: LINE, "message": "بله"}
        assert kavenegar.read_incoming(fields) == Received("17", "09120000001", "بله")
    with pytest.raises(KeyError):
        kavenegar.read_incoming({"message": "بله"})


async def test_an_entry_that_cannot_be_read_takes_no_other_with_it(
    kavenegar: Kavenegar, played: PlayedKavenegar
) -> None:
    """Each is handed out as unread but once, so the others would be lost."""
    played.unread.append({"messageid": "16"})
    played.bring("17", "09120000001", "بله")
    played.unread[-1]["date"] = 10**30
    [unread] = await kavenegar.unread()
    assert (unread.id, unread.sent_at) == ("17", None)


@pytest.fixture
def hamrah(tmp_path: Path, played: PlayedKavenegar) -> Hamrah:
    settings = {
        "SMS_GATEWAY": "kavenegar",
        "SMS_URL": played.url,
        "SMS_PASSWORD": KEY,
        "SMS_NUMBER": LINE,
        "SMS_SECRET": SECRET,
        "LISTEN": f"127.0.0.1:{free_port()}",
        "DATA": str(tmp_path / "data"),
    }
    return Hamrah(tmp_path / "data", settings)


@pytest.mark.slow
def test_the_administrator_is_told_once_that_the_credit_is_used_up(
    hamrah: Hamrah, played: PlayedKavenegar
) -> None:
    """What waits leaves when there is credit again."""
    enrol(hamrah)
    appoint(hamrah)
    played.failing = 418
    tell(hamrah, "visits.title")
    with hamrah.running():
        until(lambda: played.asked.count("sms/send.json") > 2)
        played.failing = None
        until(lambda: len(played.sent) == 1)
    told = hamrah.stored("SELECT count(*) FROM outbox WHERE key LIKE 'sms_held:gateway_credit:%'")
    assert told == [(1,)]


@pytest.mark.slow
def test_a_service_takes_what_is_brought_and_what_is_asked_for_once(
    hamrah: Hamrah, played: PlayedKavenegar
) -> None:
    """The same SMS on both ways is one, and whoever blocks the line is known to."""
    enrol(hamrah)
    played.bring("17", "09120000001", "حالم خوب نیست")
    brought = {"messageid": "17", "from": "989120000001", "to": LINE, "message": "حالم خوب نیست"}
    with hamrah.running():
        until(lambda: is_up(hamrah) and "sms/send.json" in played.asked)
        url = f"{hamrah.url}/sms/{SECRET}"
        for send in (httpx.get, httpx.post):
            answer = send(f"{url}/incoming", params=brought, trust_env=False)
            assert answer.status_code == HTTPStatus.OK
        httpx.post(f"{url}/incoming", data=brought, trust_env=False)
        tell(hamrah, "visits.title")
        until(lambda: len(played.sent) == 2)
        told = {"messageid": "8792344", "status": "14"}
        httpx.post(f"{url}/report", data=told, trust_env=False)
        until(lambda: hamrah.stored("SELECT state FROM address") == [("blocked",)])
    assert letters(hamrah) == ["حالم خوب نیست"]
    assert {it["receptor"] for it in played.sent.values()} == {SARA}
