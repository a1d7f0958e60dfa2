"""The lines of a web chat: what is kept of each, and what a page is told."""

import json
from dataclasses import dataclass, field
from typing import Any

from bot.sending.outgoing import Buttons, Words
from storage import web_chats
from storage.web_chats import Line

BOT, PERSON, MENU = "bot", "me", web_chats.MENU
# The one line of a chat that holds its menu.
MENU_KEY = "menu"


@dataclass(frozen=True, slots=True)
class FileShown:
    """A file in a line; `id` is where its content is kept."""

    id: int
    type: str
    name: str = field(repr=False)


def content_of(words: Words, file: FileShown | None = None) -> str:
    shown = None if file is None else {"id": file.id, "type": file.type, "name": file.name}
    return json.dumps(
        {"text": words.text, "buttons": _rows(words.buttons), "file": shown}, ensure_ascii=False
    )


def removed_content() -> str:
    """What is left of a line that its person sent and that was taken out of the chat."""
    return json.dumps({"text": "", "buttons": [], "file": None, "removed": True})


def file_in(content: str) -> int | None:
    """The number of the file that a line with this content shows."""
    found = json.loads(content).get("file")
    return None if found is None else int(found["id"])


def shown(line: Line) -> dict[str, Any]:
    """A line as a page is told of it; a file's address is that of its line."""
    if line.author == MENU:
        return {"phone": line.chat, "commands": json.loads(line.content)}
    content = json.loads(line.content)
    file = content["file"]
    return {
        "phone": line.chat,
        "id": line.id,
        "author": line.author,
        "at": line.at.isoformat(),
        "text": content["text"],
        "buttons": content["buttons"],
        "file": file and {"url": f"files/{line.id}", "type": file["type"], "name": file["name"]},
        "key": line.key if line.author == PERSON else None,
        "removed": content.get("removed", False),
    }


def _rows(buttons: Buttons) -> list[list[list[str]]]:
    return [[[label, data] for label, data in row] for row in buttons]
