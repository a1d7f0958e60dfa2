"""What did not arrive by SMS leaves by the next way on which the person is reached."""

import asyncio
from datetime import timedelta

from bot.clock import Clock
from bot.logs import failure
from bot.turn.desk import Desk
from bot.turn.desks import Desks
from bot.waiting import unless
from storage import attempts, sms
from storage.database import Database, DatabaseClosed

_EVERY = 60.0
# What has not arrived after a day has been overtaken by the day.
_LOOKED_AFTER = timedelta(hours=24)


class Undelivered:
    """`within`: how long an operator has before another way is tried."""

    def __init__(
        self,
        database: Database,
        desks: Desks,
        within: timedelta,
        stopping: asyncio.Event,
    ) -> None:
        self._database = database
        self._desks = desks
        self._clock: Clock = desks.clock
        self._within = within
        self._stopping = stopping

    async def run(self) -> None:
        while not self._stopping.is_set():
            try:
                await self._desks.write(self._database, "undelivered", self.pass_on)
            except DatabaseClosed:
                return
            except Exception as error:  # noqa: BLE001 - whatever it was, it is looked at again
                failure("undelivered_not_looked_at", error)
            await unless(self._stopping, self._clock.sleep(_EVERY))

    def pass_on(self, desk: Desk) -> None:
        found = sms.undelivered(
            desk.connection,
            since=desk.now - _LOOKED_AFTER - self._within,
            unheard_of_by=desk.now - self._within,
        )
        for message in found:
            attempts.pass_on(
                desk.connection, keys=desk.keys, message_id=message, without="sms", at=desk.now
            )
