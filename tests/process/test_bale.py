"""The service on Bale, alone and beside Telegram, each played by a server of its own."""

import json
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import httpx
import pytest

from tests.botapi.client import BotApi, Message, Phone
from tests.process.hamrah import PATIENCE, Hamrah, Running, enter, tap, until_polling
from tests.process.participants import add_participants, add_with_questionnaire, letters


@pytest.fixture
def bale() -> Iterator[BotApi]:
    with BotApi.start_bale() as bale:
        yield bale


@pytest.fixture
def alone(tmp_path: Path, bale: BotApi, trial: Path) -> Hamrah:
    """A service with no other channel than Bale."""
    given = {"BALE_TOKEN": bale.token, "BALE_API": bale.url, "TELEGRAM_TOKEN": ""}
    return Hamrah.at(tmp_path, bale, TRIAL=str(trial), **given)


@pytest.fixture
def both(hamrah: Hamrah, bale: BotApi) -> Hamrah:
    hamrah.settings |= {"BALE_TOKEN": bale.token, "BALE_API": bale.url}
    return hamrah


def link_in(message: Message, beginning: str) -> str:
    """The code of the link that begins so."""
    found = re.search(rf"{re.escape(beginning)}\?start=([0-9a-f]+)", message.text)
    assert found, message.text
    return found[1]


def test_a_participant_takes_part_on_bale_alone(alone: Hamrah, bale: BotApi) -> None:
    """Invited and entered by a link, answering across a kill, with what Bale leaves out."""
    coordinator, sara = bale.phone(), bale.phone(first_name="سارا")
    with alone.running():
        until_polling(bale)
        printed = alone.command("staff", "invite", "--role", "coordinator", "--name", "Ali").stdout
        link = re.search(r"https://ble\.ir/hamrah_bale_bot\?start=(\S+)", printed)
        assert link, printed
        assert "t.me" not in printed
        coordinator.send(f"/start {link[1]}")
        tap(coordinator, "English")
        add_with_questionnaire(alone)
        coordinator.send("/invite P-001")
        invited = coordinator.wait_for("https://ble.ir/", timeout=PATIENCE)
        assert invited.body["photo"]
        sara.send(f"/start {link_in(invited, 'https://ble.ir/hamrah_bale_bot')}")
        tap(sara, "English")
        tap(sara, "I agree")
        sara.send("/open")
        sara.wait_for(lambda message: "waiting for you" in message.text)
        sara.tap(sara.messages()[-1].labels[0])
        tap(sara, "Very satisfied")
        sara.wait_for("Question 2")
    with alone.running() as running:
        until_polling(bale)
        tap(sara, "Dissatisfied")
        sara.wait_for("Question 3")
        running.kill()
    with alone.running():
        for number in range(4, 7):
            tap(sara, "Neither")
            sara.wait_for(f"Question {number}")
        tap(sara, "Not sure")
        tap(sara, "Submit")
        sara.wait_for("Thank you")
        bale.wait_until(lambda: sara.spinning() == 0)
        health = json.loads(httpx.get(f"{alone.url}/health", trust_env=False).text)
        metrics = httpx.get(f"{alone.url}/metrics", trust_env=False).text
    assert health["channels"]["bale"] == "open"
    assert "telegram" not in health["channels"]
    assert 'hamrah_channel_up{channel="bale"} 1.0' in metrics
    assert alone.stored("SELECT DISTINCT channel FROM response") == [("bale",)]
    assert "setMyCommands" not in {call.method for call in bale.calls()}
    refused = [call for call in bale.calls() if call.outcome is not None and not call.ok]
    assert [call.method for call in refused] == []


def test_a_token_that_bale_refuses_ends_the_start_with_a_sentence(
    alone: Hamrah, bale: BotApi
) -> None:
    alone.settings["BALE_TOKEN"] += "x"
    printed = alone.command("run")
    assert printed.returncode != 0
    assert "Bale refuses the bot token" in printed.stderr
    assert "HAMRAH_BALE_TOKEN" in printed.stderr


@pytest.fixture
def running(both: Hamrah, api: BotApi, bale: BotApi) -> Iterator[Running]:
    with both.running() as running:
        until_polling(api)
        until_polling(bale)
        yield running


def test_the_same_numbers_on_both_are_two_people(both: Hamrah, api: BotApi, bale: BotApi) -> None:
    """The chat, the update and the message have the same number here and there."""
    sara, reza = api.phone(started=True), bale.phone(started=True)
    assert sara.chat_id == reza.chat_id
    add_participants(both, [sara])
    add_participants(both, [reza], channel="bale", name="Reza")
    for server in (api, bale):
        server.renumber(5000)
    with both.running():
        on_telegram = sara.send("a letter on Telegram")
        on_bale = reza.send("a letter on Bale")
        assert on_telegram["update_id"] == on_bale["update_id"]
        assert on_telegram["message"]["message_id"] == on_bale["message"]["message_id"]
        for phone in (sara, reza):
            phone.wait_for("clinic", timeout=PATIENCE)
        api.repeat(on_telegram, fresh=False)
        bale.repeat(on_bale, fresh=False)
        api.wait_until(lambda: not api.pending())
        bale.wait_until(lambda: not bale.pending())
    assert sorted(letters(both)) == ["a letter on Bale", "a letter on Telegram"]
    writers = both.stored("SELECT person_id FROM mail ORDER BY person_id")
    assert len(set(writers)) == 2
    seen = both.stored("SELECT channel, update_id FROM update_seen ORDER BY channel")
    assert seen == [("bale", 5000), ("telegram", 5000)]


