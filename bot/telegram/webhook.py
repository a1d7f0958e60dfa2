"""Updates are brought by Telegram, and answered with 200 only after their commit.

Anything but 200 makes Telegram bring an update again, so what cannot be read is set aside and
answered with 200 too; only a write that may succeed later is answered with 503.
"""

import asyncio
import hmac
import json
from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from telegram import Bot
from telegram.error import RetryAfter, TelegramError

from bot.clock import Clock
from bot.logs import failure, log
from bot.sending.backoff import delay
from bot.telegram.dialects import UPDATES
from bot.telegram.receiving import Receiving
from bot.telegram.sending import seconds_of
from bot.web.bodies import TooLarge, read_body
from storage.passing import is_passing

LARGEST_BODY = 1024 * 1024
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the header's name is no secret
_LONGEST_DELAY = 60


class Webhook:
    def __init__(self, bot: Bot, receiving: Receiving, clock: Clock, url: str, secret: str) -> None:
        self._bot = bot
        self._receiving = receiving
        self._clock = clock
        self._url = url
        self._secret = secret

    @property
    def route(self) -> Route:
        return Route(urlsplit(self._url).path, self.receive, methods=["POST"])

    async def announce(self) -> None:
        """Tell Telegram where to bring updates; a refusal is taken for a passing one."""
        attempt = 0
        while True:
            attempt += 1
            try:
                await self._bot.set_webhook(
                    self._url,
                    allowed_updates=UPDATES,
                    secret_token=self._secret,
                    drop_pending_updates=False,
                )
            except RetryAfter as error:
                await self._clock.sleep(seconds_of(error))
            except TelegramError as error:
                failure("webhook_not_announced", error, attempt=attempt)
                await self._clock.sleep(delay(attempt, longest=_LONGEST_DELAY))
            else:
                log("webhook_announced")
                return

    async def receive(self, request: Request) -> Response:
        given = request.headers.get(SECRET_HEADER, "")
        if not hmac.compare_digest(given.encode(), self._secret.encode()):
            return Response(status_code=HTTPStatus.FORBIDDEN)
        try:
            body = await read_body(request, LARGEST_BODY)
        except TooLarge:
            return Response(status_code=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        except ClientDisconnect:
            return Response(status_code=HTTPStatus.BAD_REQUEST)
        return await asyncio.shield(asyncio.ensure_future(self._take(body)))

    async def _take(self, body: bytes) -> Response:
        try:
            await self._receiving.take(_read(body))
        except Exception as error:
            if not is_passing(error):
                raise
            failure("updates_not_stored", error, count=1)
            return Response(status_code=HTTPStatus.SERVICE_UNAVAILABLE)
        return Response()


def _read(body: bytes) -> object:
    """The object in the body, or the body's text where there is none."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return body.decode(errors="replace")
