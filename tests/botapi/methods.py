"""The methods of the Bot API, one function a method, on parameters already checked by schema."""

import re
import time
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from tests.botapi.bale import OLD_CLIENT
from tests.botapi.errors import bad_request, conflict, too_many_requests
from tests.botapi.markup import accepted, inline
from tests.botapi.schema import UPDATE_TYPES, utf16_length
from tests.botapi.text import parsed
from tests.botapi.wire import Upload
from tests.botapi.world import Body, Chat, Message, World

Parameters = dict[str, Any]

COMMAND = re.compile(r"[a-z0-9_]{1,32}", re.ASCII)
SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}", re.ASCII)
IMAGE_HEADS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")
LONGEST_TEXT, LONGEST_CAPTION = 4096, 1024
LARGEST_PHOTO, LARGEST_DOCUMENT = 10 * 2**20, 50 * 2**20
LARGEST_DOWNLOAD = 20 * 10**6
LONGEST_POLL = 50
MOST_COMMANDS = 100
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
ACTIONS = {
    "typing",
    "upload_photo",
    "record_video",
    "upload_video",
    "record_voice",
    "upload_voice",
    "upload_document",
    "choose_sticker",
    "find_location",
    "record_video_note",
    "upload_video_note",
}
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)
TOO_OLD = "query is too old and response timeout expired or query ID is invalid"
OTHER_POLLER = (
    "terminated by other getUpdates request; make sure that only one bot instance is running"
)
WEBHOOK_ACTIVE = (
    "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook "
    "first"
)


async def get_me(world: World, _: Parameters) -> Body:
    abilities = {
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }
    return world.bot | abilities


async def get_updates(world: World, given: Parameters) -> list[Body]:
    if world.webhook.url:
        raise conflict(WEBHOOK_ACTIVE)
    allow(world, given)
    mine = world.end_poll(OTHER_POLLER)
    world.updates.confirm(given.get("offset", 0))
    timeout = given.get("timeout", 0)
    if not 0 <= timeout <= LONGEST_POLL:
        raise bad_request(f"timeout must be 0-{LONGEST_POLL}")
    until = time.monotonic() + timeout
    while not world.updates.pending and await world.change(until):
        if world.poll != mine:
            raise conflict(world.poll_ended_by)
    return world.updates.pending[: given.get("limit", 100)]


def allow(world: World, given: Parameters) -> None:
    types = given.get("allowed_updates")
    if types is not None and not UPDATE_TYPES.issuperset(types):
        raise bad_request("allowed_updates names an unknown type of update")
    world.updates.allow(types)


async def set_webhook(world: World, given: Parameters) -> bool:
    if not given["url"]:
        return await delete_webhook(world, given)
    check_webhook(given)
    if time.monotonic() < world.webhook.set_at + 1:
        raise too_many_requests(1)
    allow(world, given)
    drop_pending(world, given)
    webhook = world.webhook
    webhook.url = given["url"]
    webhook.secret = given.get("secret_token")
    webhook.allowed = given.get("allowed_updates", webhook.allowed)
    webhook.set_at = time.monotonic()
    world.end_poll("terminated by setWebhook request")
    return True


def check_webhook(given: Parameters) -> None:
    url = urlsplit(given["url"])
    if url.scheme != "https" and url.hostname not in LOOPBACK:
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    if "secret_token" in given and not SECRET.fullmatch(given["secret_token"]):
        raise bad_request("secret token contains unallowed characters")


async def delete_webhook(world: World, given: Parameters) -> bool:
    drop_pending(world, given)
    world.webhook.url = ""
    world.webhook.secret = None
    world.touch()
    return True


def drop_pending(world: World, given: Parameters) -> None:
    if given.get("drop_pending_updates"):
        world.updates.pending.clear()


async def get_webhook_info(world: World, _: Parameters) -> Body:
    webhook = world.webhook
    known = {
        "max_connections": 1 if webhook.url else None,
        "allowed_updates": webhook.allowed,
        "last_error_message": webhook.last_error,
        "last_error_date": webhook.last_error_at,
    }
    return {
        "url": webhook.url,
        "has_custom_certificate": False,
        "pending_update_count": len(world.updates.pending),
    } | {name: value for name, value in known.items() if value is not None}


