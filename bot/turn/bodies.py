"""Messages as they are kept in the outbox: JSON of keys and parameters, worded when they leave."""

import json
from typing import Any

from flows.messages import Button, Message
from flows.text import Text, text_from_json, text_to_json


def message_body(message: Message, /, **beside: object) -> str:
    return json.dumps({**message_to_json(message), **beside}, ensure_ascii=False)


def body_of(body: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(body)
    return read


def message_to_json(message: Message) -> dict[str, Any]:
    return {
        "paragraphs": [text_to_json(paragraph) for paragraph in message.paragraphs],
        "buttons": [
            [[text_to_json(button.label), button.data] for button in row] for row in message.buttons
        ],
    }


def message_from_json(read: dict[str, Any]) -> Message:
    return Message(
        tuple(text_from_json(paragraph) for paragraph in read["paragraphs"]),
        tuple(
            tuple(Button(text_from_json(label), data) for label, data in row)
            for row in read["buttons"]
        ),
    )


def tap_body(tap: str, words: Text | None = None) -> str:
    """The answer to a tap; with words it is a pop-up."""
    return json.dumps({"tap": tap, "text": None if words is None else text_to_json(words)})
