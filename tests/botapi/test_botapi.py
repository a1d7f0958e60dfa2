"""The played Telegram, asked by python-telegram-bot's own client and by hand."""

import asyncio
import json
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeChat,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    ReplyKeyboardMarkup,
    Update,
)
from telegram.constants import ParseMode
from telegram.error import BadRequest, Conflict, Forbidden, InvalidToken, NetworkError, RetryAfter
from telegram.request import HTTPXRequest

from tests.botapi.client import BotApi, ImpossibleError, Phone, Popup

YES_NO = InlineKeyboardMarkup(
    [
        [
            InlineKeyboardButton("بله", callback_data="y"),
            InlineKeyboardButton("خیر", callback_data="n"),
        ]
    ]
)
PNG = b"\x89PNG\r\n\x1a\n picture"


@pytest.fixture(scope="module")
def server() -> Iterator[BotApi]:
    with BotApi.start(retry_interval=0.02) as api:
        yield api


@pytest.fixture
def api(server: BotApi) -> BotApi:
    server.reset()
    return server


def client_of(api: BotApi, token: str) -> Bot:
    """Without TLS to prepare, a client is made in no time."""
    request = [HTTPXRequest(httpx_kwargs={"verify": False, "trust_env": False}) for _ in range(2)]
    return Bot(
        token,
        base_url=api.base_url,
        base_file_url=api.base_file_url,
        get_updates_request=request[0],
        request=request[1],
    )


@pytest.fixture
async def bot(api: BotApi) -> AsyncIterator[Bot]:
    async with client_of(api, api.token) as bot:
        yield bot


@pytest.fixture
def phone(api: BotApi) -> Phone:
    return api.phone(first_name="سارا", started=True)


def call(api: BotApi, method: str, **parameters: Any) -> Any:
    """A call in JSON, without python-telegram-bot's own checks."""
    url = f"{api.base_url}{api.token}/{method}"
    return api.http.post(url, json=parameters).json()


def refusal(api: BotApi, method: str, **parameters: Any) -> str:
    answer = call(api, method, **parameters)
    assert not answer["ok"]
    return str(answer["description"])


async def test_a_text_arrives_and_its_answer_is_seen(api: BotApi, bot: Bot) -> None:
    phone = api.phone(first_name="سارا", language_code="fa")
    phone.send("/start T-1")
    (update,) = await bot.get_updates(timeout=5)
    assert update.message
    assert update.message.from_user
    assert update.message.from_user.language_code == "fa"
    assert update.message.chat_id == phone.chat_id > 2**32
    assert update.message.parse_entities() == {update.message.entities[0]: "/start"}
    await bot.send_message(phone.chat_id, "  سلام \n", reply_markup=YES_NO)
    seen = phone.wait_for("سلام")
    assert seen.text == "سلام"
    assert seen.labels == ["بله", "خیر"]


async def test_an_update_is_confirmed_only_by_a_later_offset(bot: Bot, phone: Phone) -> None:
    first, second = phone.send("1"), phone.send("2")
    assert [update.update_id for update in await bot.get_updates()] == [
        first["update_id"],
        second["update_id"],
    ]
    assert len(await bot.get_updates(limit=1)) == 1
    (left,) = await bot.get_updates(offset=second["update_id"])
    assert left.update_id == second["update_id"]
    assert await bot.get_updates(offset=second["update_id"] + 1) == ()


async def test_a_negative_offset_forgets_all_but_the_last(bot: Bot, phone: Phone) -> None:
    phone.send("1")
    last = phone.send("2")
    (update,) = await bot.get_updates(offset=-1)
    assert update.update_id == last["update_id"]
    assert len(await bot.get_updates()) == 1


async def test_a_long_poll_waits_for_an_update(api: BotApi, bot: Bot, phone: Phone) -> None:
    poll = asyncio.create_task(bot.get_updates(timeout=30))
    await asyncio.to_thread(api.wait_until, lambda: api.calls("getUpdates"))
    await asyncio.to_thread(phone.send, "now")
    (update,) = await poll
    assert update.message
    assert update.message.text == "now"


async def test_the_older_of_two_pollers_meets_a_conflict(api: BotApi, bot: Bot) -> None:
    older = asyncio.create_task(bot.get_updates(timeout=30))
    await asyncio.to_thread(api.wait_until, lambda: api.calls("getUpdates"))
    await asyncio.to_thread(call, api, "getUpdates")
    with pytest.raises(Conflict, match="terminated by other getUpdates"):
        await older


