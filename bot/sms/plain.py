"""A message on a phone that shows nothing but text: its buttons become numbered choices.

Rules that hold here:
- The options of a question keep the numbers that they have in it; what stands on buttons beside
  them goes on from there, so that no number means two things.
- Where a number could itself be the answer, or words are asked for, the buttons are named by words.
- The outbox keeps messages with their buttons, so what a number means is read from there.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from bot.language.wording import Wording
from flows.messages import Button, Message
from flows.text import Param, Text, text

# The wording of a key that ends so stands in the place of the key without it.
FOR_SMS = ".sms"

# What a button does, by the first letter of its data (see bot/turn/questions.py).
_OPTIONS = ("a:", "t:")
# Typing the numbers of several options says that these are all.
_NEEDLESS = ("d:",)
_BESIDE = ("x:", "s:", "b:", "c:")

_INVISIBLE = re.compile(r"[\u2066-\u2069\u200e\u200f\ufe0f]")
_PICTOGRAPHS = re.compile(r"[\u2190-\u21ff\u2300-\u23ff\u25a0-\u27bf\U0001f000-\U0001faff]+ ?")
_PLAINER = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "–": "-", "—": "-"})
_LATIN_PLAINER = str.maketrans({"•": "-", "…": "..."})


def offered(message: Message) -> dict[int, Button]:
    """The buttons of a message by their numbers; options are numbered in the question itself."""
    buttons = _buttons(message)
    options = sum(button.data.startswith(_OPTIONS) for button in buttons)
    beside = _beside_options(buttons)
    if not options and all(button.data.startswith(_BESIDE) for button in beside):
        return {}
    return dict(enumerate(beside, start=options + 1))


def in_plain(message: Message, wording: Wording) -> Message:
    """The same message as text alone, in the wording for it where there is one."""
    numbered = offered(message)
    lines = tuple(
        text("question.option", number=number, label=button.label)
        for number, button in numbered.items()
    )
    listed = (text("question.options", lines=lines),) if lines else ()
    unnumbered = () if numbered else _beside_options(_buttons(message))
    named = tuple(text("sms.or_write", label=button.label) for button in unnumbered)
    paragraphs = (*message.paragraphs, *listed, *named)
    return Message(tuple(variant(paragraph, "sms", wording) for paragraph in paragraphs))


def variant(value: Text, channel: str, wording: Wording) -> Text:
    """The wording of a channel's own for the same thing, where there is one."""
    own = f"{value.key}.{channel}"
    params = tuple((name, _param(param, channel, wording)) for name, param in value.params)
    return replace(value, key=own if wording.has(own) else value.key, params=params)


def _param(value: Param, channel: str, wording: Wording) -> Param:
    match value:
        case Text():
            return variant(value, channel, wording)
        case tuple():
            return tuple(variant(line, channel, wording) for line in value)
        case _:
            return value


def bare(words: str) -> str:
    """Without what an old phone shows as boxes, and what would make an SMS dearer for nothing."""
    plain = _PICTOGRAPHS.sub("", _INVISIBLE.sub("", words)).translate(_PLAINER)
    in_latin = plain.translate(_LATIN_PLAINER)
    return in_latin if in_latin.isascii() else plain


def _buttons(message: Message) -> list[Button]:
    return [button for row in message.buttons for button in row]


def _beside_options(buttons: Iterable[Button]) -> Sequence[Button]:
    return [it for it in buttons if not it.data.startswith((*_OPTIONS, *_NEEDLESS))]
