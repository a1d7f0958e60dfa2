"""Checks a call against the description of the Bot API.

Every parameter is known, of its type, within its limits, and there when it is required. What the
real server ignores or cuts to size is refused here: an ignored parameter hides a mistake.
"""

import json
import re
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.botapi.errors import ApiError, bad_request
from tests.botapi.wire import Upload

SCHEMA: dict[str, Any] = json.loads(
    Path(__file__).with_name("schema.json").read_text(encoding="utf-8")
)
METHODS: dict[str, dict[str, Any]] = SCHEMA["methods"]
TYPES: dict[str, dict[str, Any]] = SCHEMA["types"]
UPDATE_TYPES: frozenset[str] = frozenset(SCHEMA["update_types"])

NOT_PLAYED = frozenset(
    {
        "allow_paid_broadcast",
        "business_connection_id",
        "certificate",
        "direct_messages_topic_id",
        "inline_message_id",
        "message_effect_id",
        "message_thread_id",
        "rich_message",
        "suggested_post_parameters",
    }
)
ARRAY = "Array of "
WORDED_BY_SERVER = {
    ("InlineKeyboardButton", "callback_data"): "BUTTON_DATA_INVALID",
    ("BotCommand", "command"): "BOT_COMMAND_INVALID",
    ("BotCommand", "description"): "BOT_COMMAND_DESCRIPTION_INVALID",
    ("answerCallbackQuery", "text"): "MESSAGE_TOO_LONG",
}


@dataclass(frozen=True)
class MismatchError(Exception):
    """A value that is not of the type it was tried against."""

    reason: str


def checked(method: str, raw: dict[str, object]) -> dict[str, Any]:
    """The parameters of a call as typed values, or the refusal the caller gets."""
    given = with_attached(raw, METHODS[method].keys())
    known_only(method, METHODS[method], given)
    return {name: checked_parameter(method, name, value) for name, value in given.items()}


def with_attached(raw: dict[str, object], known: AbstractSet[str]) -> dict[str, object]:
    """A parameter `attach://x` stands for the file uploaded as x."""
    files = {
        f"attach://{name}": value
        for name, value in raw.items()
        if isinstance(value, Upload) and name not in known
    }
    given = {name: value for name, value in raw.items() if f"attach://{name}" not in files}
    named = {name: value for name, value in given.items() if isinstance(value, str)}
    if not files.keys() <= set(named.values()):
        raise bad_request("a file is uploaded that no parameter names")
    return given | {name: files[value] for name, value in named.items() if value in files}


def known_only(method: str, fields: dict[str, Any], raw: dict[str, object]) -> None:
    if unknown := raw.keys() - fields.keys():
        raise bad_request(f"{method} has no parameter {min(unknown)}")
    if unplayed := raw.keys() & NOT_PLAYED:
        raise bad_request(f"parameter {min(unplayed)} is not played by this server")
    for name, field in fields.items():
        if field["required"] and name not in raw:
            raise bad_request(missing(name))


def missing(name: str) -> str:
    return "message text is empty" if name == "text" else f"{name} is empty"


def checked_parameter(method: str, name: str, value: object) -> Any:
    field = METHODS[method][name]
    try:
        typed = read(decoded(value, field["types"]), field["types"])
    except MismatchError as error:
        raise bad_request(f"can't parse {name}: {error.reason}") from error
    within_limits(method, name, field, typed)
    return typed


def decoded(value: object, types: list[str]) -> object:
    """A form carries everything as text: numbers, booleans and objects are JSON in it."""
    if not isinstance(value, str):
        return value
    if types == ["Boolean"] and value in {"True", "False"}:
        return value == "True"
    if "String" in types and not ("Integer" in types and re.fullmatch(r"-?\d+", value)):
        return value
    try:
        return json.loads(value)
    except ValueError as error:
        raise MismatchError(f"not {' or '.join(types)}") from error


def read(value: object, types: list[str]) -> object:
    """The value, if it is of one of the types."""
    reasons = []
    for name in types:
        try:
            return read_as(value, name)
        except MismatchError as error:
            reasons.append(error.reason)
    raise MismatchError("; ".join(reasons))


def read_as(value: object, name: str) -> object:
    if name.startswith(ARRAY):
        return read_array(value, name.removeprefix(ARRAY))
    if name in TYPES and name != "InputFile":
        return read_object(value, name)
    fits = {
        "Integer": isinstance(value, int) and not isinstance(value, bool),
        "Float": isinstance(value, int | float) and not isinstance(value, bool),
        "Boolean": isinstance(value, bool),
        "String": isinstance(value, str),
        "InputFile": isinstance(value, Upload),
    }
    if not fits[name]:
        raise MismatchError(f"expected {name}")
    return value


def read_array(value: object, of: str) -> list[object]:
    if not isinstance(value, list):
        raise MismatchError(f"expected an Array of {of}")
    return [read_as(entry, of) for entry in value]


def read_object(value: object, name: str) -> object:
    if "one_of" in TYPES[name]:
        return read(value, TYPES[name]["one_of"])
    if not isinstance(value, dict):
        raise MismatchError(f"expected {name}")
    fields = TYPES[name]["fields"]
    if unknown := value.keys() - fields.keys():
        raise MismatchError(f"{name} has no field {min(unknown)}")
    for field_name, field in fields.items():
        if field_name in value:
            read_field(name, field_name, field, value[field_name])
        elif field["required"]:
            raise MismatchError(f"{name} lacks {field_name}")
    return value


def read_field(owner: str, name: str, field: dict[str, Any], value: object) -> None:
    typed = read(value, field["types"])
    if typed != field.get("constant", typed):
        raise MismatchError(f"{owner}.{name} is not {field['constant']}")
    within_limits(owner, name, field, typed)


def within_limits(owner: str, name: str, field: dict[str, Any], value: object) -> None:
    if "length" in field and not field["after_parsing"] and isinstance(value, str):
        least, most, unit = field["length"]
        if not least <= length(value, unit) <= most:
            raise too_long(owner, name, f"{name} must have {least}-{most} {unit}")
    if "range" in field and isinstance(value, int):
        least, most = field["range"]
        if not least <= value <= most:
            raise bad_request(f"{name} must be {least}-{most}")


def too_long(owner: str, name: str, reason: str) -> ApiError:
    return bad_request(WORDED_BY_SERVER.get((owner, name), reason))


def length(text: str, unit: str) -> int:
    return len(text.encode()) if unit == "bytes" else utf16_length(text)


def utf16_length(text: str) -> int:
    """Telegram counts offsets and lengths of text in UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2