async def test_only_allowed_updates_are_kept(bot: Bot, phone: Phone) -> None:
    await bot.get_updates(allowed_updates=[Update.CALLBACK_QUERY])
    assert phone.send("unheard") is None
    await bot.get_updates(allowed_updates=[])
    assert phone.send("heard")


async def test_ids_that_start_again_lower_are_delivered(
    api: BotApi, bot: Bot, phone: Phone
) -> None:
    high = phone.send("before")["update_id"]
    await bot.get_updates(offset=high + 1)
    api.renumber(17)
    phone.send("after")
    (update,) = await bot.get_updates(offset=high + 1)
    assert update.update_id == 17
    assert await bot.get_updates(offset=18) == ()


async def test_a_tap_spins_until_it_is_answered_once(bot: Bot, phone: Phone) -> None:
    await bot.send_message(phone.chat_id, "خوبید؟", reply_markup=YES_NO)
    phone.tap("بله")
    assert phone.spinning() == 1
    (update,) = await bot.get_updates()
    assert update.callback_query
    assert update.callback_query.data == "y"
    await update.callback_query.answer("ثبت شد", show_alert=True)
    assert phone.popups() == [Popup("ثبت شد", show_alert=True)]
    assert phone.spinning() == 0
    with pytest.raises(BadRequest, match="Query is too old"):
        await update.callback_query.answer()


async def test_taps_are_repeated_as_phones_and_webhooks_repeat_them(
    api: BotApi, bot: Bot, phone: Phone
) -> None:
    await bot.send_message(phone.chat_id, "?", reply_markup=YES_NO)
    tap = phone.tap("خیر")
    api.repeat(tap, fresh=False)
    api.repeat(tap, fresh=True)
    first, same, fresh = await bot.get_updates()
    assert first == same
    assert first.callback_query
    assert fresh.callback_query
    assert fresh.update_id != first.update_id
    assert fresh.callback_query.id != first.callback_query.id
    assert fresh.callback_query.data == first.callback_query.data


async def test_an_expired_tap_cannot_be_answered(api: BotApi, bot: Bot, phone: Phone) -> None:
    await bot.send_message(phone.chat_id, "?", reply_markup=YES_NO)
    tap = phone.tap("بله")
    api.expire_taps()
    with pytest.raises(BadRequest, match="Query is too old"):
        await bot.answer_callback_query(tap["callback_query"]["id"])


async def test_only_forged_data_goes_without_a_button(bot: Bot, phone: Phone) -> None:
    sent = await bot.send_message(phone.chat_id, "?", reply_markup=YES_NO)
    with pytest.raises(ImpossibleError, match="no such button"):
        phone.tap_data(sent.message_id, "made up")
    with pytest.raises(ImpossibleError, match="is not among"):
        phone.tap("شاید")
    phone.tap_data(sent.message_id, "made up", forged=True)
    (update,) = await bot.get_updates()
    assert update.callback_query
    assert update.callback_query.data == "made up"


async def test_edits_are_applied_and_drop_the_keyboard(bot: Bot, phone: Phone) -> None:
    sent = await bot.send_message(phone.chat_id, "one", reply_markup=YES_NO)
    with pytest.raises(BadRequest, match="Message is not modified"):
        await sent.edit_text("one", reply_markup=YES_NO)
    await sent.edit_text("two")
    (seen,) = phone.messages()
    assert (seen.text, seen.labels, seen.earlier) == ("two", [], ("one",))
    with pytest.raises(BadRequest, match="Message is not modified"):
        await sent.edit_reply_markup()
    await sent.edit_reply_markup(YES_NO)
    assert phone.messages()[0].labels == ["بله", "خیر"]


async def test_messages_are_deleted(bot: Bot, phone: Phone) -> None:
    sent = await bot.send_message(phone.chat_id, "gone soon")
    await sent.delete()
    assert phone.messages() == []
    with pytest.raises(BadRequest, match="Message to delete not found"):
        await sent.delete()
    with pytest.raises(BadRequest, match="Message to edit not found"):
        await sent.edit_text("late")


async def test_other_peoples_messages_cannot_be_edited(bot: Bot, phone: Phone) -> None:
    theirs = phone.send("mine")["message"]["message_id"]
    with pytest.raises(BadRequest, match="Message can't be edited"):
        await bot.edit_message_text("ours", phone.chat_id, theirs)


