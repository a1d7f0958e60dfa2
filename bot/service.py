"""The running service, put together from its parts: the one place that knows them all.

It ends in an order: nothing new is taken, what is under way is finished, the database is closed.
"""

import asyncio
from datetime import UTC
from socket import socket

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from telegram import Bot

from bot.clock import Clock
from bot.ingress import Ingress
from bot.logs import log, warn
from bot.opening import Opened
from bot.sending.delivery import Delivery
from bot.sending.pacing import ChatPace, Pace
from bot.settings import Settings
from bot.telegram.connection import connect, make_bot
from bot.telegram.polling import Polling
from bot.telegram.sending import TelegramChannel
from bot.telegram.webhook import Webhook
from bot.ticks import EVERY, Ticks
from bot.trial.study import Study
from bot.turn.desks import Desks
from bot.waiting import unless
from bot.web import Health, make_server

# What is under way when the end is asked for gets so long; after that it is left as it is.
_LAST_SECONDS = 20


class Service:
    """`run` serves until `stopping` is set. Raises TokenRefused, or whatever ended a part."""

    def __init__(
        self,
        settings: Settings,
        study: Study,
        clock: Clock,
        opened: Opened,
        listener: socket,
        stopping: asyncio.Event,
    ) -> None:
        database, desks = opened.database, Desks(opened.keys, study, clock)
        self._clock = clock
        self._listener = listener
        self._stopping = stopping
        self._bot: Bot = make_bot(settings)
        ingress = Ingress(database, desks)
        self._polling = Polling(self._bot, ingress, clock, stopping)
        self._webhook = _webhook(settings, self._bot, ingress, clock)
        self._ticks = Ticks(database, desks, clock)
        self._delivery = Delivery(
            database, desks, clock, TelegramChannel(self._bot), Pace(clock), ChatPace(clock)
        )
        routes = [Health(database, self._ticks, clock).route]
        if self._webhook is not None:
            routes.append(self._webhook.route)
        self._server = make_server(routes)
        self._scheduler = AsyncIOScheduler(timezone=UTC)

    async def run(self) -> None:
        await self._ticks.begin()
        serving = asyncio.create_task(self._server.serve(sockets=[self._listener]))
        talking = asyncio.create_task(self._talk())
        self._begin_ticking()
        log("service_begins", port=self._listener.getsockname()[1])
        waiting = asyncio.create_task(self._stopping.wait())
        try:
            await asyncio.wait((serving, talking, waiting), return_when=asyncio.FIRST_COMPLETED)
        finally:
            waiting.cancel()
            await self._end(serving, talking)
        log("service_ends")

    async def _talk(self) -> None:
        """Take updates and send messages, once Telegram is reached."""
        await unless(self._stopping, connect(self._bot, self._clock))
        async with asyncio.TaskGroup() as parts:
            parts.create_task(self._delivery.run())
            if self._webhook is None:
                parts.create_task(self._polling.run())
            else:
                parts.create_task(unless(self._stopping, self._webhook.announce()))

    def _begin_ticking(self) -> None:
        self._scheduler.add_job(
            self._tick,
            "interval",
            seconds=EVERY.total_seconds(),
            next_run_time=self._clock.now(),
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )
        self._scheduler.start()

    async def _tick(self) -> None:
        """Other processes write too, whose commits wake nobody here."""
        await self._ticks.tick()
        self._delivery.wake()

    async def _end(self, serving: "asyncio.Task[None]", talking: "asyncio.Task[None]") -> None:
        self._scheduler.pause()
        self._server.stop()
        self._stopping.set()
        await self._ticks.end()
        self._scheduler.shutdown(wait=False)
        await _finished(serving)
        self._delivery.stop()
        try:
            await _finished(talking)
        finally:
            await self._bot.shutdown()


def _webhook(settings: Settings, bot: Bot, ingress: Ingress, clock: Clock) -> Webhook | None:
    if settings.webhook_url is None or settings.webhook_secret is None:
        return None
    return Webhook(bot, ingress, clock, settings.webhook_url, settings.webhook_secret)


async def _finished(task: "asyncio.Task[None]") -> None:
    """What the task raised is raised here; when it does not end in time it is given up."""
    await asyncio.wait((task,), timeout=_LAST_SECONDS)
    if task.done():
        task.result()
        return
    warn("given_up")
    task.cancel()
    await asyncio.wait((task,))
