"""What Telegram brings, as turns take it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.telegram.dialects import TELEGRAM
from bot.telegram.updates import read_update
from bot.turn.incoming import (
    AddedToGroup,
    BlockedBot,
    Content,
    Edited,
    Incoming,
    Sent,
    Tapped,
    Typed,
    UnblockedBot,
)

SARA = {"id": 6000000001, "is_bot": False, "first_name": "سارا", "language_code": "fa"}
BOT = {"id": 5000000001, "is_bot": True, "first_name": "Hamrah", "username": "hamrah_bot"}
CHAT = {"id": 6000000001, "type": "private", "first_name": "سارا"}
GROUP = {"id": -1006000000001, "type": "supergroup", "title": "Group"}
DATE = 1_790_000_000
FILE = {"file_id": "AgAC-1", "file_unique_id": "1"}

Json = dict[str, Any]


def message(chat: Json = CHAT, **content: Any) -> Json:
    return {"message_id": 12, "date": DATE, "chat": chat, "from": SARA} | content


def read(**content: Any) -> Incoming | None:
    return read_update({"update_id": 77} | content, TELEGRAM)


def content_of(**content: Any) -> Content:
    incoming = read(message=message(**content))
    assert incoming is not None
    return incoming.content


def test_a_text_comes_with_its_sender_language_and_time() -> None:
    assert read(message=message(text="سلام")) == Incoming(
        "telegram",
        77,
        "6000000001",
        Typed("سلام"),
        "fa",
        datetime.fromtimestamp(DATE, UTC),
        str(message()["message_id"]),
    )


def test_a_command_a_forwarded_message_and_a_reply_are_texts() -> None:
    origin = {"type": "hidden_user", "sender_user_name": "Somebody", "date": DATE}
    assert content_of(text="/start abc") == Typed("/start abc")
    assert content_of(text="hm", forward_origin=origin) == Typed("hm")
    assert content_of(text="yes", reply_to_message=message(text="?")) == Typed("yes")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ({"voice": FILE | {"duration": 3}}, Sent("", "voice:AgAC-1")),
        ({"document": FILE, "caption": "see"}, Sent("see", "document:AgAC-1")),
        (
            {"document": FILE, "animation": FILE | {"width": 1, "height": 1, "duration": 1}},
            Sent("", "animation:AgAC-1"),
        ),
        (
            {"photo": [FILE | {"width": 1, "height": 1}, FILE | {"width": 9, "height": 9}]},
            Sent("", "photo:AgAC-1"),
        ),
        (
            {"contact": {"phone_number": "98912", "first_name": "Ali"}},
            Sent("Ali 98912", None),
        ),
        ({"location": {"latitude": 36.5, "longitude": 53.0}}, Sent("36.5, 53.0", None)),
        ({"dice": {"value": 3, "emoji": "🎲"}}, Sent("", None)),
        ({"a_kind_of_next_year": {"words": "…"}}, Sent("", None)),
    ],
)
def test_what_is_no_text_is_sent_all_the_same(content: Json, expected: Sent) -> None:
    assert content_of(**content) == expected


def test_halves_of_letters_are_marked_for_no_database_keeps_them() -> None:
    """JSON can hold them, and whoever forges an update can send them."""
    half = "\ud83d"
    file = FILE | {"file_id": f"AgAC-{half}"}
    assert content_of(text=f"it {half} itches") == Typed("it ? itches")
    assert content_of(document=file, caption=half) == Sent("?", "document:AgAC-?")


def test_what_telegram_tells_about_a_chat_is_nobodys_word() -> None:
    assert read(message=message(pinned_message=message(text="?"))) is None
    assert (
        read(message=message(message_auto_delete_timer_changed={"message_auto_delete_time": 1}))
        is None
    )
    assert read(poll_answer={"poll_id": "1", "option_ids": [], "option_persistent_ids": []}) is None


def test_an_edit_says_only_that_it_is_one() -> None:
    edited = read(edited_message=message(text="other", edit_date=DATE + 5))
    assert edited is not None
    assert edited.content == Edited()


def test_a_location_that_moves_is_no_edit() -> None:
    place = {"latitude": 36.5, "longitude": 53.0, "live_period": 900}
    assert read(edited_message=message(location=place, edit_date=DATE)) is None


def tap(**query: Any) -> Incoming:
    given = {"id": "tap-1", "from": SARA, "chat_instance": "1", "data": "a:1:2:MI"}
    read_tap = read(callback_query=given | query)
    assert read_tap is not None
    return read_tap


def test_a_tap_knows_its_button_and_its_message() -> None:
    tapped = tap(message=message(text="?"))
    assert tapped.content == Tapped("a:1:2:MI", "tap-1", "12")
    assert (tapped.address, tapped.sent_at) == ("6000000001", None)


def test_a_tap_on_a_message_that_is_gone_is_still_a_tap() -> None:
    gone = {"chat": CHAT, "message_id": 9, "date": 0}
    assert tap(message=gone).content == Tapped("a:1:2:MI", "tap-1", "9")
    assert tap(message=None).address == "6000000001"
    assert tap(message=None).content == Tapped("a:1:2:MI", "tap-1", None)


def test_a_tap_without_data_is_answered_too() -> None:
    assert tap(data=None, message=message(text="?")).content == Tapped("", "tap-1", "12")


def membership(chat: Json, before: str, after: str) -> Incoming | None:
    def member(status: str) -> Json:
        return {"user": BOT, "status": status, "until_date": 0}

    change = {"chat": chat, "from": SARA, "date": DATE}
    return read(
        my_chat_member=change
        | {"old_chat_member": member(before), "new_chat_member": member(after)}
    )


def test_blocking_and_unblocking_are_heard() -> None:
    blocked = membership(CHAT, "member", "kicked")
    assert blocked is not None
    assert (blocked.content, blocked.address) == (BlockedBot(), "6000000001")
    unblocked = membership(CHAT, "kicked", "member")
    assert unblocked is not None
    assert (unblocked.content, unblocked.address) == (UnblockedBot(), "6000000001")
    assert membership(CHAT, "member", "left") is None


def test_groups_are_left() -> None:
    added = membership(GROUP, "left", "member")
    assert added is not None
    assert (added.content, added.address) == (AddedToGroup(), "-1006000000001")
    assert content_of(chat=GROUP, text="hello") == AddedToGroup()
    assert tap(message=message(GROUP, text="?")).content == AddedToGroup()
    assert membership(GROUP, "member", "left") is None
    assert read(message=message(GROUP, left_chat_member=BOT)) is None


@pytest.mark.parametrize(
    "raw",
    [
        {},
        {"update_id": "77", "message": message(text="x")},
        {"update_id": None},
        {"update_id": 2**63, "message": message(text="x")},
        {"update_id": 77, "message": {"message_id": 1}},
        {"update_id": 77, "message": message(chat={"type": "private"}, text="x")},
        {"update_id": 77, "callback_query": {"id": "1"}},
        {"update_id": 77, "message": "text"},
    ],
)
def test_what_is_malformed_raises(raw: Json) -> None:
    with pytest.raises((TypeError, KeyError, ValueError, AttributeError)):
        read_update(raw, TELEGRAM)


def test_an_update_shows_nothing_personal() -> None:
    shown = repr(read(message=message(text="my hair", caption="x")))
    assert "6000000001" not in shown
    assert "hair" not in shown
