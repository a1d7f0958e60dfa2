"""The running service: its channels, its outbox, its ticks and its server.

It ends in an order: nothing new is taken, what is under way is finished, the database is closed.
"""

import asyncio
import gc
from collections.abc import Sequence
from datetime import UTC, datetime
from socket import socket
from typing import Protocol

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from starlette.routing import BaseRoute

from bot.clock import Clock
from bot.clock_offset import Measurements
from bot.logs import log, warn
from bot.sending.delivery import Delivery
from bot.ticks import EVERY, Ticks
from bot.timekeeping import Timekeeping
from bot.turn.desks import Desks
from bot.web.health import Health
from bot.web.metrics import Metrics
from bot.web.refusals import Refusals
from bot.web.server import make_server
from storage.database import Database

# What is under way when the end is asked for gets so long; after that it is left as it is.
_LAST_SECONDS = 20


class Part(Protocol):
    """A channel, or other work that goes on beside the turns, as the service runs it."""

    name: str

    @property
    def state(self) -> str:
        """ "open", or what keeps it from being so."""

    @property
    def routes(self) -> Sequence[BaseRoute]: ...

    async def run(self, delivery: Delivery) -> None:
        """Take what comes in until the end, and let what leaves leave."""

    def end(self) -> None: ...

    async def close(self) -> None: ...


class Service:
    """`run` serves until `stopping` is set. Raises TokenRefused, or whatever ended a part."""

    def __init__(
        self,
        database: Database,
        desks: Desks,
        parts: Sequence[Part],
        listener: socket,
        stopping: asyncio.Event,
        measurements: Measurements | None = None,
    ) -> None:
        self._clock: Clock = desks.clock
        self._parts = parts
        self._listener = listener
        self._stopping = stopping
        self.begun = asyncio.Event()
        self.ticks = Ticks(database, desks, self._clock)
        self.delivery = Delivery(database, desks, self._clock)
        self._timekeeping = Timekeeping(database, desks, measurements or Measurements())
        health = Health(database, self.ticks, self._clock, self._channels, self._timekeeping)
        routes = [route for part in parts for route in part.routes]
        refusals = Refusals()
        watched = [health.route, Metrics(health, refusals).route]
        self._server = make_server([*watched, *routes], refusals)
        self._scheduler = AsyncIOScheduler(timezone=UTC)

    def _channels(self) -> dict[str, str]:
        return {part.name: part.state for part in self._parts}

    async def run(self) -> None:
        # All is loaded; what is made from now on is looked through again.
        gc.freeze()
        gc.enable()
        serving = asyncio.create_task(self._server.serve(sockets=[self._listener]))
        await self.ticks.begin()
        talking = asyncio.create_task(self._talk())
        self._begin_ticking()
        self.begun.set()
        log("service_begins", port=self._listener.getsockname()[1])
        waiting = asyncio.create_task(self._stopping.wait())
        try:
            await asyncio.wait((serving, talking, waiting), return_when=asyncio.FIRST_COMPLETED)
        finally:
            waiting.cancel()
            await self._end(serving, talking)
        log("service_ends")

    async def _talk(self) -> None:
        """When one part fails the others end, and that failure is told as it is."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self.delivery.run())
                tasks.create_task(self._timekeeping.run(self._stopping))
                for part in self._parts:
                    tasks.create_task(part.run(self.delivery))
        except ExceptionGroup as failures:
            raise failures.exceptions[0] from None

    def _begin_ticking(self) -> None:
        """The scheduler goes by the system's time, also where our own clock is ahead of it."""
        self._scheduler.add_job(
            self._tick,
            "interval",
            seconds=EVERY.total_seconds(),
            next_run_time=datetime.now(UTC),
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )
        self._scheduler.start()

    async def _tick(self) -> None:
        """Other processes write too, whose commits wake nobody here."""
        await self.ticks.tick()
        self.delivery.wake()

    async def _end(self, serving: "asyncio.Task[None]", talking: "asyncio.Task[None]") -> None:
        self._scheduler.pause()
        for part in self._parts:
            part.end()
        self._server.stop()
        self._stopping.set()
        await self.ticks.end()
        self._scheduler.shutdown(wait=False)
        await _finished(serving)
        self.delivery.stop()
        try:
            await _finished(talking)
        finally:
            for part in self._parts:
                await part.close()


async def _finished(task: "asyncio.Task[None]") -> None:
    """What the task raised is raised here; when it does not end in time it is given up."""
    await asyncio.wait((task,), timeout=_LAST_SECONDS)
    if task.done():
        task.result()
        return
    warn("given_up")
    task.cancel()
    await asyncio.wait((task,))
