"""A live service, put together from its parts: the one place that knows them all.

It has no switch for time: its clock is the system's.
"""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from socket import socket

from bot.clock import SystemClock
from bot.opening import Opened
from bot.photographs.keeping import Keeping
from bot.sending.files import Files
from bot.service import Part, Service
from bot.settings import Settings
from bot.trial.study import Study
from bot.turn.desks import Desks
from bot.turn.links import Links


def live_service(
    settings: Settings, study: Study, opened: Opened, listener: socket, stopping: asyncio.Event
) -> Service:
    """Telegram where there is a token, the web chat where it has an address, SMS where there is a
    gateway.
    """
    clock, files = SystemClock(), Files()
    telegram = None
    if settings.telegram_token is not None:
        from bot.telegram.connection import TelegramBot

        telegram = TelegramBot(settings, clock)
    links = Links(
        None if telegram is None else telegram.invitation,
        settings.personal_link,
        sms=settings.sms_gateway is not None,
    )
    desks = Desks(opened.keys, study, clock, links)

    def parts() -> Iterator[Part]:
        if telegram is not None:
            from bot.ingress import Ingress
            from bot.telegram.part import TelegramPart

            ingress = Ingress(opened.database, desks)
            yield TelegramPart(settings, telegram, ingress, files, clock, stopping)
        if settings.web_url is not None:
            yield _web_part(settings.web_url, opened, desks, files)
        if settings.sms_gateway is not None:
            yield _sms_part(settings, opened, desks, stopping)
        if study.trial.views:
            yield Keeping(opened.database, desks, files, clock)

    return Service(opened.database, desks, tuple(parts()), listener, stopping)


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