def test_taps_with_the_same_number_are_each_answered(
    both: Hamrah, api: BotApi, bale: BotApi, running: Running
) -> None:
    sara, reza = api.phone(language_code="en"), bale.phone()
    for phone in (sara, reza):
        phone.send(f"/start {both.invite('clinician')}")
        shown = phone.wait_for(lambda message: bool(message.buttons), timeout=PATIENCE)
        button = next(it for it in shown.buttons if "English" in it.text)
        chat = {"id": phone.chat_id, "type": "private", "first_name": "Sara"}
        query = {
            "id": "2718281828",
            "from": chat | {"is_bot": False},
            "message": {"message_id": shown.id, "date": 1, "chat": chat},
            "chat_instance": "1",
            "data": button.data,
        }
        phone.api.push({"callback_query": query})
        answered = phone.api.wait_until(partial(phone.api.calls, "answerCallbackQuery"))
        assert {it.parameters["callback_query_id"] for it in answered} == {"2718281828"}


def test_an_invitation_has_both_links_and_whoever_enters_twice_keeps_both(
    both: Hamrah, api: BotApi, bale: BotApi, running: Running
) -> None:
    printed = both.command("staff", "invite", "--role", "administrator", "--name", "Ali").stdout
    assert "https://t.me/hamrah_test_bot?start=" in printed
    assert "https://ble.ir/hamrah_bale_bot?start=" in printed
    coordinator = api.phone(language_code="en")
    enter(both, coordinator, "coordinator")
    add_with_questionnaire(both)
    on_bale, on_telegram = bale.phone(), api.phone()
    coordinator.send("/invite P-001")
    first = coordinator.wait_for("https://ble.ir/", timeout=PATIENCE)
    code = link_in(first, "https://t.me/hamrah_test_bot")
    assert code == link_in(first, "https://ble.ir/hamrah_bale_bot")
    on_bale.send(f"/start {code}")
    on_bale.wait_for(lambda message: bool(message.buttons), timeout=PATIENCE)
    on_telegram.send(f"/start {code}")
    on_telegram.wait_for("لینک", timeout=PATIENCE)
    assert len(both.stored("SELECT 1 FROM address WHERE channel = 'telegram'")) == 1
    coordinator.send("/invite P-001")
    second = coordinator.wait_for("https://t.me/", timeout=PATIENCE)
    on_telegram.send(f"/start {link_in(second, 'https://t.me/hamrah_test_bot')}")
    on_telegram.wait_for(lambda message: bool(message.buttons), timeout=PATIENCE)
    assert both.stored("SELECT channel, state FROM address WHERE person_id = 3 ORDER BY id") == [
        ("bale", "open"),
        ("telegram", "open"),
    ]
    told = len(on_bale.texts())
    on_bale.send("still here")
    bale.wait_until(lambda: len(on_bale.texts()) > told)


def test_whoever_blocks_the_bot_on_bale_is_noted_when_a_message_is_refused(
    both: Hamrah, api: BotApi, bale: BotApi, running: Running
) -> None:
    admin, clinician = api.phone(language_code="en"), bale.phone()
    enter(both, admin, "administrator")
    enter(both, clinician, "clinician")
    clinician.send("/help")
    bale.hold()
    clinician.block()
    update = {"message": {"message_id": 9, "text": "/help", "date": 1} | chat_of(clinician)}
    bale.push(update)
    bale.release()
    admin.wait_for("block", timeout=PATIENCE)


def chat_of(phone: Phone) -> dict[str, object]:
    chat = {"id": phone.chat_id, "type": "private", "first_name": "Sara"}
    return {"chat": chat, "from": chat | {"is_bot": False}}


def test_telegram_that_is_cut_off_leaves_bale_as_it_is(both: Hamrah, bale: BotApi) -> None:
    both.settings["TELEGRAM_API"] = "http://127.0.0.1:9"
    with both.running():
        until_polling(bale)
        coordinator = bale.phone()
        enter(both, coordinator, "coordinator")
        add_with_questionnaire(both)
        coordinator.send("/invite P-001")
        shown = coordinator.wait_for("https://ble.ir/", timeout=PATIENCE)
        assert "Telegram: /start " in shown.text
        assert "it opens Bale" in shown.text
        health = json.loads(httpx.get(f"{both.url}/health", trust_env=False).text)
    assert health["channels"] == {"telegram": "connecting", "bale": "open", "photographs": "open"}
