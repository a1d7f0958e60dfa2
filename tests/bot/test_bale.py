"""What leaves reaches the phones of a played Bale, and what comes from there is read."""

import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram import Bot
from telegram.error import InvalidToken

from bot.sending.files import Files
from bot.sending.link_pictures import picture
from bot.sending.outgoing import (
    Attachment,
    Change,
    Destination,
    Document,
    Invitation,
    Menu,
    Outgoing,
    Picture,
    Remove,
    Sent,
    Slower,
    TapAnswer,
    Unknown,
    Unreachable,
    Words,
)
from bot.settings import read_settings
from bot.telegram.bale import mended, unmarked
from bot.telegram.connection import make_bot
from bot.telegram.dialects import BALE, Account, accounts
from bot.telegram.sending import MessengerChannel
from bot.telegram.updates import read_update
from bot.turn.incoming import Incoming, Tapped, Typed
from bot.turn.incoming import Sent as SentIn
from storage.web_chats import File
from tests.bot.test_serious_event import page
from tests.botapi.client import BALE_TOKEN, BotApi, Phone

HELLO = Words("Hello", ((("Yes", "a:1"), ("No", "a:2")),))


@pytest.fixture(scope="module")
def bale() -> Iterator[BotApi]:
    with BotApi.start_bale() as bale:
        yield bale


@pytest.fixture
def phone(bale: BotApi) -> Phone:
    bale.reset()
    return bale.phone(started=True)


def account(bale: BotApi, token: str = BALE_TOKEN) -> Account:
    given = {"HAMRAH_BALE_TOKEN": token, "HAMRAH_BALE_API": bale.url}
    (account,) = accounts(read_settings(given, Path("no .env")))
    return account


@pytest.fixture
async def bot(bale: BotApi, phone: Phone) -> AsyncIterator[Bot]:
    bot = make_bot(account(bale))
    await bot.initialize()
    yield bot
    await bot.shutdown()


@pytest.fixture
def channel(bot: Bot) -> MessengerChannel:
    files = Files()
    channel = MessengerChannel(bot, BALE, files)
    files.keepers["bale"] = channel
    return channel


def address(phone: Phone) -> Destination:
    return Destination(1, None, str(phone.chat_id))


async def received(bot: Bot) -> Incoming:
    """The newest update, on the way on which the service fetches it."""
    batch = await bot.do_api_request("getUpdates", {"timeout": 0})
    incoming = read_update(batch[-1], BALE)
    assert incoming is not None
    return incoming


@pytest.mark.parametrize(
    "outgoing",
    [
        HELLO,
        TapAnswer("bale/2", None),
        Menu((("help", "What can I do"),)),
        Invitation("https://ble.ir/a_bot?start=c0de", "Open https://ble.ir/a_bot?start=c0de"),
        Document(page("fa", None)),
        Picture(picture("a scalp"), "P-001: Vertex"),
    ],
)
async def test_bale_is_asked_for_nothing_that_it_does_not_know(
    channel: MessengerChannel, bale: BotApi, phone: Phone, outgoing: Outgoing
) -> None:
    await channel.send(address(phone), outgoing)
    refused = [call.outcome for call in bale.calls() if call.outcome and not call.ok]
    assert not [it for it in refused if "no " in it["description"]]
    assert "setMyCommands" not in {call.method for call in bale.calls()}


async def test_a_menu_counts_as_sent(channel: MessengerChannel, phone: Phone) -> None:
    assert await channel.send(address(phone), Menu((("help", "Help"),))) == Sent()
    assert phone.messages() == []


async def test_a_change_is_understood_though_its_answer_has_no_date(
    channel: MessengerChannel, phone: Phone
) -> None:
    await channel.send(address(phone), HELLO)
    (before,) = phone.messages()
    for _ in range(2):
        assert await channel.send(address(phone), Change(str(before.id), Words("Bye"))) == Sent()
    (after,) = phone.messages()
    assert (after.text, after.buttons) == ("Bye", ())
    assert await channel.send(address(phone), Change("4000", HELLO)) == Sent()
    assert phone.texts() == ["Bye", "Hello"]


async def test_a_tap_is_read_though_fields_are_missing(
    channel: MessengerChannel, bot: Bot, phone: Phone
) -> None:
    await channel.send(address(phone), HELLO)
    query = phone.tap("Yes")["callback_query"]
    assert "chat_instance" not in query
    incoming = await received(bot)
    assert (incoming.channel, incoming.language) == ("bale", None)
    tapped = incoming.content
    assert tapped == Tapped("a:1", f"bale/{query['id']}", str(query["message"]["message_id"]))
    assert await channel.send(address(phone), TapAnswer(tapped.tap, "x" * 300)) == Sent()
    (popup,) = phone.popups()
    assert (len(popup.text), popup.show_alert) == (200, True)
    assert phone.spinning() == 0


async def test_a_link_is_read_though_its_command_is_not_marked(bot: Bot, phone: Phone) -> None:
    update = phone.send("/start c0de")
    assert "entities" not in update["message"]
    assert (await received(bot)).content == Typed("/start c0de")


async def test_a_message_without_a_date_was_sent_nobody_knows_when(
    bot: Bot, bale: BotApi, phone: Phone
) -> None:
    chat = {"id": phone.chat_id, "type": "private", "first_name": "Sara"}
    bale.push({"message": {"message_id": 7, "chat": chat, "from": chat | {"is_bot": False}}})
    bare = {"message_id": 8, "chat": chat, "text": "سلام"}
    bale.push({"message": bare})
    incoming = await received(bot)
    assert (incoming.content, incoming.sent_at) == (Typed("سلام"), None)


