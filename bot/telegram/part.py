"""A messenger as a part of the service: connected, listened to, and sent to."""

import asyncio
from collections.abc import Sequence

from starlette.routing import BaseRoute

from bot.clock import Clock
from bot.ingress import Ingress
from bot.sending.delivery import Delivery, Outlet
from bot.sending.files import Files
from bot.sending.pacing import ChatPace, Pace
from bot.telegram.connection import Messenger
from bot.telegram.polling import Polling
from bot.telegram.receiving import Receiving
from bot.telegram.sending import MessengerChannel
from bot.telegram.webhook import Webhook
from bot.waiting import unless


class MessengerPart:
    """`run` raises TokenRefused, or ends when `stopping` is set."""

    def __init__(
        self,
        messenger: Messenger,
        ingress: Ingress,
        files: Files,
        clock: Clock,
        stopping: asyncio.Event,
    ) -> None:
        self._clock = clock
        self._stopping = stopping
        self._messenger = messenger
        dialect = messenger.account.dialect
        self.name = dialect.channel
        self._channel = MessengerChannel(messenger.bot, dialect, files)
        files.keepers[self.name] = self._channel
        receiving = Receiving(ingress, dialect)
        self._polling = Polling(messenger.bot, receiving, dialect.updates, clock, stopping)
        self._webhook = _webhook(messenger, receiving, clock)

    @property
    def state(self) -> str:
        if not self._messenger.is_connected:
            return "connecting"
        return "failing" if self._polling.is_failing else "open"

    @property
    def routes(self) -> Sequence[BaseRoute]:
        return () if self._webhook is None else (self._webhook.route,)

    async def run(self, delivery: Delivery) -> None:
        await unless(self._stopping, self._messenger.connect())
        if self._stopping.is_set():
            return
        delivery.open(self.name, Outlet(self._channel, Pace(self._clock), ChatPace(self._clock)))
        if self._webhook is None:
            await self._polling.run()
        else:
            await unless(self._stopping, self._webhook.announce())

    def end(self) -> None:
        """`run` sees by itself that it is to end."""

    async def close(self) -> None:
        await self._messenger.bot.shutdown()


def _webhook(messenger: Messenger, receiving: Receiving, clock: Clock) -> Webhook | None:
    if messenger.account.webhook is None:
        return None
    return Webhook(messenger.bot, receiving, clock, *messenger.account.webhook)
