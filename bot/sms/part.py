"""SMS as a part of the service."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

from starlette.routing import BaseRoute

from bot.clock import Clock
from bot.sending.delivery import Delivery, Outlet
from bot.sending.pacing import ChatPace, Pace
from bot.settings import Settings
from bot.sms.callbacks import PATH, Callbacks
from bot.sms.channel import CHANNEL, SmsChannel
from bot.sms.gateway import Gateway
from bot.sms.kannel import Kannel
from bot.sms.kavenegar import Kavenegar
from bot.sms.limits import Limits
from bot.sms.polling import Polling
from bot.sms.receiving import Receiving
from bot.sms.undelivered import Undelivered
from bot.turn.desks import Desks
from storage.database import Database

# What a modem or an operator's line takes; gateways hold what comes faster.
_PER_SECOND = 10.0


def make_gateway(settings: Settings) -> Gateway:
    """The gateway that is configured; the settings see to it that nothing of it is missing."""
    assert settings.sms_url is not None
    assert settings.sms_password is not None
    assert settings.sms_number is not None
    if settings.sms_gateway == Kavenegar.name:
        return Kavenegar(settings.sms_url, settings.sms_password, settings.sms_number)
    assert settings.sms_user is not None
    reports = f"{settings.sms_callback_url}{PATH}/{settings.sms_secret}/report"
    return Kannel(
        settings.sms_url,
        settings.sms_user,
        settings.sms_password,
        settings.sms_number,
        reports,
        timedelta(hours=settings.sms_hours),
    )


class SmsPart:
    name = CHANNEL

    def __init__(
        self,
        database: Database,
        desks: Desks,
        gateway: Gateway,
        limits: Limits,
        secret: str,
        within: timedelta,
        stopping: asyncio.Event,
    ) -> None:
        self._clock: Clock = desks.clock
        self._gateway = gateway
        self._stopping = stopping
        self._channel = SmsChannel(database, desks, gateway, limits)
        receiving = Receiving(database, desks, gateway.name)
        self._polling = (
            Polling(database, gateway, receiving, desks.clock, stopping)
            if isinstance(gateway, Kavenegar)
            else None
        )
        self._undelivered = Undelivered(database, desks, within, stopping)
        self.routes: Sequence[BaseRoute] = Callbacks(gateway, receiving, secret).routes

    @property
    def state(self) -> str:
        return "failing" if self._channel.is_failing else "open"

    async def run(self, delivery: Delivery) -> None:
        pace = Pace(self._clock, _PER_SECOND)
        outlet = Outlet(self._channel, pace, ChatPace(self._clock), self._channel.admit)
        delivery.open(CHANNEL, outlet)
        polling = () if self._polling is None else (self._polling.run(),)
        await asyncio.gather(self._undelivered.run(), *polling)

    def end(self) -> None:
        """`run` sees by itself that it is to end."""

    async def close(self) -> None:
        await self._gateway.close()
