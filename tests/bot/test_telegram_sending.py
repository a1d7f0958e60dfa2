"""What leaves reaches the phones of a played Telegram, and each refusal is understood."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram import Bot
from telegram.error import InvalidToken

from bot.sending.files import FileAway, Files, FileTooLarge, NoFile
from bot.sending.link_pictures import picture
from bot.sending.outgoing import (
    Attachment,
    Change,
    Destination,
    Document,
    Invitation,
    Late,
    Leave,
    Menu,
    NotSent,
    Picture,
    Refused,
    Remove,
    Sent,
    Slower,
    TapAnswer,
    Unknown,
    Unreachable,
    Words,
)
from bot.settings import read_settings
from bot.telegram.connection import make_bot
from bot.telegram.dialects import TELEGRAM, accounts
from bot.telegram.sending import LONGEST, MessengerChannel, cut, split
from storage.web_chats import File
from tests.bot.test_serious_event import page
from tests.botapi.client import TOKEN, BotApi, Phone

SOME_PAGE = page("fa", None)
HELLO = Words("Hello", ((("Yes", "a:1"), ("No", "a:2")), (("Later", "a:3"),)))


@pytest.fixture(scope="module")
def api() -> Iterator[BotApi]:
    with BotApi.start() as api:
        yield api


@pytest.fixture
def phone(api: BotApi) -> Phone:
    api.reset()
    return api.phone(started=True)


def bot_at(url: str) -> Bot:
    given = {"HAMRAH_TELEGRAM_TOKEN": TOKEN, "HAMRAH_TELEGRAM_API": url}
    (account,) = accounts(read_settings(given, Path("no .env")))
    return make_bot(account)


@pytest.fixture
async def channel(api: BotApi, phone: Phone) -> AsyncIterator[MessengerChannel]:
    bot = bot_at(api.url)
    await bot.initialize()
    yield MessengerChannel(bot, TELEGRAM, Files())
    await bot.shutdown()


ANYBODY = Destination(1, None, "1")


def address(phone: Phone) -> Destination:
    return Destination(1, None, str(phone.chat_id))


async def test_a_message_arrives_with_its_buttons(channel: MessengerChannel, phone: Phone) -> None:
    assert await channel.send(address(phone), HELLO) == Sent()
    (message,) = phone.messages()
    assert message.text == "Hello"
    assert [[(it.text, it.data) for it in row] for row in message.keyboard] == [
        [("Yes", "a:1"), ("No", "a:2")],
        [("Later", "a:3")],
    ]


async def test_a_picture_is_known_by_the_message_that_holds_it(
    channel: MessengerChannel, phone: Phone
) -> None:
    shown = await channel.send(address(phone), Picture(picture("a scalp"), "P-001: Vertex"))
    (message,) = phone.messages()
    assert shown == Sent(str(message.id))
    assert message.text == "P-001: Vertex"
    assert await channel.send(address(phone), Remove(str(message.id))) == Sent()
    assert phone.messages() == []


async def test_a_file_is_fetched_or_why_not_is_told(
    channel: MessengerChannel, phone: Phone, api: BotApi
) -> None:
    photo = phone.send_file("photo", b"\xff\xd8\xff mine")["message"]["photo"][0]["file_id"]
    fetched = await channel.fetch(photo)
    assert (fetched.type, fetched.content) == ("image/jpeg", b"\xff\xd8\xff mine")
    large = phone.send_file("document", bytes(20_000_001))["message"]["document"]["file_id"]
    with pytest.raises(FileTooLarge):
        await channel.fetch(large)
    api.fail("getFile", "broken")
    with pytest.raises(FileAway):
        await channel.fetch(photo)
    with pytest.raises(NoFile) as gone:
        await channel.fetch("no such file")
    assert not isinstance(gone.value, FileAway | FileTooLarge)


async def test_a_long_message_comes_in_parts_with_the_buttons_below(
    channel: MessengerChannel, phone: Phone
) -> None:
    lines = "\n".join(f"{number} سلام 🌱" for number in range(700))
    await channel.send(address(phone), Words(lines, HELLO.buttons))
    messages = phone.messages()
    assert len(messages) > 1
    assert "\n".join(message.text for message in messages) == lines
    assert [bool(message.keyboard) for message in messages] == [False] * (len(messages) - 1) + [
        True
    ]


async def test_a_change_takes_the_place_of_a_message(
    channel: MessengerChannel, phone: Phone
) -> None:
    await channel.send(address(phone), HELLO)
    (before,) = phone.messages()
    change = Change(str(before.id), Words("Bye"))
    assert await channel.send(address(phone), change) == Sent()
    assert await channel.send(address(phone), change) == Sent()
    (after,) = phone.messages()
    assert (after.text, after.buttons) == ("Bye", ())


async def test_a_change_of_what_is_gone_comes_as_a_new_message(
    channel: MessengerChannel, phone: Phone
) -> None:
    assert await channel.send(address(phone), Change("4000", HELLO)) == Sent()
    assert phone.texts() == ["Hello"]
    assert phone.messages()[0].labels == ["Yes", "No", "Later"]


async def test_a_change_that_grew_too_long_goes_on_below(
    channel: MessengerChannel, phone: Phone
) -> None:
    await channel.send(address(phone), HELLO)
    (before,) = phone.messages()
    lines = "\n".join(f"line {number}" for number in range(700))
    await channel.send(address(phone), Change(str(before.id), Words(lines, HELLO.buttons)))
    first, second = phone.messages()
    assert f"{first.text}\n{second.text}" == lines
    assert (bool(first.keyboard), bool(second.keyboard)) == (False, True)


async def test_a_tap_is_answered_once_and_then_it_is_late(
    channel: MessengerChannel, phone: Phone
) -> None:
    await channel.send(address(phone), HELLO)
    query = phone.tap("Yes")["callback_query"]["id"]
    assert await channel.send(address(phone), TapAnswer(query, "x" * 300)) == Sent()
    assert await channel.send(address(phone), TapAnswer(query, None)) == Late()
    (popup,) = phone.popups()
    assert popup.show_alert
    assert popup.text == "x" * 199 + "…"


async def test_what_somebody_sent_leaves_the_chat(channel: MessengerChannel, phone: Phone) -> None:
    """A second time, or after it is gone, there is nothing to be done."""
    sent = str(phone.send_other("photo")["message"]["message_id"])
    phone.send("stays")
    for _ in range(2):
        assert await channel.send(address(phone), Remove(sent)) == Sent()
    (left,) = phone.messages()
    assert left.text == "stays"


async def test_an_invitation_is_a_picture_with_its_link(
    channel: MessengerChannel, phone: Phone
) -> None:
    link = "https://t.me/a_bot?start=s3cret"
    invitation = Invitation(link, f"Open {link}")
    assert await channel.send(address(phone), invitation) == Sent()
    (message,) = phone.messages()
    assert message.text == f"Open {link}"
    assert message.body["photo"]


async def test_a_file_that_was_sent_is_shown_again(channel: MessengerChannel, phone: Phone) -> None:
    photo = phone.send_other("photo")["message"]["photo"][0]["file_id"]
    assert await channel.send(address(phone), Attachment(f"photo:{photo}")) == Sent()
    assert phone.messages()[-1].body["photo"]


async def test_the_menu_is_that_of_the_chat(channel: MessengerChannel, phone: Phone) -> None:
    menu = Menu((("help", "What can I do"), ("stop", "Stop")))
    assert await channel.send(address(phone), menu) == Sent()
    assert phone.commands() == {"help": "What can I do", "stop": "Stop"}


class Kept:
    """A file of another channel."""

    async def fetch(self, file: str) -> File:
        return File("application/pdf", f"letter{file}.pdf", b"%PDF-1.7 of a web chat")


async def test_a_file_of_the_web_chat_is_sent_whole_and_can_be_fetched(
    channel: MessengerChannel, phone: Phone
) -> None:
    channel._files.keepers["web"] = Kept()
    assert await channel.send(address(phone), Attachment("web:12")) == Sent()
    (message,) = phone.messages()
    kept = await channel.fetch(message.body["document"]["file_id"])
    assert (kept.type, kept.content) == ("application/pdf", b"%PDF-1.7 of a web chat")
    with pytest.raises(NoFile):
        await channel.fetch("a file that nobody sent")


async def test_a_report_is_made_when_it_leaves(channel: MessengerChannel, phone: Phone) -> None:
    assert await channel.send(address(phone), Document(SOME_PAGE)) == Sent()
    (message,) = phone.messages()
    assert message.body["document"]["file_name"] == "AE-001-fa.pdf"
    kept = await channel.fetch(message.body["document"]["file_id"])
    assert kept.type == "application/pdf"


async def test_a_file_that_is_gone_is_not_tried_again(
    channel: MessengerChannel, phone: Phone
) -> None:
    assert await channel.send(address(phone), Attachment("web:12")) == Refused("no_file")


async def test_a_group_is_left(channel: MessengerChannel, api: BotApi) -> None:
    group = api.group()
    assert await channel.send(Destination(1, None, str(group)), Leave()) == Sent()
    assert await channel.send(Destination(1, None, str(group)), Leave()) == Unreachable("forbidden")


async def test_refusals_tell_what_to_do(
    channel: MessengerChannel, api: BotApi, phone: Phone
) -> None:
    api.fail("sendMessage", "flood", seconds=7)
    assert await channel.send(address(phone), HELLO) == Slower(7)
    api.fail("sendMessage", "broken")
    assert await channel.send(address(phone), HELLO) == Unknown("no_answer")
    api.fail("sendMessage", "lost_answer")
    assert await channel.send(address(phone), HELLO) == Unknown("no_answer")
    assert await channel.send(address(phone), Words("")) == Refused("bad_request")
    assert await channel.send(Destination(1, None, "404"), HELLO) == Unreachable("chat_not_found")
    phone.block()
    assert await channel.send(address(phone), HELLO) == Unreachable("blocked")


async def test_where_nobody_listens_nothing_was_sent() -> None:
    bot = bot_at("http://127.0.0.1:9")
    assert await MessengerChannel(bot, TELEGRAM, Files()).send(ANYBODY, HELLO) == NotSent(
        "no_connection"
    )
    await bot.shutdown()


async def test_a_token_that_is_refused_was_no_message(api: BotApi) -> None:
    given = {"HAMRAH_TELEGRAM_TOKEN": f"{TOKEN}x", "HAMRAH_TELEGRAM_API": api.url}
    (account,) = accounts(read_settings(given, Path("no .env")))
    bot = make_bot(account)
    with pytest.raises(InvalidToken):
        await bot.initialize()
    assert await MessengerChannel(bot, TELEGRAM, Files()).send(ANYBODY, HELLO) == NotSent(
        "token_refused"
    )
    await bot.shutdown()


def units(words: str) -> int:
    return len(words.encode("utf-16-le")) // 2


@given(st.text(st.sampled_from("ab \n🌱س"), max_size=300), st.integers(5, 50))
def test_parts_fit_and_lose_nothing_but_empty_lines(words: str, longest: int) -> None:
    parts = split(words, longest)
    assert all(units(part) <= longest for part in parts)
    assert [it for it in "".join(parts) if not it.isspace()] == [
        it for it in words if not it.isspace()
    ]


@given(st.text(max_size=50), st.integers(2, 60))
def test_what_is_cut_fits_and_says_so(words: str, longest: int) -> None:
    shown = cut(words, longest)
    assert units(shown) <= longest
    assert shown == words or (shown.endswith("…") and words.startswith(shown[:-1]))


def test_a_text_that_fits_stays_whole() -> None:
    assert split("a" * LONGEST) == ["a" * LONGEST]
