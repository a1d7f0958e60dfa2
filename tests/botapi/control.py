"""The hands of the tests: what people do on their phones, and what goes wrong on purpose.

A request for something a phone could not do is answered with 409 and the reason.
"""

import base64
import dataclasses
import itertools
import time
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.botapi import bale
from tests.botapi.faults import Fault
from tests.botapi.markup import buttons, inline
from tests.botapi.text import cleaned, commands, trimmed
from tests.botapi.updates import Update
from tests.botapi.world import Body, Chat, Message, Tap, World


class ImpossibleError(Exception):
    """Something a phone could not do."""


Action = Callable[[World, dict[str, Any]], object]
MEMBER_UNTIL = {"until_date": 0}


def add_person(world: World, given: dict[str, Any]) -> Body:
    started, old_client = given.pop("started", False), given.pop("old_client", False)
    person = world.add_person(given, started=started)
    if old_client:
        world.old_clients.add(person["id"])
    return person


def add_group(world: World, given: dict[str, Any]) -> Body:
    group = world.add_group(given)
    membership(world, world.chats[group["id"]], world.bot, "left", "member")
    return group


def find_chat(world: World, chat_id: int) -> Chat:
    if chat_id not in world.chats:
        raise ImpossibleError("there is no such chat")
    return world.chats[chat_id]


def reachable_chat(world: World, chat_id: int) -> Chat:
    chat = find_chat(world, chat_id)
    if chat.blocked or chat.left:
        raise ImpossibleError("the bot is blocked in this chat, or has left it")
    return chat


def write(world: World, given: dict[str, Any]) -> Update | None:
    """A person sends a text, or `content`: a sticker, voice, photo, document or contact."""
    chat = reachable_chat(world, given["chat_id"])
    chat.started = True
    content = text_content(given["text"]) if "text" in given else written_content(world, given)
    if name := given.get("forwarded_from"):
        content |= {"forward_origin": forward_origin(name)}
    message = world.store_message(chat, world.users[given["person_id"]], content)
    return happened(world, "message", message.body)


def text_content(written: str) -> Body:
    text, entities = trimmed(cleaned(written), commands(cleaned(written)))
    return {"text": text} | ({"entities": entities} if entities else {})


def forward_origin(name: str) -> Body:
    return {"type": "hidden_user", "sender_user_name": name, "date": int(time.time())}


def written_content(world: World, given: dict[str, Any]) -> Body:
    """A photo or a document can have a `content` of its own, in base64."""
    facts: Body = given.get("facts", {})
    own = base64.b64decode(given["content"]) if "content" in given else None
    match given["kind"]:
        case "contact":
            return {"contact": facts}
        case "photo":
            file = world.store_file("photos", "photo.jpg", own or b"\xff\xd8\xff a photo")
            return {"photo": [file | {"width": 90, "height": 60}]} | facts
        case "voice":
            file = world.store_file("voice", "voice.oga", b"OggS a voice")
            return {"voice": file | {"duration": 3}} | facts
        case "document":
            file = world.store_file("documents", "file.pdf", own or b"%PDF a document")
            return {"document": file | {"file_name": "file.pdf"}} | facts
        case "sticker":
            file = world.store_file("stickers", "sticker.webp", b"RIFF a sticker")
            shape = {"width": 512, "height": 512, "is_animated": False, "is_video": False}
            return {"sticker": file | shape | {"type": "regular"}} | facts
        case unknown:
            raise ImpossibleError(f"no phone sends {unknown}")


def rewrite(world: World, given: dict[str, Any]) -> Update | None:
    chat = reachable_chat(world, given["chat_id"])
    message = chat.messages[given["message_id"]]
    if message.by_bot or "text" not in message.body:
        raise ImpossibleError("a person edits only a text of their own")
    message.edits.append(message.body)
    kept = {name: part for name, part in message.body.items() if name != "entities"}
    edited = {"edit_date": int(time.time())}
    message.body = kept | text_content(given["text"]) | edited
    world.mark_changed(message)
    return happened(world, "edited_message", message.body)


def tap(world: World, given: dict[str, Any]) -> Update | None:
    """A press on a button of a message; `forged` data need not be on any button."""
    chat = reachable_chat(world, given["chat_id"])
    message = chat.messages.get(given["message_id"])
    if not given.get("forged"):
        require_button(message, given["data"])
    gone = {"chat": chat.body, "message_id": given["message_id"], "date": 0}
    query = {
        "id": world.fresh_tap(given["person_id"]),
        "from": world.users[given["person_id"]],
        "message": message.told if message else gone,
        "chat_instance": str(chat.body["id"]),
        "data": given["data"],
    }
    world.taps[query["id"]] = Tap(chat)
    return happened(world, "callback_query", query)


def require_button(message: Message | None, data: str) -> None:
    on_screen = buttons(inline(message.markup)) if message else []
    if data not in {button.get("callback_data") for button in on_screen}:
        raise ImpossibleError("no such button is on the screen")


def happened(world: World, kind: str, content: Body) -> Update | None:
    told = bale.update(kind, content) if world.is_bale else content
    update = None if told is None else world.updates.happened(kind, told)
    world.touch()
    return update


def block(world: World, given: dict[str, Any]) -> None:
    chat = find_chat(world, given["chat_id"])
    blocked = given["blocked"]
    if chat.blocked == blocked:
        raise ImpossibleError("the chat is so already")
    chat.blocked = blocked
    states = ("member", "kicked") if blocked else ("kicked", "member")
    membership(world, chat, world.users.get(given["chat_id"], world.bot), *states)


