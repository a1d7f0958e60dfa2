"""A live service, put together from its parts: the one place that knows them all.

It has no switch for time: its clock is the system's.
"""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from socket import socket
from typing import TYPE_CHECKING

from bot.clock import Clock, SystemClock
from bot.clock_offset import Measurements
from bot.opening import Opened
from bot.photographs.keeping import Keeping
from bot.sending.files import Files
from bot.service import Part, Service
from bot.settings import Settings
from bot.trial.study import Study
from bot.turn.desks import Desks
from bot.turn.links import Links

if TYPE_CHECKING:
    from bot.telegram.connection import Messenger


def live_service(
    settings: Settings, study: Study, opened: Opened, listener: socket, stopping: asyncio.Event
) -> Service:
    """Telegram and Bale where there is a token, the web chat where it has an address, SMS where
    there is a gateway.
    """
    clock, files, measurements = SystemClock(), Files(), Measurements()
    messengers = _messengers(settings, clock, measurements)
    links = Links(
        {it.account.dialect.channel: it.invitation for it in messengers},
        settings.personal_link,
        sms=settings.sms_gateway is not None,
    )
    desks = Desks(opened.keys, study, clock, links)

    def parts() -> Iterator[Part]:
        for messenger in messengers:
            from bot.ingress import Ingress
            from bot.telegram.part import MessengerPart

            ingress = Ingress(opened.database, desks)
            yield MessengerPart(messenger, ingress, files, clock, stopping)
        if settings.web_url is not None:
            yield _web_part(settings.web_url, opened, desks, files)
        if settings.sms_gateway is not None:
            yield _sms_part(settings, opened, desks, stopping)
        if study.trial.views:
            yield Keeping(opened.database, desks, files, clock)

    return Service(opened.database, desks, tuple(parts()), listener, stopping, measurements)


def _messengers(
    settings: Settings, clock: Clock, measurements: Measurements
) -> "tuple[Messenger, ...]":
    if settings.telegram_token is None and settings.bale_token is None:
        return ()
    from bot.telegram.connection import Messenger
    from bot.telegram.dialects import accounts

    return tuple(Messenger(account, clock, measurements) for account in accounts(settings))


def _web_part(url: str, opened: Opened, desks: Desks, files: Files) -> Part:
    from bot.web.entering import Entering
    from bot.web.part import PATH, WebPart
    from bot.web.scene import Live

    secure = url.startswith("https://")
    entering = Entering(opened.database, desks, PATH, secure=secure)
    return WebPart(opened.database, desks, files, Live(), [url], entering.routes)


def _sms_part(settings: Settings, opened: Opened, desks: Desks, stopping: asyncio.Event) -> Part:
    from bot.sms.limits import Limits
    from bot.sms.part import SmsPart, make_gateway

    assert settings.sms_secret is not None
    gateway, limits = make_gateway(settings), Limits(settings.sms_a_day, settings.sms_budget)
    within = timedelta(hours=settings.sms_hours)
    return SmsPart(opened.database, desks, gateway, limits, settings.sms_secret, within, stopping)
