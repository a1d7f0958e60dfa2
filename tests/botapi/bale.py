"""Where Bale differs from Telegram, played on top of the strict Bot API.

It has fewer methods and parameters, leaves fields out, refuses in words and statuses of its own,
reads every text as its Markdown, and shows no pop-up to old clients.
"""

import re
from http import HTTPStatus
from typing import Any

from tests.botapi.errors import ApiError, bad_request

Body = dict[str, Any]

_SENDING = frozenset({"chat_id", "reply_to_message_id", "reply_markup"})
PARAMETERS: dict[str, frozenset[str]] = {
    "getMe": frozenset(),
    "getUpdates": frozenset({"offset", "limit", "timeout"}),
    "setWebhook": frozenset({"url"}),
    "deleteWebhook": frozenset(),
    "sendMessage": _SENDING | {"text"},
    "sendPhoto": _SENDING | {"photo", "caption"},
    "sendDocument": _SENDING | {"document", "caption"},
    "editMessageText": frozenset({"chat_id", "message_id", "text", "reply_markup"}),
    "deleteMessage": frozenset({"chat_id", "message_id"}),
    "answerCallbackQuery": frozenset({"callback_query_id", "text", "show_alert"}),
    "leaveChat": frozenset({"chat_id"}),
    "getFile": frozenset({"file_id"}),
}
UPDATES = {"message", "edited_message", "callback_query"}
OLD_CLIENT = "1"
MARKUP = (
    (re.compile(r"\*(\S[^*\n]*)\*"), r"\1"),
    (re.compile(r"(?<!\w)_(\S[^_\n]*)_(?!\w)"), r"\1"),
    (re.compile(r"\[([^\]\n]+)\]\(([^)\n]+)\)"), r"\1"),
    (re.compile(r"```(.*?)```", re.DOTALL), r"\1"),
)
REFUSALS = {
    HTTPStatus.UNAUTHORIZED: ApiError(400, "Bad Request: Token not found"),
    HTTPStatus.FORBIDDEN: ApiError(403, "Forbidden: permission_denied"),
    HTTPStatus.TOO_MANY_REQUESTS: ApiError(429, "bot limit exceed"),
}


def require_known(method: str, raw: dict[str, object]) -> None:
    if method not in PARAMETERS:
        raise ApiError(404, "Not Found: no such method")
    if unknown := {name for name in raw if name not in PARAMETERS[method]}:
        raise bad_request(f"{method} has no parameter {min(unknown)}")


def rendered(given: Body) -> Body:
    """The parameters of a call with what Bale shows of their texts."""
    texts = {name: _shown(given[name]) for name in ("text", "caption") if name in given}
    return given | texts


def _shown(text: str) -> str:
    for mark, left in MARKUP:
        text = mark.sub(left, text)
    return text


def refusal(error: ApiError) -> ApiError:
    if "chat not found" in error.description:
        return ApiError(404, "no such group or user")
    return REFUSALS.get(HTTPStatus(error.code), error)


def answer(method: str, result: Any) -> Any:
    """What an edit is answered with has no date."""
    if method != "editMessageText":
        return result
    return {name: part for name, part in result.items() if name not in {"date", "edit_date"}}


def update(kind: str, content: Body) -> Body | None:
    """Nothing tells of who blocked the bot; no command is marked, no language named."""
    return _bared(content) if kind in UPDATES else None


def _bared(found: Any) -> Any:
    if isinstance(found, list):
        return [_bared(part) for part in found]
    if not isinstance(found, dict):
        return found
    missing = {"chat_instance", "entities", "language_code"}
    return {name: _bared(part) for name, part in found.items() if name not in missing}