def text_content(given: Parameters) -> Body:
    text, entities = parsed(given["text"], given.get("parse_mode"), given.get("entities", []))
    if not text:
        raise bad_request("message text is empty")
    if utf16_length(text) > LONGEST_TEXT:
        raise bad_request("message is too long")
    return {"text": text} | ({"entities": entities} if entities else {})


def caption_content(given: Parameters) -> Body:
    written = given.get("caption", "")
    text, entities = parsed(written, given.get("parse_mode"), given.get("caption_entities", []))
    if utf16_length(text) > LONGEST_CAPTION:
        raise bad_request("message caption is too long")
    captioned = {"caption": text} if text else {}
    return captioned | ({"caption_entities": entities} if entities else {})


def sent(world: World, given: Parameters, content: Body) -> Body:
    chat = world.open_chat(given["chat_id"])
    markup = accepted(given.get("reply_markup"))
    answered = answered_message(chat, given.get("reply_parameters"))
    message = world.store_message(chat, world.bot, content | answered, markup)
    return message.told


def answered_message(chat: Chat, reply: Body | None) -> Body:
    if reply is None:
        return {}
    if message := chat.messages.get(reply["message_id"]):
        return {"reply_to_message": message.body}
    if reply.get("allow_sending_without_reply"):
        return {}
    raise bad_request("message to be replied not found")


async def send_message(world: World, given: Parameters) -> Body:
    return sent(world, given, text_content(given))


async def send_photo(world: World, given: Parameters) -> Body:
    content = file_content(world, given["photo"], LARGEST_PHOTO)
    if not content.startswith(IMAGE_HEADS):
        raise bad_request("IMAGE_PROCESS_FAILED")
    stored = world.store_file("photos", "photo.jpg", content)
    sizes = [stored | {"width": 800, "height": 600, "file_size": len(content)}]
    return sent(world, given, {"photo": sizes} | caption_content(given))


async def send_document(world: World, given: Parameters) -> Body:
    document = given["document"]
    content = file_content(world, document, LARGEST_DOCUMENT)
    name = document.name if isinstance(document, Upload) else "document"
    stored = world.store_file("documents", name, content)
    described = stored | {"file_name": name, "file_size": len(content)}
    return sent(world, given, {"document": described} | caption_content(given))


def file_content(world: World, given: Upload | str, largest: int) -> bytes:
    if isinstance(given, str):
        return world.stored(given).content
    if not given.content:
        raise bad_request("file must be non-empty")
    if len(given.content) > largest:
        raise bad_request("file is too big")
    return given.content


def edited_message(world: World, given: Parameters) -> tuple[Chat, Message]:
    for name in ("chat_id", "message_id"):
        if name not in given:
            raise bad_request("message identifier is not specified")
    chat = world.open_chat(given["chat_id"])
    message = chat.messages.get(given["message_id"])
    if message is None:
        raise bad_request("message to edit not found")
    if not message.by_bot or message.markup != inline(message.markup):
        raise bad_request("message can't be edited")
    return chat, message


def edit(world: World, message: Message, content: Body, given: Parameters) -> Body:
    """An edit that names no keyboard takes the keyboard away."""
    markup = accepted(given.get("reply_markup"))
    kept = {k: v for k, v in message.body.items() if k not in {"text", "entities", "edit_date"}}
    edited_on = {"edit_date": message.body["edit_date"]} if "edit_date" in message.body else {}
    if (kept | content | edited_on, markup) == (message.body, message.markup):
        raise bad_request(NOT_MODIFIED)
    message.edits.append(message.told)
    message.body = kept | content | {"edit_date": int(time.time())}
    message.markup = markup
    world.mark_changed(message)
    return message.told


async def edit_message_text(world: World, given: Parameters) -> Body:
    if "text" not in given:
        raise bad_request("message text is empty")
    _, message = edited_message(world, given)
    if "text" not in message.body:
        raise bad_request("there is no text in the message to edit")
    return edit(world, message, text_content(given), given)


