"""Cuts the methods and types that are played here out of a full description of the Bot API.

Run: python -m tests.botapi.extract_schema FULL.json
The limits of lengths and numbers stand only in the prose of the description: they are read there.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

METHODS = (
    "getMe",
    "getUpdates",
    "setWebhook",
    "deleteWebhook",
    "getWebhookInfo",
    "sendMessage",
    "sendPhoto",
    "sendDocument",
    "editMessageText",
    "editMessageReplyMarkup",
    "deleteMessage",
    "answerCallbackQuery",
    "setMyCommands",
    "deleteMyCommands",
    "leaveChat",
    "getFile",
    "sendChatAction",
    "logOut",
    "close",
)
LENGTH = re.compile(r"(\d+)-(\d+) (characters|bytes)( after entit(?:y|ies) parsing)?")
RANGE = re.compile(r"(?:allowed number of|Values between).*?(\d+)-(\d+)")
CONSTANT = re.compile(r"type, must be (\w+)$")


def described_field(field: dict[str, Any]) -> dict[str, Any]:
    prose = field["description"]
    described = {"types": field["types"], "required": field["required"]}
    if length := LENGTH.search(prose):
        described["length"] = [int(length[1]), int(length[2]), length[3]]
        described["after_parsing"] = bool(length[4])
    if field["types"] == ["Integer"] and (numbers := RANGE.search(prose)):
        described["range"] = [int(numbers[1]), int(numbers[2])]
    if constant := CONSTANT.search(prose):
        described["constant"] = constant[1]
    return described


def described_fields(entry: dict[str, Any]) -> dict[str, Any]:
    return {field["name"]: described_field(field) for field in entry.get("fields", [])}


def named_types(entry: dict[str, Any]) -> set[str]:
    written = [name for field in entry.get("fields", []) for name in field["types"]]
    return {name.replace("Array of ", "") for name in written + entry.get("subtypes", [])}


def reached_types(full: dict[str, Any]) -> list[str]:
    open_names = set().union(*(named_types(full["methods"][name]) for name in METHODS))
    reached: set[str] = set()
    while open_names:
        name = open_names.pop()
        if name in full["types"] and name not in reached:
            reached.add(name)
            open_names |= named_types(full["types"][name])
    return sorted(reached)


def described_type(entry: dict[str, Any]) -> dict[str, Any]:
    if "subtypes" in entry:
        return {"one_of": entry["subtypes"]}
    return {"fields": described_fields(entry)}


def extracted(full: dict[str, Any]) -> dict[str, Any]:
    update = [field["name"] for field in full["types"]["Update"]["fields"]]
    return {
        "version": full["version"],
        "update_types": [name for name in update if name != "update_id"],
        "methods": {name: described_fields(full["methods"][name]) for name in METHODS},
        "types": {name: described_type(full["types"][name]) for name in reached_types(full)},
    }


if __name__ == "__main__":
    description = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    target = Path(__file__).with_name("schema.json")
    target.write_text(json.dumps(extracted(description), indent=1) + "\n", encoding="utf-8")
