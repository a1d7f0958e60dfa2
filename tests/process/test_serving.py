"""The service on the Bot API, fetching updates or having them brought."""

import hashlib
from collections.abc import Iterator

import httpx
import pytest

from tests.botapi.client import BotApi
from tests.botapi.faults import Kind
from tests.process.hamrah import PATIENCE, Hamrah, Running, enter, tap
from tests.process.participants import add_participants, letters

SECRET = "a-secret_of-at-least-16"


@pytest.fixture(params=["polling", "webhook"])
def service(hamrah: Hamrah, api: BotApi, request: pytest.FixtureRequest) -> Iterator[Running]:
    if request.param == "webhook":
        hamrah.settings |= {"WEBHOOK_URL": f"{hamrah.url}/telegram", "WEBHOOK_SECRET": SECRET}
    method = "getUpdates" if request.param == "polling" else "setWebhook"
    with hamrah.running() as running:
        api.wait_until(lambda: api.calls(method), timeout=PATIENCE)
        yield running


@pytest.mark.usefixtures("service")
def test_a_stranger_gets_one_polite_sentence(api: BotApi) -> None:
    phone = api.phone()
    phone.send("سلام")
    phone.wait_for("پژوهش")
    phone.send("/start wrong-code")
    phone.wait_for(lambda message: message.by_bot)
    assert len(phone.texts()) == 2


@pytest.mark.usefixtures("service")
def test_staff_enter_by_their_code_and_invite_others(hamrah: Hamrah, api: BotApi) -> None:
    admin, rater = api.phone(), api.phone()
    enter(hamrah, admin, "administrator", name="Ali")
    api.wait_until(lambda: "invite_staff" in admin.commands())
    assert "summary" not in admin.commands()
    rater.send(f"/start {hamrah.invite('rater')}")
    tap(rater, "English")
    api.wait_until(lambda: rater.commands() and "invite_staff" not in rater.commands())
    listed = hamrah.command("staff", "list").stdout
    assert "Ali: Administrator" in listed
    person = listed.splitlines()[-1].split()[0]
    assert hamrah.command("staff", "end", "--person", person).returncode == 0
    rater.send("/help")
    rater.wait_for(lambda message: "/" not in message.text)


@pytest.mark.usefixtures("service")
def test_an_invitation_comes_as_a_picture_with_its_link(hamrah: Hamrah, api: BotApi) -> None:
    admin, clinician = api.phone(), api.phone()
    enter(hamrah, admin, "administrator")
    admin.send("/invite_staff Zahra clinician")
    tap(admin, "Confirm")
    link = admin.wait_for("https://t.me/", timeout=20)
    assert link.body["photo"]
    code = link.text.split("?start=")[1].split()[0].strip("\u2069")
    clinician.send(f"/start {code}")
    clinician.wait_for(lambda message: bool(message.buttons))


@pytest.mark.usefixtures("service")
def test_repeated_updates_change_nothing(hamrah: Hamrah, api: BotApi) -> None:
    phone = api.phone(language_code="en", started=True)
    add_participants(hamrah, [phone])
    update = phone.send("I have a question about my visit")
    phone.wait_for("clinic")
    api.repeat(update, fresh=False)
    phone.send("and one more")
    phone.wait_for("clinic")
    assert sorted(letters(hamrah)) == ["I have a question about my visit", "and one more"]


@pytest.mark.parametrize(
    "poison",
    [
        {"message": {"message_id": 1}},
        {"callback_query": {"id": "1"}},
        {"message": "no message at all"},
    ],
)
def test_a_poison_update_is_set_aside_and_the_rest_served(
    hamrah: Hamrah, api: BotApi, service: Running, poison: dict[str, object]
) -> None:
    phone = api.phone()
    api.push(poison)
    phone.send("سلام")
    phone.wait_for("پژوهش")
    api.wait_until(lambda: not api.pending())
    ((failure, sealed),) = hamrah.stored("SELECT failure, sealed FROM quarantine")
    assert failure.isidentifier()
    assert b"no message at all" not in sealed
    assert len(service.events("update_set_aside")) == 1


@pytest.mark.usefixtures("service")
def test_groups_are_left(api: BotApi) -> None:
    group = api.group()
    api.wait_until(lambda: api.act("show-chat", chat_id=group)["left"])


@pytest.mark.usefixtures("service")
def test_whoever_blocks_the_bot_is_noted(hamrah: Hamrah, api: BotApi) -> None:
    admin, clinician = api.phone(), api.phone()
    enter(hamrah, admin, "administrator")
    enter(hamrah, clinician, "clinician")
    clinician.block()
    admin.wait_for("block", timeout=20)


@pytest.mark.usefixtures("service")
@pytest.mark.parametrize("kind", ["flood", "broken", "lost_answer"])
def test_replies_arrive_whatever_the_network_does(api: BotApi, kind: Kind) -> None:
    phone = api.phone()
    api.fail("sendMessage", kind, times=2, seconds=1)
    phone.send("سلام")
    api.wait_until(
        lambda: any(call.ok and not call.answer_lost for call in api.calls("sendMessage")),
        timeout=20,
    )
    assert phone.texts()
    assert len({hashlib.sha256(words.encode()).digest() for words in phone.texts()}) == 1


def test_a_server_that_fails_is_asked_again(hamrah: Hamrah, api: BotApi) -> None:
    api.fail("getUpdates", "broken", times=2)
    with hamrah.running():
        phone = api.phone()
        phone.send("سلام")
        phone.wait_for("پژوهش", timeout=20)


@pytest.mark.parametrize("service", ["webhook"], indirect=True)
@pytest.mark.usefixtures("service")
def test_the_webhook_takes_only_what_telegram_brings(hamrah: Hamrah, api: BotApi) -> None:
    api.wait_until(lambda: any(call.ok for call in api.calls("setWebhook")))
    url, header = f"{hamrah.url}/telegram", "X-Telegram-Bot-Api-Secret-Token"
    with httpx.Client(trust_env=False) as http:
        assert http.post(url, json={}).status_code == 403
        assert http.post(url, json={}, headers={header: "wrong"}).status_code == 403
        large = http.post(url, content=b"x" * 1_100_000, headers={header: SECRET})
        assert large.status_code == 413
        broken = http.post(url, content=b"{", headers={header: SECRET})
        assert broken.status_code == 200
        assert http.get(url).status_code == 405
    assert hamrah.stored("SELECT count(*) FROM quarantine") == [(1,)]


def test_nothing_personal_is_in_the_log(hamrah: Hamrah, api: BotApi, service: Running) -> None:
    phone = api.phone(first_name="سارا")
    phone.send("موهایم می‌ریزد")
    phone.wait_for("پژوهش")
    api.push({"message": {"message_id": 1, "text": "موهایم"}})
    api.wait_until(lambda: not api.pending())
    log = service.log()
    for planted in (api.token, api.token.split(":")[1], "سارا", "موهایم", str(phone.chat_id)):
        assert planted not in log
        assert planted not in log.encode().decode("unicode_escape", errors="replace")
