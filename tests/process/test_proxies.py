"""Telegram goes through the proxy that is set for it; nothing else goes through any."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest

from tests.botapi.client import BotApi
from tests.process.hamrah import Hamrah, enter, until_polling
from tests.process.proxies import Proxy, proxy
from tests.sms.conftest import SECRET
from tests.sms.kavenegar import KEY, LINE, PlayedKavenegar
from tests.sms.operator import until
from tests.sms.service import enrol, tell

# Nobody but a proxy can lead to it.
TELEGRAM = "telegram.invalid"
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")


@pytest.fixture
def bale() -> Iterator[BotApi]:
    with BotApi.start_bale() as bale:
        yield bale


@pytest.fixture
def trap(monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    """A proxy that the environment names for everything."""
    monkeypatch.setenv("NO_PROXY", "")
    monkeypatch.setenv("no_proxy", "")
    with proxy("http", 9) as trap:
        for name in PROXIES:
            monkeypatch.setenv(name, trap.url)
            monkeypatch.setenv(name.lower(), trap.url)
        yield trap


@pytest.mark.parametrize("scheme", ["http", "socks5"])
def test_telegram_is_reached_through_its_proxy_and_bale_directly(
    hamrah: Hamrah, api: BotApi, bale: BotApi, scheme: str
) -> None:
    """Both connections of Telegram's: the one that fetches updates, and the one that sends."""
    port = urlsplit(api.url).port
    assert port is not None
    with proxy(scheme, port) as way:
        hamrah.settings |= {
            "TELEGRAM_API": f"http://{TELEGRAM}",
            "TELEGRAM_PROXY": way.url,
            "BALE_TOKEN": bale.token,
            "BALE_API": bale.url,
        }
        with hamrah.running():
            until_polling(api)
            until_polling(bale)
            for phone in (api.phone(), bale.phone()):
                enter(hamrah, phone, "clinician")
            printed = hamrah.command("staff", "invite", "--role", "pi", "--name", "Zahra").stdout
        assert "https://t.me/hamrah_test_bot?start=" in printed
        assert api.calls("getUpdates")
        assert api.calls("sendMessage")
        assert len(way.asked) >= 2
        assert set(way.asked) == {TELEGRAM}


def test_proxies_of_the_environment_are_used_for_nothing(
    hamrah: Hamrah, api: BotApi, bale: BotApi, trap: Proxy
) -> None:
    """The trap would catch whoever goes by it, as this client does that knows no better."""
    with pytest.raises(httpx.HTTPError):
        httpx.get(bale.url)
    assert trap.asked == ["127.0.0.1"]
    trap.asked.clear()
    with PlayedKavenegar.running() as gateway:
        hamrah.settings |= {
            "BALE_TOKEN": bale.token,
            "BALE_API": bale.url,
            "SMS_GATEWAY": "kavenegar",
            "SMS_URL": gateway.url,
            "SMS_PASSWORD": KEY,
            "SMS_NUMBER": LINE,
            "SMS_SECRET": SECRET,
        }
        enrol(hamrah)
        with hamrah.running():
            until_polling(api)
            until_polling(bale)
            for phone in (api.phone(), bale.phone()):
                enter(hamrah, phone, "clinician")
            tell(hamrah, "entering.already")
            until(lambda: bool(gateway.sent))
    assert trap.asked == []
