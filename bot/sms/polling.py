"""What a gateway may not have brought is asked for: unread SMS, and what became of ours.

A gateway hands out what is unread once, so what was fetched is stored before anything else is done.
"""

import asyncio
from datetime import timedelta

from bot.clock import Clock
from bot.logs import failure
from bot.sending.backoff import delays
from bot.sms.gateway import AskedGateway, Received
from bot.sms.receiving import Receiving
from bot.waiting import unless
from storage import sms
from storage.database import Database, DatabaseClosed
from storage.passing import is_passing

_EVERY = 60.0
# So long gateways know what became of an SMS.
_ASKED_FOR = timedelta(hours=48)
_AT_ONCE = 200


class Polling:
    def __init__(
        self,
        database: Database,
        gateway: AskedGateway,
        receiving: Receiving,
        clock: Clock,
        stopping: asyncio.Event,
    ) -> None:
        self._database = database
        self._gateway = gateway
        self._receiving = receiving
        self._clock = clock
        self._stopping = stopping

    async def run(self) -> None:
        while not self._stopping.is_set():
            try:
                await self.ask()
            except DatabaseClosed:
                return
            except Exception as error:  # noqa: BLE001 - whatever it was, it is asked again
                failure("sms_not_asked_for", error)
            await unless(self._stopping, self._clock.sleep(_EVERY))

    async def ask(self) -> None:
        """Raises AskedInVain, or what keeps it from being stored."""
        for received in await self._gateway.unread():
            await self._surely_take(received)
        sent = await self._database.read(
            sms.unsettled,
            gateway=self._gateway.name,
            since=self._clock.now() - _ASKED_FOR,
            limit=_AT_ONCE,
        )
        if sent:
            for report in await self._gateway.look_up(sent):
                await self._receiving.report(report)

    async def _surely_take(self, received: Received) -> None:
        for seconds in delays():
            try:
                await self._receiving.take(received)
            except Exception as error:
                if isinstance(error, DatabaseClosed) or not is_passing(error):
                    raise
                failure("updates_not_stored", error, count=1)
                await self._clock.sleep(seconds)
            else:
                return