def membership(world: World, chat: Chat, by: Body, before: str, after: str) -> None:
    change = {
        "chat": chat.body,
        "from": by,
        "date": int(time.time()),
        "old_chat_member": {"user": world.bot, "status": before} | MEMBER_UNTIL,
        "new_chat_member": {"user": world.bot, "status": after} | MEMBER_UNTIL,
    }
    happened(world, "my_chat_member", change)


def push_raw(world: World, given: dict[str, Any]) -> Update:
    """An update as it stands; only an absent update_id is filled in."""
    update: Update = given["update"]
    update = update if "update_id" in update else world.updates.numbered(update)
    world.updates.history[update["update_id"]] = update
    world.updates.enqueue(update)
    world.touch()
    return update


def repeat(world: World, given: dict[str, Any]) -> Update:
    """The same update again; under a fresh update_id a tap is a query of its own, as on phones."""
    update = world.updates.history[given["update_id"]]
    if given["fresh"]:
        update = world.updates.renumbered(update)
        if query := update.get("callback_query"):
            update["callback_query"] = query | {"id": world.fresh_id()}
            world.taps[update["callback_query"]["id"]] = Tap(world.chats[query["from"]["id"]])
        world.updates.history[update["update_id"]] = update
    world.updates.enqueue(update)
    world.touch()
    return update


def hold(world: World, _: dict[str, Any]) -> None:
    world.updates.hold()


def release(world: World, given: dict[str, Any]) -> None:
    world.updates.release(given.get("order"), renumber=given.get("renumber", False))
    world.touch()


def renumber(world: World, given: dict[str, Any]) -> None:
    world.updates.next_id = given["next_id"]


def expire_taps(world: World, _: dict[str, Any]) -> None:
    for waiting in world.taps.values():
        waiting.expired = True


def add_fault(world: World, given: dict[str, Any]) -> None:
    world.faults.waiting.append(Fault(**given))


def clear_faults(world: World, _: dict[str, Any]) -> None:
    world.faults.waiting.clear()


def shift_date(world: World, given: dict[str, Any]) -> None:
    world.seconds_ahead = given["seconds"]


def show_chat(world: World, given: dict[str, Any]) -> Body:
    chat = find_chat(world, given["chat_id"])
    return {
        "messages": [shown(message) for message in chat.messages.values()],
        "popups": chat.popups,
        "spinning": sum(tap.chat is chat and not tap.answered for tap in world.taps.values()),
        "reply_keyboard": reply_keyboard(chat),
        "actions": chat.actions,
        "blocked": chat.blocked,
        "left": chat.left,
    }


def shown(message: Message) -> Body:
    return {
        "body": message.told,
        "by_bot": message.by_bot,
        "edits": message.edits,
        "changed": message.changed,
    }


def reply_keyboard(chat: Chat) -> Body | None:
    """The keyboard below the chat is the last one sent, until it is removed."""
    for message in reversed(chat.messages.values()):
        markup = message.markup or {}
        if "keyboard" in markup or "remove_keyboard" in markup:
            return markup if "keyboard" in markup else None
    return None


def show_updates(world: World, _: dict[str, Any]) -> Body:
    return {"pending": world.updates.pending, "held": world.updates.held}


def show_calls(world: World, given: dict[str, Any]) -> list[Body]:
    method = given.get("method")
    return [dataclasses.asdict(call) for call in world.calls if method in {None, call.method}]


def show_commands(world: World, given: dict[str, Any]) -> list[Body]:
    """The menu of a private chat: the narrowest scope wins, then the language before none."""
    scopes = (f"chat:{given['chat_id']}", "all_private_chats", "default")
    for key in itertools.product(scopes, (given["language_code"], "")):
        if key in world.commands:
            return world.commands[key]
    return []


ACTIONS: dict[str, Action] = {
    "add-person": add_person,
    "add-group": add_group,
    "write": write,
    "rewrite": rewrite,
    "tap": tap,
    "block": block,
    "push": push_raw,
    "repeat": repeat,
    "hold": hold,
    "release": release,
    "renumber": renumber,
    "expire-taps": expire_taps,
    "add-fault": add_fault,
    "clear-faults": clear_faults,
    "shift-date": shift_date,
    "show-chat": show_chat,
    "show-updates": show_updates,
    "show-calls": show_calls,
    "show-commands": show_commands,
}


async def act(request: Request) -> Response:
    action = ACTIONS[request.path_params["action"]]
    try:
        return JSONResponse(action(request.app.state.world, await request.json()))
    except ImpossibleError as error:
        return JSONResponse({"impossible": str(error)}, status_code=409)


async def changes(request: Request) -> Response:
    """Answers as soon as the world is at another version than `after`, or `wait` seconds later."""
    world: World = request.app.state.world
    given = await request.json()
    until = time.monotonic() + given["wait"]
    while world.version == given["after"] and await world.change(until):
        pass
    return JSONResponse(world.version)


def routes(reset: Callable[[Request], Awaitable[Response]]) -> list[Route]:
    return [
        Route("/control/reset", reset, methods=["POST"]),
        Route("/control/changes", changes, methods=["POST"]),
        Route("/control/{action}", act, methods=["POST"]),
    ]
