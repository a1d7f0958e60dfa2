"""The scheduler only ticks; what is due is rows, each carried out in a turn of its own.

A plan that fails is put off and does not stop those behind it.
"""

import asyncio
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot.clock import Clock
from bot.logs import failure
from bot.turn.desks import Desks
from bot.turn.outages import judge
from bot.turn.planning import replan_all
from bot.turn.ticking import ask_for_confirmation, carry_out, plan_day, plan_summary
from storage import participants, planned
from storage.database import Database, DatabaseClosed
from storage.passing import is_passing
from storage.planned import DuePlan

EVERY = timedelta(seconds=30)
PUT_OFF = timedelta(minutes=10)
_AT_ONCE = 100


class Ticks:
    def __init__(self, database: Database, desks: Desks, clock: Clock) -> None:
        self._database = database
        self._desks = desks
        self._clock = clock
        self._stopping = False
        self._at_work = asyncio.Lock()
        self.last_at: datetime | None = None

    async def begin(self) -> None:
        """Make the plans anew, as the definition now is; ask the PI if they must confirm it.

        The summary is planned here for the first time; every later one follows from it.
        """
        await self._replan_everyone()
        await self._desks.write(self._database, "start", plan_summary)
        await self._desks.write(self._database, "start", plan_day)
        await self._desks.write(self._database, "start", ask_for_confirmation)

    async def _replan_everyone(self) -> None:
        everyone = await self._database.read(participants.everyone)
        for first in range(0, len(everyone), _AT_ONCE):
            some = everyone[first : first + _AT_ONCE]
            await self._desks.write(self._database, "start", replan_all, some)

    async def end(self) -> None:
        """Returns when the plan that is being carried out is done; no other is begun."""
        self._stopping = True
        async with self._at_work:
            pass

    async def tick(self) -> None:
        async with self._at_work:
            await self._tick()

    async def _tick(self) -> None:
        """Do what is due, until nothing is. What the disk does not take waits for the next tick."""
        try:
            await self._desks.write(self._database, "outages", judge)
            while due := await self._database.read(
                planned.due, at=self._clock.now(), limit=_AT_ONCE
            ):
                for plan in due:
                    if self._stopping:
                        return
                    await self._carry_out(plan)
        except DatabaseClosed:
            return
        except Exception as error:  # noqa: BLE001 - a tick may fail, and the next one tries again
            failure("tick_failed", error)
            return
        self.last_at = self._clock.now()

    async def _carry_out(self, plan: DuePlan) -> None:
        nonce = self._desks.nonce_of_plan(plan)
        try:
            await self._desks.write(self._database, nonce, carry_out, plan)
        except Exception as error:
            if is_passing(error):
                raise
            failure("plan_failed", error, plan=plan.id, kind=plan.kind)
            await self._database.write(_put_off, plan, self._clock.now())


def _put_off(connection: Connection, plan: DuePlan, now: datetime) -> None:
    planned.postpone(connection, plan_id=plan.id, until=now + PUT_OFF, reason="failed")