async def test_unknown_unstarted_and_blocked_chats(api: BotApi, bot: Bot, phone: Phone) -> None:
    with pytest.raises(BadRequest, match="Chat not found"):
        await bot.send_message(1, "?")
    with pytest.raises(BadRequest, match="Chat not found"):
        await bot.send_message(api.phone().chat_id, "?")
    phone.block()
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await bot.send_message(phone.chat_id, "?")
    with pytest.raises(ImpossibleError):
        phone.send("?")
    phone.unblock()
    await bot.send_message(phone.chat_id, "again")
    changes = [update.my_chat_member for update in await bot.get_updates()]
    assert [change and change.new_chat_member.status for change in changes] == ["kicked", "member"]


async def test_photos_and_documents_are_uploaded_and_fetched(bot: Bot, phone: Phone) -> None:
    photo = await bot.send_photo(phone.chat_id, PNG, caption="کد", reply_markup=YES_NO)
    again = await bot.send_photo(phone.chat_id, photo.photo[-1].file_id)
    assert again.photo
    document = await bot.send_document(phone.chat_id, b"a,b\n1,2\r\n\n", filename="خروجی.csv")
    assert document.document
    assert document.document.file_name == "خروجی.csv"
    file = await document.document.get_file()
    assert await file.download_as_bytearray() == b"a,b\n1,2\r\n\n"
    assert phone.messages()[0].text == "کد"
    with pytest.raises(BadRequest, match=r"(?i)image_process_failed"):
        await bot.send_photo(phone.chat_id, b"not a picture")


async def test_everything_a_phone_sends_is_understood(bot: Bot, phone: Phone) -> None:
    for kind in ("sticker", "voice", "photo", "document"):
        phone.send_other(kind)
    phone.share_contact("+989120000000")
    phone.send("news", forwarded_from="Someone")
    phone.edit("old news")
    *kinds, contact, forwarded, edited = await bot.get_updates()
    sent = [update.effective_message for update in kinds]
    assert all(message and message.effective_attachment for message in sent)
    assert contact.message
    assert contact.message.contact
    assert contact.message.contact.user_id == phone.person_id
    assert forwarded.message
    assert forwarded.message.forward_origin
    assert edited.edited_message
    assert edited.edited_message.text == "old news"


async def test_groups_are_told_apart_and_left(api: BotApi, bot: Bot, phone: Phone) -> None:
    group = api.group(title="بخش")
    phone.enter(group).send("/start@hamrah_test_bot")
    joined, written = await bot.get_updates()
    assert joined.my_chat_member
    assert written.effective_chat
    assert written.effective_chat.type == "supergroup"
    await bot.leave_chat(group)
    with pytest.raises(Forbidden, match="not a member"):
        await bot.send_message(group, "?")
    with pytest.raises(BadRequest, match="private chats"):
        await bot.leave_chat(phone.chat_id)


async def test_the_command_menu_follows_scope_and_language(
    api: BotApi, bot: Bot, phone: Phone
) -> None:
    english = api.phone(language_code="en")
    await bot.set_my_commands([BotCommand("help", "Help")])
    await bot.set_my_commands([BotCommand("help", "راهنما")], language_code="fa")
    assert english.commands() == {"help": "Help"}
    assert phone.commands() == {"help": "راهنما"}
    scope = BotCommandScopeChat(phone.chat_id)
    await bot.set_my_commands([BotCommand("queue", "صف")], scope)
    assert phone.commands() == {"queue": "صف"}
    await bot.delete_my_commands(scope)
    assert phone.commands() == {"help": "راهنما"}
    with pytest.raises(BadRequest, match=r"(?i)bot_command_invalid"):
        await bot.set_my_commands([BotCommand("Help", "Help")])


async def test_html_is_parsed_and_its_errors_told(bot: Bot, phone: Phone) -> None:
    sent = await bot.send_message(phone.chat_id, "<b>۱</b> &lt; <i>2</i>", ParseMode.HTML)
    assert sent.text == "۱ < 2"
    assert [entity.type for entity in sent.entities] == ["bold", "italic"]
    for broken in ("<b>", "</b>", "1 < 2", "<blink>x</blink>", "<b><i>x</b></i>"):
        with pytest.raises(BadRequest, match="Can't parse entities"):
            await bot.send_message(phone.chat_id, broken, ParseMode.HTML)


async def test_a_reply_keyboard_stays_below_the_chat(bot: Bot, phone: Phone) -> None:
    button = KeyboardButton("شماره من", request_contact=True)
    sent = await bot.send_message(phone.chat_id, "?", reply_markup=ReplyKeyboardMarkup([[button]]))
    assert phone.reply_keyboard() == ["شماره من"]
    with pytest.raises(BadRequest, match="Message can't be edited"):
        await sent.edit_text("!")


