"""Where Bale differs from the Bot API: what it leaves out, how it refuses, what it makes of a text.

Seen by running python-telegram-bot on it: a tap comes without `chat_instance`, and what an edit is
answered with has no `date`. Its refusals have words of their own, some under another status.
"""

import json
import re
from http import HTTPStatus
from typing import Any

from telegram.request import HTTPXRequest

# What a refusal says, and the status under which the Bot API would say it.
_MEANT = {
    "token not found": HTTPStatus.UNAUTHORIZED,
    "permission_denied": HTTPStatus.FORBIDDEN,
    "limit exceed": HTTPStatus.TOO_MANY_REQUESTS,
    "local_rate_limited": HTTPStatus.TOO_MANY_REQUESTS,
}
_FLOOD = 420
# It does not say for how long it wants to be left alone.
_PAUSE = 5

# Every text is read as Bale's Markdown, and nothing in it can be escaped.
_LINK = re.compile(r"(https?://\S+)")
_EDGE = re.compile(r"(?<!\w)_|_(?!\w)")
_LOOKS_LIKE = {ord("*"): "\u2217", ord("`"): "\u02cb"}


class BaleRequest(HTTPXRequest):
    async def do_request(
        self, url: str, method: str, *args: Any, **kwargs: Any
    ) -> tuple[int, bytes]:
        """Only files are fetched with GET, and a file is nothing to be mended."""
        status, content = await super().do_request(url, method, *args, **kwargs)
        return (status, content) if method == "GET" else mended(status, content)


def mended(status: int, content: bytes) -> tuple[int, bytes]:
    """An answer of Bale's as the Bot API would give it."""
    try:
        answer = json.loads(content)
    except (ValueError, RecursionError):
        return status, content
    if status != HTTPStatus.OK and isinstance(answer, dict):
        status = _status(status, str(answer.get("description", "")).casefold())
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            answer = {"parameters": {"retry_after": _PAUSE}} | answer
    return status, json.dumps(_filled_in(answer)).encode()


def _status(status: int, said: str) -> int:
    """404 is not only what an unknown token gets, but also who or what is not there."""
    for words, meant in _MEANT.items():
        if words in said:
            return meant
    if status == HTTPStatus.NOT_FOUND:
        return HTTPStatus.BAD_REQUEST
    return HTTPStatus.TOO_MANY_REQUESTS if status == _FLOOD else status


def _filled_in(found: Any) -> Any:
    match found:
        case list():
            return [_filled_in(part) for part in found]
        case dict():
            filled = {name: _filled_in(part) for name, part in found.items()}
            if "message_id" in filled:
                filled.setdefault("date", 0)
            if isinstance(tap := filled.get("callback_query"), dict):
                tap.setdefault("chat_instance", "")
            return filled
        case _:
            return found


def is_of_old_client(tap: str) -> bool:
    """Bale's documentation: such a client shows no pop-up, and is to be sent a message."""
    return tap.startswith("1")


def unmarked(words: str) -> str:
    """The same to the eye, with nothing in it that is taken for markup. Links stay as they are, and
    so does a line inside of a word, as in a command.
    """
    parts = _LINK.split(words)
    parts[::2] = map(_unmarked, parts[::2])
    return "".join(parts)


def _unmarked(words: str) -> str:
    return _EDGE.sub("\u02cd", words).replace("](", "] (").translate(_LOOKS_LIKE)
