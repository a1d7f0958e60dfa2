"""The keyboards under messages, and what the server asks of them beyond their types."""

from typing import Any

from tests.botapi.errors import bad_request

Markup = dict[str, Any]
DECORATION = {"text", "icon_custom_emoji_id", "style"}
STYLES = {"danger", "success", "primary"}
MOST_BUTTONS = 100


def buttons(markup: Markup | None) -> list[dict[str, Any]]:
    rows = (markup or {}).get("inline_keyboard") or (markup or {}).get("keyboard") or []
    return [button for row in rows for button in row]


def accepted(markup: Markup | None) -> Markup | None:
    """The keyboard as it is kept: an inline keyboard without buttons is none."""
    if markup is None:
        return None
    if len(buttons(markup)) > MOST_BUTTONS:
        raise bad_request("reply markup is too long")
    for button in buttons(markup):
        check_button(button, inline="inline_keyboard" in markup)
    if "keyboard" in markup and not buttons(markup):
        raise bad_request("keyboard has no buttons")
    if "inline_keyboard" in markup:
        rows = [row for row in markup["inline_keyboard"] if row]
        return {"inline_keyboard": rows} if rows else None
    return markup


def check_button(button: dict[str, Any], *, inline: bool) -> None:
    if not button["text"].strip():
        raise bad_request("can't parse keyboard button: the text is empty")
    if button.get("style", "primary") not in STYLES:
        raise bad_request("can't parse keyboard button: invalid style")
    actions = len(button.keys() - DECORATION)
    if inline and not actions:
        raise bad_request("text buttons are unallowed in the inline keyboard")
    if actions > 1:
        raise bad_request("can't parse keyboard button: more than one type")


def inline(markup: Markup | None) -> Markup | None:
    return markup if markup and "inline_keyboard" in markup else None