@pytest.mark.parametrize(
    ("parameters", "reason"),
    [
        ({"text": ""}, "message text is empty"),
        ({"text": " \n"}, "message text is empty"),
        ({}, "message text is empty"),
        ({"text": "م" * 4097}, "message is too long"),
        ({"text": "😀" * 2049}, "message is too long"),
        ({"text": 5}, "can't parse text"),
        ({"text": "x", "chat_id": "nobody"}, "chat not found"),
        ({"text": "x", "chat_id": [1]}, "can't parse chat_id"),
        ({"text": "x", "colour": "red"}, "sendMessage has no parameter colour"),
        ({"text": "x", "message_thread_id": 1}, "not played"),
        ({"text": "x", "protect_content": "perhaps"}, "can't parse protect_content"),
        ({"text": "x", "parse_mode": "MarkdownV2"}, "unsupported parse_mode"),
        ({"text": "x", "reply_parameters": {"message_id": 99}}, "replied not found"),
        ({"text": "x", "reply_markup": "{"}, "can't parse reply_markup"),
        ({"text": "x", "reply_markup": {"inline_keyboard": {}}}, "can't parse reply_markup"),
    ],
)
def test_malformed_messages_are_refused(
    api: BotApi, phone: Phone, parameters: dict[str, Any], reason: str
) -> None:
    assert reason in refusal(api, "sendMessage", **{"chat_id": phone.chat_id, **parameters})


@pytest.mark.parametrize(
    ("button", "reason"),
    [
        ({"text": "x", "callback_data": "م" * 33}, "BUTTON_DATA_INVALID"),
        ({"text": "x", "callback_data": ""}, "BUTTON_DATA_INVALID"),
        ({"text": "x"}, "text buttons are unallowed"),
        ({"text": " ", "callback_data": "x"}, "the text is empty"),
        ({"text": "x", "callback_data": "x", "url": "https://a.b"}, "more than one type"),
        ({"callback_data": "x"}, "InlineKeyboardButton lacks text"),
        ({"text": "x", "data": "x"}, "InlineKeyboardButton has no field data"),
    ],
)
def test_malformed_buttons_are_refused(
    api: BotApi, phone: Phone, button: dict[str, Any], reason: str
) -> None:
    markup = {"inline_keyboard": [[button]]}
    asked = {"chat_id": phone.chat_id, "text": "?", "reply_markup": markup}
    assert reason in refusal(api, "sendMessage", **asked)


def test_limits_and_names_are_checked(api: BotApi) -> None:
    unanswerable = {"callback_query_id": "1", "text": "x" * 201}
    assert refusal(api, "answerCallbackQuery", **unanswerable).endswith("MESSAGE_TOO_LONG")
    assert "limit must be 1-100" in refusal(api, "getUpdates", limit=101)
    assert "unknown type" in refusal(api, "getUpdates", allowed_updates=["gossip"])
    assert "HTTPS" in refusal(api, "setWebhook", url="http://example.org/")
    assert "unallowed characters" in refusal(
        api, "setWebhook", url="https://example.org/", secret_token="a b"
    )
    assert refusal(api, "sendEverything") == "Not Found"
    assert refusal(api, "getFile", file_id="x").startswith("Bad Request: wrong file identifier")


def test_all_ways_to_carry_parameters_are_read(api: BotApi, phone: Phone) -> None:
    url = f"{api.base_url}{api.token}/sendMessage"
    markup = json.dumps({"inline_keyboard": [[{"text": "x", "callback_data": "x"}]]})
    asked = {"chat_id": str(phone.chat_id), "text": "1", "reply_markup": markup}
    answers = [
        api.http.get(url, params=asked),
        api.http.post(url, data=asked),
        api.http.post(url, json=asked),
        api.http.post(url, files={name: (None, value) for name, value in asked.items()}),
    ]
    malformed = api.http.post(url, content="{", headers={"content-type": "application/json"})
    assert [answer.json()["ok"] for answer in answers] == [True] * 4
    assert malformed.status_code == 400
    assert [message.labels for message in phone.messages()] == [["x"]] * 4


async def test_a_wrong_token_is_unauthorized(api: BotApi) -> None:
    with pytest.raises(InvalidToken):
        async with client_of(api, "1:wrong"):
            pass