async def test_old_clients_are_sent_what_others_see_in_a_pop_up(
    bale: BotApi, bot: Bot, channel: MessengerChannel, phone: Phone
) -> None:
    """But for what may stand in no chat."""
    old = bale.phone(started=True, old_client=True)
    await channel.send(address(old), HELLO)
    for answer, said in [(("Done", None), "Done"), (("Group B", "Update it"), "Update it")]:
        old.tap("Yes")
        tapped = (await received(bot)).content
        assert isinstance(tapped, Tapped)
        assert await channel.send(address(old), TapAnswer(tapped.tap, *answer)) == Sent()
        assert old.texts()[-1] == said
        assert (old.popups(), old.spinning()) == ([], 0)
    old.tap("No")
    tapped = (await received(bot)).content
    assert isinstance(tapped, Tapped)
    assert await channel.send(address(old), TapAnswer(tapped.tap, None)) == Sent()
    assert len(old.texts()) == 3
    assert old.spinning() == 0


async def test_files_are_known_as_bales(channel: MessengerChannel, bot: Bot, phone: Phone) -> None:
    phone.send_file("photo", b"\xff\xd8\xff mine")
    content = (await received(bot)).content
    assert isinstance(content, SentIn)
    assert content.file is not None
    assert content.file.startswith("photo:bale/")
    fetched = await channel._files.fetch(content.file)
    assert (fetched.type, fetched.content) == ("image/jpeg", b"\xff\xd8\xff mine")
    assert await channel.send(address(phone), Attachment(content.file)) == Sent()
    assert phone.messages()[-1].body["photo"]


class Kept:
    """A photo that Telegram keeps."""

    async def fetch(self, file: str) -> File:
        return File("image/jpeg", f"{file}.jpg", b"\xff\xd8\xff of Telegram")


async def test_what_telegram_keeps_is_sent_whole(channel: MessengerChannel, phone: Phone) -> None:
    """A number of Telegram's says nothing to Bale, or something else."""
    channel._files.keepers["telegram"] = Kept()
    assert await channel.send(address(phone), Attachment("photo:AgAC-1")) == Sent()
    assert phone.messages()[-1].body["document"]["file_name"] == "AgAC-1.jpg"


async def test_refusals_tell_what_to_do(
    channel: MessengerChannel, bale: BotApi, phone: Phone
) -> None:
    bale.fail("sendMessage", "flood")
    assert await channel.send(address(phone), HELLO) == Slower(5)
    bale.fail("sendMessage", "broken")
    assert await channel.send(address(phone), HELLO) == Unknown("no_answer")
    assert await channel.send(Destination(1, None, "404"), HELLO) == Unreachable("chat_not_found")
    phone.block()
    assert await channel.send(address(phone), HELLO) == Unreachable("forbidden")


async def test_a_token_that_is_refused_is_known_as_such(bale: BotApi) -> None:
    bot = make_bot(account(bale, f"{BALE_TOKEN}x"))
    with pytest.raises(InvalidToken):
        await bot.initialize()
    await bot.shutdown()


@pytest.mark.parametrize("said", ["bot limit exceed", "local_rate_limited", "flood"])
def test_a_flood_is_waited_for_whatever_its_status(said: str) -> None:
    status = 420 if said == "flood" else 400
    content = json.dumps({"ok": False, "error_code": status, "description": said}).encode()
    mended_status, answer = mended(status, content)
    assert (mended_status, json.loads(answer)["parameters"]) == (429, {"retry_after": 5})


NESTED = b'{"ok":true,"result":' + b"[" * 100_000 + b"]" * 100_000 + b"}"


@pytest.mark.parametrize(
    "content",
    [b"", b"<html>Bad Gateway</html>", b"\xff\xfe", b"[1]", NESTED],
    ids=["nothing", "page", "no UTF-8", "list", "nested"],
)
def test_what_is_no_answer_stays_as_it_is(content: bytes) -> None:
    assert mended(502, content) == (502, content)


async def test_what_somebody_wrote_is_shown_as_written(
    channel: MessengerChannel, phone: Phone
) -> None:
    """Bale makes bold and slanted letters and links of it, and drops the marks."""
    words = "*خیلی* می‌ریزد _از دیروز_ [عکس](http://x.ir) ```همین``` /correct_rating"
    await channel.send(address(phone), Words(words))
    await channel.send(address(phone), Invitation("https://x", words))
    for shown in phone.texts():
        assert len(shown) >= len(words)
        assert shown.endswith(" /correct_rating")
        assert "http://x.ir" in shown


@given(st.text(st.sampled_from("ab *_`[]()\n") | st.characters()))
def test_a_text_loses_nothing_on_the_way_to_bale(words: str) -> None:
    shown = unmarked(words)
    assert len(shown.replace("] (", "](")) == len(words.replace("] (", "]("))
    assert unmarked(shown) == shown


@pytest.mark.parametrize(
    "words",
    [
        "https://ble.ir/hamrah_bot?start=_a*b_",
        "see https://ble.ir/a_b_c?start=__x__ soon",
        "/correct_rating, /end_role",
        "P-001: 12.5",
    ],
)
def test_links_commands_and_codes_stay_as_they_are(words: str) -> None:
    assert unmarked(words) == words


async def test_what_was_sent_leaves_the_chat(channel: MessengerChannel, phone: Phone) -> None:
    shown = await channel.send(address(phone), Picture(picture("a scalp"), "P-001"))
    assert isinstance(shown, Sent)
    assert shown.message is not None
    assert await channel.send(address(phone), Remove(shown.message)) == Sent()
    assert phone.messages() == []
