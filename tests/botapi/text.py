"""What the server makes of a text: cleaned, its markup read, its commands found.

Markdown is not played: no text of ours should need a parse mode that breaks on a full stop.
"""

import html
import re
from typing import Any

from tests.botapi.errors import bad_request
from tests.botapi.schema import utf16_length

TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)((?:\s[^<>]*)?)>")
COMMAND = re.compile(r"(?<![\w/])/\w{1,32}(?:@\w+)?", re.ASCII)
ENTITY_OF_TAG = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "code": "code",
    "pre": "pre",
    "tg-spoiler": "spoiler",
    "blockquote": "blockquote",
    "a": "text_link",
}
DROPPED = re.compile("[\r\u202a-\u202e]")
CONTROLS = re.compile("[\x00-\x09\x0b-\x1f]")

Entities = list[dict[str, Any]]


def cleaned(text: str) -> str:
    """As stored: without direction overrides and carriage returns, controls turned to spaces."""
    return CONTROLS.sub(" ", DROPPED.sub("", text))


def parsed(text: str, mode: str | None, given: Entities) -> tuple[str, Entities]:
    plain, entities = cleaned(text), given
    match (mode or "").lower():
        case "":
            pass
        case "html":
            plain, entities = parsed_html(plain)
        case _:
            raise bad_request("unsupported parse_mode")
    for entity in entities:
        if entity["offset"] < 0 or entity["offset"] + entity["length"] > utf16_length(plain):
            raise bad_request("an entity lies outside of the text")
    return trimmed(plain, entities or commands(plain))


def trimmed(text: str, entities: Entities) -> tuple[str, Entities]:
    cut = utf16_length(text) - utf16_length(text.lstrip())
    moved = [entity | {"offset": max(0, entity["offset"] - cut)} for entity in entities]
    return text.strip(), moved


def commands(text: str) -> Entities:
    return [
        {
            "type": "bot_command",
            "offset": utf16_length(text[: found.start()]),
            "length": utf16_length(found[0]),
        }
        for found in COMMAND.finditer(text)
    ]


def parsed_html(text: str) -> tuple[str, Entities]:
    plain = ""
    position = 0
    entities: Entities = []
    open_tags: list[tuple[str, dict[str, Any]]] = []
    for tag in TAG.finditer(text):
        plain += unescaped(text[position : tag.start()])
        position = tag.end()
        if tag[1]:
            close_tag(tag[2].lower(), open_tags, plain)
        else:
            entity = opened_entity(tag, plain)
            entities.append(entity)
            open_tags.append((tag[2].lower(), entity))
    if open_tags:
        raise unparsed(f'Can\'t find end tag corresponding to start tag "{open_tags[-1][0]}"')
    plain += unescaped(text[position:])
    return plain, [entity for entity in entities if entity["length"]]


def opened_entity(tag: re.Match[str], before: str) -> dict[str, Any]:
    name = tag[2].lower()
    if name not in ENTITY_OF_TAG:
        raise unparsed(f'Unsupported start tag "{name}"')
    entity = {"type": ENTITY_OF_TAG[name], "offset": utf16_length(before), "length": 0}
    if name != "a":
        return entity
    link = re.search(r"""href=["']([^"']+)["']""", tag[3])
    return entity | {"url": html.unescape(link[1]) if link else ""}


def close_tag(name: str, open_tags: list[tuple[str, dict[str, Any]]], before: str) -> None:
    if not open_tags or open_tags[-1][0] != name:
        raise unparsed(f'Unexpected end tag "{name}"')
    entity = open_tags.pop()[1]
    entity["length"] = utf16_length(before) - entity["offset"]


def unescaped(text: str) -> str:
    if "<" in text:
        raise unparsed("Unsupported start tag")
    return html.unescape(text)


def unparsed(reason: str) -> Exception:
    return bad_request(f"can't parse entities: {reason}")