async def edit_message_reply_markup(world: World, given: Parameters) -> Body:
    _, message = edited_message(world, given)
    kept = {k: v for k, v in message.body.items() if k in {"text", "entities"}}
    return edit(world, message, kept, given)


async def delete_message(world: World, given: Parameters) -> bool:
    chat = world.open_chat(given["chat_id"])
    message = chat.messages.get(given["message_id"])
    if message is None:
        raise bad_request("message to delete not found")
    if not (message.by_bot or chat.is_private):
        raise bad_request("message can't be deleted")
    del chat.messages[given["message_id"]]
    world.touch()
    return True


async def answer_callback_query(world: World, given: Parameters) -> bool:
    tap = world.taps.get(given["callback_query_id"])
    if tap is None or tap.expired or tap.answered:
        raise bad_request(TOO_OLD)
    tap.answered = True
    shown = {
        "callback_query_id": given["callback_query_id"],
        "text": given.get("text", ""),
        "show_alert": given.get("show_alert", False),
    }
    is_old_client = world.is_bale and given["callback_query_id"].startswith(OLD_CLIENT)
    if shown["text"] and not is_old_client:
        tap.chat.popups.append(shown)
    world.touch()
    return True


def scope_key(world: World, given: Parameters) -> tuple[str, str]:
    scope = given.get("scope", {"type": "default"})
    if "chat_id" in scope:
        world.chat(scope["chat_id"])
    language = given.get("language_code", "")
    if not re.fullmatch(r"([a-z]{2})?", language):
        raise bad_request("invalid language code specified")
    parts = (scope["type"], scope.get("chat_id"), scope.get("user_id"))
    return ":".join(str(part) for part in parts if part is not None), language


async def set_my_commands(world: World, given: Parameters) -> bool:
    if len(given["commands"]) > MOST_COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    for command in given["commands"]:
        if not COMMAND.fullmatch(command["command"]):
            raise bad_request("BOT_COMMAND_INVALID")
        if not command["description"].strip():
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    world.commands[scope_key(world, given)] = given["commands"]
    return True


async def delete_my_commands(world: World, given: Parameters) -> bool:
    world.commands.pop(scope_key(world, given), None)
    return True


async def leave_chat(world: World, given: Parameters) -> bool:
    chat = world.open_chat(given["chat_id"])
    if chat.is_private:
        raise bad_request("chat member status can't be changed in private chats")
    chat.left = True
    world.touch()
    return True


async def get_file(world: World, given: Parameters) -> Body:
    file = world.stored(given["file_id"])
    if len(file.content) > LARGEST_DOWNLOAD:
        raise bad_request("file is too big")
    return {
        "file_id": given["file_id"],
        "file_unique_id": f"unique-{given['file_id']}",
        "file_size": len(file.content),
        "file_path": file.path,
    }


async def send_chat_action(world: World, given: Parameters) -> bool:
    chat = world.open_chat(given["chat_id"])
    if given["action"] not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    chat.actions.append(given["action"])
    return True


async def log_out(world: World, _: Parameters) -> bool:
    world.logged_out = True
    return True


async def close(_world: World, _: Parameters) -> bool:
    return True


PLAYED: dict[str, Callable[[World, Parameters], Awaitable[object]]] = {
    "getMe": get_me,
    "getUpdates": get_updates,
    "setWebhook": set_webhook,
    "deleteWebhook": delete_webhook,
    "getWebhookInfo": get_webhook_info,
    "sendMessage": send_message,
    "sendPhoto": send_photo,
    "sendDocument": send_document,
    "editMessageText": edit_message_text,
    "editMessageReplyMarkup": edit_message_reply_markup,
    "deleteMessage": delete_message,
    "answerCallbackQuery": answer_callback_query,
    "setMyCommands": set_my_commands,
    "deleteMyCommands": delete_my_commands,
    "leaveChat": leave_chat,
    "getFile": get_file,
    "sendChatAction": send_chat_action,
    "logOut": log_out,
    "close": close,
}
