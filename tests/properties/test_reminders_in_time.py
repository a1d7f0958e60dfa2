"""Reminders on the real parts of the service, through changes of mind, outages and downtime."""

import asyncio
import shutil
import tempfile
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import Connection, Row, select

from bot.language.calendars import add_jalali_months, local
from bot.rehearsal import arriving
from bot.rehearsal.world import World
from flows.chart import Chart
from flows.reminders import Hours, Kind
from flows.schedule import due_forms
from storage import attempts, participants, planned, responses, tables
from storage.departures import DueLine
from storage.outbox import Urgency
from tests.properties.people import add_participant, open_trial

VISITS = ("month_1", "month_2", "month_4")


@dataclass
class ShakyWorld(World):
    """A world whose network may be down: turns and plans go on, nothing leaves."""

    connected: bool = True

    async def deliver(self) -> None:
        if self.connected:
            await super().deliver()


class Reminding(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.runner = asyncio.Runner()
        self.seen = 0
        self.run(self._begin())

    async def _begin(self) -> None:
        world = await ShakyWorld.begin(self.folder)
        self.world = world
        await open_trial(world)
        self.phone = await add_participant(world)
        await world.randomize("P-001")
        await world.treat("P-001", "baseline")
        found = await world.database.read(participants.with_code, "P-001")
        assert found is not None
        self.participant = found
        study = world.study
        self.hours = Hours(study.trial, study.moment, partial(local, zone=study.zone))

    def run(self, doing: Coroutine[Any, Any, Any]) -> Any:
        return self.runner.run(doing)

    def teardown(self) -> None:
        self.run(self.world.end())
        self.runner.close()
        shutil.rmtree(self.folder)

    @rule(
        visit=st.sampled_from(VISITS),
        days=st.integers(0, 12),
        hour=st.integers(8, 13),
    )
    def book(self, visit: str, days: int, hour: int) -> None:
        day = self.world.study.today(self.world.now) + timedelta(days=days)
        self._do(self._apart("coordinator", f"/book P-001 {visit} {day.isoformat()} {hour}:30"))

    def _do(self, doing: Coroutine[Any, Any, Any]) -> None:
        """Something happens, and the service goes on."""
        self.run(doing)
        self.run(self.world.tick())

    async def _apart(self, who: str, words: str) -> None:
        """Give a command where the network is not down, so that only the reminders wait."""
        phone = self.world.phone(who)
        person = await self.world.database.read(_person_of, phone.address, self.world)
        await phone.send(words)
        await self._only(person)
        if phone.is_asked("PARTICIPANT"):
            await phone.choose("PARTICIPANT")
            await self._only(person)
        if any(data.startswith("S:") for data in _buttons(phone.shown[-1:])):
            await phone.press("S")
            await self._only(person)

    async def _only(self, person: int) -> None:
        """Let what waits for one person reach them."""
        line = DueLine(f"person:{person}", Urgency.REPLY, "telegram")
        while (it := await self.world.database.write(arriving.take, self.world, line)) is not None:
            await arriving.show(self.world, it)

    @rule(visit=st.sampled_from(VISITS), coming=st.sampled_from(["YES", "NO"]))
    def answer(self, visit: str, coming: str) -> None:
        """They answer the newest reminder of this visit that is on their phone, if there is one."""
        asked = [
            data
            for shown in self.phone.shown
            for row in shown.buttons
            for _, data in row
            if data.startswith(f"r:coming:{visit}:") and data.endswith(f":{coming}")
        ]
        if asked:
            self._do(self.phone.tap_data(asked[-1]))

    @rule(words=st.sampled_from(["stop", "/start", "/open"]))
    def say(self, words: str) -> None:
        self._do(self.phone.send(words))

    @rule(visit=st.sampled_from(VISITS), what=st.sampled_from(["attended", "missed"]))
    def take_place(self, visit: str, what: str) -> None:
        self._do(self._apart("coordinator", f"/{what} P-001 {visit} today"))
        self._do(self._apart("coordinator", "/cancel"))

    @rule(really=st.integers(0, 9))
    def withdraw(self, really: int) -> None:
        if really == 0:
            self._do(self._withdraw())

    async def _withdraw(self) -> None:
        coordinator = self.world.phone("coordinator")
        await coordinator.send("/withdraw P-001 today")
        person = await self.world.database.read(_person_of, coordinator.address, self.world)
        await self._only(person)
        if any(data.startswith("s:") for data in _buttons(coordinator.shown[-1:])):
            await self._apart("coordinator", "moved away")

    @rule(hours=st.integers(1, 24 * 12))
    def let_time_pass(self, hours: int) -> None:
        self.run(self.world.pass_time(timedelta(hours=hours)))

    @rule(hours=st.integers(1, 24 * 12))
    def be_down(self, hours: int) -> None:
        """The process stands still, then starts and finds what fell due."""
        self.world.now += timedelta(hours=hours)
        self.run(self.world.database.write(attempts.recover, at=self.world.now))
        self.run(self.world.tick())

    @rule(connected=st.booleans())
    def turn_network(self, connected: bool) -> None:
        self.world.connected = connected
        self.run(self.world.deliver())

    @invariant()
    def what_left_held_when_it_left(self) -> None:
        for row in self.run(self.world.database.read(_left, self.seen)):
            self.seen = max(self.seen, row.left)
            assert not self.hours.is_quiet(row.settled_at)
            chart = self._chart()
            assert chart.gets_messages
            assert chart.is_followed
            if row.kind == Kind.VISIT_REMINDER:
                self._appointment_holds(chart, row)

    def _appointment_holds(self, chart: Chart, row: Row[Any]) -> None:
        visit = chart.visit(row.subject["visit"])
        assert visit.booked_at == datetime.fromisoformat(row.subject["at"])
        assert visit.booked_at > row.settled_at
        assert visit.attended_on is None
        assert visit.missed_on is None
        assert visit.confirmed is not False

    @invariant()
    def what_was_due_is_settled(self) -> None:
        """Nothing is left behind, what was not done has its reason, nothing leaves twice."""
        assert self.run(self.world.database.read(planned.due, at=self.world.now, limit=1)) == []
        for row in self.run(self.world.database.read(_plans)):
            assert row.state in ("planned", "done", "skipped", "dropped")
            assert row.reason is not None or row.state in ("planned", "done")

    @invariant()
    def what_opened_is_open(self) -> None:
        """However long the downtime, a questionnaire in its window can be answered."""
        chart, today = self._chart(), self.world.study.today(self.world.now)
        if not chart.is_followed:
            return
        rows = self.run(self.world.database.read(responses.forms_of, self.participant))
        opened = {(row.instrument, row.visit) for row in rows}
        for due in due_forms(self.world.study.trial, chart, add_jalali_months):
            if due.opens_on <= today <= due.closes_on:
                assert (due.instrument, due.visit) in opened

    def _chart(self) -> Chart:
        chart: Chart = self.run(self.world.database.read(participants.chart, self.participant))
        return chart


def _buttons(shown: list[Any]) -> list[str]:
    return [data for message in shown for row in message.buttons for _, data in row]


def _person_of(connection: Connection, address: str, world: World) -> int:
    digest = world.keys.lookup.digest("address:telegram", address)
    table = tables.address
    found = select(table.c.person_id).where(table.c.digest == digest, table.c.state == "open")
    return int(connection.execute(found).scalar_one())


def _left(connection: Connection, since: int) -> list[Row[Any]]:
    sent, plan = tables.outbox, tables.planned
    return list(
        connection.execute(
            select(sent.c.id.label("left"), sent.c.settled_at, plan.c.kind, plan.c.subject)
            .join(plan, sent.c.key == "plan:" + plan.c.id.cast(sent.c.key.type))
            .where(
                sent.c.state == "sent",
                sent.c.urgency == Urgency.REMINDER.value,
                sent.c.id > since,
            )
        )
    )


def _plans(connection: Connection) -> list[Row[Any]]:
    return list(connection.execute(select(tables.planned)))


@pytest.mark.slow
def test_reminders_through_everything_that_happens() -> None:
    run_state_machine_as_test(
        Reminding,
        settings=settings(
            max_examples=6,
            stateful_step_count=20,
            deadline=None,
            phases=[Phase.generate],  # A run takes seconds, so it is not shrunk.
            suppress_health_check=list(HealthCheck),
        ),
    )
