"""Telegram as a part of the service: connected, listened to, and sent to."""

import asyncio
from collections.abc import Sequence

from starlette.routing import BaseRoute

from bot.clock import Clock
from bot.ingress import Ingress
from bot.sending.delivery import Delivery, Outlet
from bot.sending.files import Files
from bot.sending.pacing import ChatPace, Pace
from bot.settings import Settings
from bot.telegram.connection import TelegramBot
from bot.telegram.polling import Polling
from bot.telegram.receiving import Receiving
from bot.telegram.sending import TelegramChannel
from bot.telegram.updates import CHANNEL
from bot.telegram.webhook import Webhook
from bot.waiting import unless


class TelegramPart:
    """`run` raises TokenRefused, or ends when `stopping` is set."""

    name = CHANNEL

    def __init__(
        self,
        settings: Settings,
        telegram: TelegramBot,
        ingress: Ingress,
        files: Files,
        clock: Clock,
        stopping: asyncio.Event,
    ) -> None:
        self._clock = clock
        self._stopping = stopping
        self._telegram = telegram
        self._channel = TelegramChannel(telegram.bot, files)
        files.telegram = self._channel
        receiving = Receiving(ingress)
        self._polling = Polling(telegram.bot, receiving, clock, stopping)
        self._webhook = _webhook(settings, telegram, receiving, clock)

    @property
    def state(self) -> str:
        if not self._telegram.is_connected:
            return "connecting"
        return "failing" if self._polling.is_failing else "open"

    @property
    def routes(self) -> Sequence[BaseRoute]:
        return () if self._webhook is None else (self._webhook.route,)

    async def run(self, delivery: Delivery) -> None:
        await unless(self._stopping, self._telegram.connect())
        if self._stopping.is_set():
            return
        delivery.open(CHANNEL, Outlet(self._channel, Pace(self._clock), ChatPace(self._clock)))
        if self._webhook is None:
            await self._polling.run()
        else:
            await unless(self._stopping, self._webhook.announce())

    def end(self) -> None:
        """`run` sees by itself that it is to end."""

    async def close(self) -> None:
        await self._telegram.bot.shutdown()


def _webhook(
    settings: Settings, telegram: TelegramBot, receiving: Receiving, clock: Clock
) -> Webhook | None:
    if settings.webhook_url is None or settings.webhook_secret is None:
        return None
    return Webhook(telegram.bot, receiving, clock, settings.webhook_url, settings.webhook_secret)
