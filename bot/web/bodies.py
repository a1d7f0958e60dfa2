"""The bodies of requests, read only as far as they may be long."""

import json
from typing import Any

from starlette.requests import Request


class TooLarge(Exception):
    """The body is longer than it may be."""


class NotReadable(Exception):
    """The body is not what it should be."""


async def read_body(request: Request, largest: int) -> bytes:
    """Raises TooLarge, or ClientDisconnect."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > largest:
            raise TooLarge
    return bytes(body)


async def read_object(request: Request, largest: int) -> dict[str, Any]:
    """The JSON object in the body. Raises TooLarge, NotReadable, or ClientDisconnect."""
    body = await read_body(request, largest)
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        raise NotReadable from None
    if not isinstance(found, dict):
        raise NotReadable
    return found
