"""What a gateway calls: with an SMS that came in, and with what became of one that left.

The secret stands in the path, for no gateway signs what it sends. A callback is answered with 200
after its commit; anything else makes the gateway bring it again, so what it will never send
otherwise is answered with 200 too.
"""

import asyncio
import hmac
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import TypeVar
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from bot.logs import failure
from bot.sms.gateway import Fields, Gateway
from bot.sms.receiving import Receiving
from bot.web.bodies import TooLarge, read_body
from storage.passing import is_passing

Told = TypeVar("Told")

PATH = "/sms"
LARGEST_BODY = 64 * 1024
_MOST_FIELDS = 50


class Callbacks:
    def __init__(self, gateway: Gateway, receiving: Receiving, secret: str) -> None:
        self._gateway = gateway
        self._receiving = receiving
        self._secret = secret

    @property
    def routes(self) -> list[Route]:
        methods = ["GET", "POST"]
        return [
            Route(f"{PATH}/{{secret}}/incoming", self.take_incoming, methods=methods),
            Route(f"{PATH}/{{secret}}/report", self.take_report, methods=methods),
        ]

    async def take_incoming(self, request: Request) -> Response:
        return await self._answer(request, self._gateway.read_incoming, self._receiving.take)

    async def take_report(self, request: Request) -> Response:
        return await self._answer(request, self._gateway.read_report, self._receiving.report)

    async def _answer(
        self,
        request: Request,
        read: Callable[[Fields], Told | None],
        take: Callable[[Told], Awaitable[None]],
    ) -> Response:
        given = str(request.path_params["secret"])
        if not hmac.compare_digest(given.encode(), self._secret.encode()):
            return Response(status_code=HTTPStatus.FORBIDDEN)
        try:
            told = read(await _fields(request))
        except TooLarge:
            return Response(status_code=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        except ClientDisconnect:
            return Response(status_code=HTTPStatus.BAD_REQUEST)
        except (KeyError, ValueError) as error:
            failure("sms_callback_unreadable", error)
            return Response()
        if told is None:
            return Response()
        return await asyncio.shield(asyncio.ensure_future(_taken(take(told))))


async def _taken(taking: Awaitable[None]) -> Response:
    try:
        await taking
    except Exception as error:
        if not is_passing(error):
            raise
        failure("updates_not_stored", error, count=1)
        return Response(status_code=HTTPStatus.SERVICE_UNAVAILABLE)
    return Response()


async def _fields(request: Request) -> Fields:
    body = (await read_body(request, LARGEST_BODY)).decode("utf-8", errors="replace")
    in_address = dict(request.query_params)
    if request.headers.get("content-type", "").startswith("text/plain"):
        return {**in_address, "text": body}
    return {
        **in_address,
        **dict(parse_qsl(body, keep_blank_values=True, max_num_fields=_MOST_FIELDS)),
    }