async def test_a_logged_out_bot_is_unauthorized(api: BotApi, bot: Bot) -> None:
    await bot.log_out()
    assert refusal(api, "getMe") == "Unauthorized"


async def test_faults_strike_the_next_calls_only(
    api: BotApi, bot: Bot, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "true")
    api.fail("sendMessage", "lost_answer")
    with pytest.raises(NetworkError):
        await bot.send_message(phone.chat_id, "applied")
    api.fail("sendMessage", "flood", seconds=7)
    with pytest.raises(RetryAfter, match="7"):
        await bot.send_message(phone.chat_id, "not applied")
    api.fail("*", "broken", times=2, status=503)
    for _ in range(2):
        with pytest.raises(NetworkError):
            await bot.send_message(phone.chat_id, "not applied")
    api.fail("sendMessage", "delay", seconds=0.05)
    await bot.send_message(phone.chat_id, "late")
    assert phone.texts() == ["applied", "late"]
    lost, flooded, *_, late = api.calls("sendMessage")
    assert (lost.ok, lost.answer_lost) == (True, True)
    assert flooded.outcome
    assert flooded.outcome["error_code"] == 429
    assert late.parameters == {"chat_id": phone.chat_id, "text": "late"}


async def test_updates_are_held_reordered_and_doubled(api: BotApi, bot: Bot, phone: Phone) -> None:
    api.hold()
    first, second = phone.send("1"), phone.send("2")
    assert await bot.get_updates() == ()
    api.release([1, 0, 0])
    ids = [update.update_id for update in await bot.get_updates()]
    assert ids == [second["update_id"], first["update_id"], first["update_id"]]
    assert await bot.get_updates(offset=ids[-1] + 1) == ()


async def test_a_raw_update_is_pushed_as_it_stands(api: BotApi) -> None:
    poison = {"update_id": 12, "message": {"text": 5}}
    api.push(poison)
    assert call(api, "getUpdates")["result"] == [poison]
    assert api.pending() == [poison]


class Receiver(BaseHTTPRequestHandler):
    """A webhook that refuses whatever comes first."""

    received: list[tuple[str | None, dict[str, Any]]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        secret = self.headers["X-Telegram-Bot-Api-Secret-Token"]
        self.received.append((secret, json.loads(body)))
        self.send_response(500 if len(self.received) == 1 else 200)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Says nothing."""


@contextmanager
def webhook() -> Iterator[tuple[str, list[tuple[str | None, dict[str, Any]]]]]:
    received: list[tuple[str | None, dict[str, Any]]] = []
    handler = type("OneReceiver", (Receiver,), {"received": received})
    with HTTPServer(("127.0.0.1", 0), handler) as listener:
        thread = threading.Thread(target=listener.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{listener.server_port}/hook", received
        listener.shutdown()
        thread.join()


async def test_a_webhook_gets_each_update_in_order_until_it_takes_it(
    api: BotApi, bot: Bot, phone: Phone
) -> None:
    with webhook() as (url, received):
        await bot.set_webhook(url, secret_token="only-us")
        first, second = phone.send("1"), phone.send("2")
        await asyncio.to_thread(api.wait_until, lambda: not api.pending())
    assert received == [("only-us", first), ("only-us", first), ("only-us", second)]
    info = await bot.get_webhook_info()
    assert info.last_error_message


async def test_a_webhook_and_polling_exclude_each_other(
    bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "true")
    await bot.set_webhook("https://127.0.0.1:1/hook")
    with pytest.raises(Conflict, match="webhook is active"):
        await bot.get_updates()
    with pytest.raises(RetryAfter):
        await bot.set_webhook("https://127.0.0.1:1/other")
    await bot.delete_webhook()
    assert await bot.get_updates() == ()


async def test_waiting_ends_with_what_was_seen(bot: Bot, phone: Phone) -> None:
    await bot.send_message(phone.chat_id, "another")
    with pytest.raises(TimeoutError, match="another"):
        phone.wait_for("something", timeout=0.05)


def test_a_port_can_be_chosen() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with BotApi.start(port=port) as api:
        assert api.url.endswith(f":{port}")
        assert call(api, "getMe")["result"]["is_bot"]


def test_the_schema_holds_what_is_played() -> None:
    schema = json.loads(Path(__file__).with_name("schema.json").read_text(encoding="utf-8"))
    assert schema["version"]
    assert schema["methods"]["answerCallbackQuery"]["text"]["length"] == [0, 200, "characters"]
