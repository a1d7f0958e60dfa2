"""Who can be reached on several ways is reached on the first that works, and told things once."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from bot.rehearsal.stage import add_staff
from bot.sending.delivery import Delivery, Outlet
from bot.sending.outgoing import (
    Destination,
    NotSent,
    Outcome,
    Outgoing,
    Refused,
    Sent,
    Unreachable,
    Words,
)
from bot.sending.pacing import ChatPace, Pace
from bot.sms.undelivered import Undelivered
from bot.trial.definitions import DEFAULT_TRIAL, load_study
from bot.turn.bodies import message_body
from bot.turn.desk import Desk
from bot.turn.desks import Desks
from bot.turn.outages import judge
from flows.messages import say
from flows.roles import Role
from flows.text import text
from storage import outages, outbox, people, sms, tables
from storage.database import Database
from storage.keyring import Keyring
from storage.outbox import Urgency
from storage.people import FALLBACK_ORDER
from storage.schema import prepare
from storage.sealing import MasterKeys
from tests.bot.hand_clock import HandClock

STUDY = load_study(DEFAULT_TRIAL)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
SARA, ADMINISTRATOR = "sara", "admin"


@dataclass
class Line:
    """A channel that answers as it is told, and what left by it."""

    post: "Ways"
    name: str
    answer: Callable[[], Outcome] = Sent
    left: list[tuple[str, str]] = field(default_factory=list)

    async def send(self, to: Destination, outgoing: Outgoing) -> Outcome:
        outcome = self.answer()
        if isinstance(outcome, Sent):
            assert isinstance(outgoing, Words)
            self.left.append((to.address, outgoing.text))
            if self.name == "sms":
                await self.post.database.write(_hand_over, to.message_id, self.post.clock.now())
        return outcome

    def to(self, address: str) -> list[str]:
        return [words for it, words in self.left if it == address]


def _hand_over(connection: Connection, message: int, at: datetime) -> None:
    handed = sms.begin(connection, outbox_id=message, piece=1, parts=1, gateway="kannel", at=at)
    sms.accept(connection, sms_id=handed.id, gateway="kannel", reference=f"r{message}", at=at)


@dataclass
class Ways:
    database: Database
    desks: Desks
    clock: HandClock
    lines: dict[str, Line] = field(default_factory=dict)
    sara: int = 0

    async def at_desk(self, function: Callable[[Desk], None]) -> None:
        await self.desks.write(self.database, "test", function)

    async def bind(self, person: int, *channels: str) -> None:
        def bind(desk: Desk) -> None:
            for channel in channels:
                people.bind_address(
                    desk.connection,
                    keys=desk.keys,
                    person_id=person,
                    channel=channel,
                    address=SARA,
                    at=desk.now,
                )

        await self.at_desk(bind)

    async def notify(self, key: str, urgency: Urgency = Urgency.REMINDER) -> None:
        told = say(text("cli.audit.broken", entry=key))

        def notify(desk: Desk) -> None:
            desk.notify(self.sara, told, key=key, urgency=urgency)

        await self.at_desk(notify)

    async def prefer(self, channel: str | None) -> None:
        await self.at_desk(
            lambda desk: people.prefer_channel(
                desk.connection, person_id=self.sara, channel=channel
            )
        )

    async def report(self, message: int, state: str) -> None:
        def report(desk: Desk) -> None:
            sms.report(
                desk.connection,
                gateway="kannel",
                reference=f"r{message}",
                state=state,
                reason=None,
                at=desk.now,
            )

        await self.at_desk(report)

    async def pass_time(self, by: timedelta) -> None:
        self.clock.advance(by)
        await self.look_after()
        await asyncio.sleep(0.002)

    async def look_after(self) -> None:
        """What the service does each minute."""
        undelivered = Undelivered(self.database, self.desks, 6 * HOUR, asyncio.Event())
        await self.at_desk(undelivered.pass_on)
        await self.at_desk(judge)

    def reached(self) -> dict[str, int]:
        """How many messages left to her, by channel."""
        return {name: len(it.to(SARA)) for name, it in self.lines.items() if it.to(SARA)}

    async def number_of(self, key: str) -> int:
        def find(connection: Connection) -> int:
            row = connection.execute(
                select(tables.outbox.c.id).where(tables.outbox.c.key.contains(key))
            )
            return int(row.scalars().one())

        return await self.database.read(find)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        delivery = Delivery(self.database, self.desks, self.clock)
        for name, line in self.lines.items():
            delivery.open(name, Outlet(line, Pace(self.clock, 1000), ChatPace(self.clock)))
        task = asyncio.create_task(delivery.run())
        try:
            yield
        finally:
            delivery.stop()
            await task

    async def deliver(self) -> None:
        """Everything that may leave now leaves."""
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self.running())
            async with asyncio.timeout(20):
                while not await self.database.read(_is_empty):  # noqa: ASYNC110 - nobody tells
                    await asyncio.sleep(0.002)


def _is_empty(connection: Connection) -> bool:
    states = select(tables.outbox.c.id).where(tables.outbox.c.state.in_(("waiting", "sending")))
    return connection.scalar(states.limit(1)) is None


@pytest.fixture
async def ways(tmp_path: Path) -> AsyncIterator[Ways]:
    path = tmp_path / "hamrah.sqlite3"
    clock = HandClock()
    prepare(path, tmp_path / "backups", clock.now())
    database = Database.open(f"sqlite:///{path}")
    keys = await database.write(Keyring.open, MasterKeys.create(tmp_path / "master.key"))
    made = Ways(database, Desks(keys, STUDY, clock), clock)
    made.lines = {name: Line(made, name) for name in FALLBACK_ORDER}

    def add(desk: Desk) -> None:
        made.sara = people.create(
            desk.connection, keys=desk.keys, language="en", name="Sara", at=desk.now
        )
        add_staff(desk, "admin", (Role.ADMINISTRATOR,), "en", ("web", ADMINISTRATOR))

    await made.at_desk(add)
    yield made
    await database.close()


@pytest.mark.parametrize("count", [1, 2, 3, 4])
async def test_the_first_way_of_the_order_is_taken(ways: Ways, count: int) -> None:
    """Whichever was bound first."""
    channels = FALLBACK_ORDER[-count:]
    await ways.bind(ways.sara, *reversed(channels))
    await ways.notify("one")
    await ways.deliver()
    assert ways.reached() == {channels[0]: 1}


async def test_the_way_that_somebody_prefers_comes_before_the_order(ways: Ways) -> None:
    await ways.bind(ways.sara, *FALLBACK_ORDER)
    await ways.prefer("sms")
    await ways.notify("one")
    await ways.deliver()
    assert ways.reached() == {"sms": 1}
    await ways.prefer(None)
    await ways.notify("two")
    await ways.deliver()
    assert ways.reached() == {"telegram": 1, "sms": 1}


async def test_a_message_that_one_way_takes_back_goes_the_next_at_once(ways: Ways) -> None:
    """Also a reminder: it surely did not arrive."""
    await ways.bind(ways.sara, "telegram", "bale", "web")
    ways.lines["telegram"].answer = lambda: Unreachable("blocked")
    ways.lines["bale"].answer = lambda: Unreachable("chat_not_found")
    await ways.notify("one")
    await ways.deliver()
    await ways.notify("two")
    await ways.deliver()
    assert ways.reached() == {"web": 2}


async def test_what_a_channel_does_not_take_goes_the_next_way(ways: Ways) -> None:
    await ways.bind(ways.sara, "sms", "web")
    ways.lines["sms"].answer = lambda: Refused("gateway_refused")
    await ways.notify("one")
    await ways.deliver()
    assert ways.reached() == {"web": 1}


async def test_while_a_channel_is_down_for_everybody_messages_go_the_next_way_and_later_back(
    ways: Ways,
) -> None:
    await ways.bind(ways.sara, "telegram", "sms")
    ways.lines["telegram"].answer = lambda: NotSent("no_connection")
    began_at = ways.clock.now()
    async with ways.running():
        await ways.notify("one")
        async with asyncio.timeout(20):
            while not ways.reached():
                await ways.pass_time(MINUTE)
    assert ways.reached() == {"sms": 1}
    assert ways.clock.now() - began_at >= HOUR
    # Nobody tries Telegram meanwhile; what comes next goes by SMS at once.
    await ways.notify("two")
    await ways.deliver()
    assert ways.reached() == {"sms": 2}
    # After a while it is tried again, and works.
    ways.lines["telegram"].answer = Sent
    await ways.pass_time(outages.TRIED_AGAIN_AFTER)
    await ways.notify("three")
    await ways.deliver()
    assert ways.reached() == {"telegram": 1, "sms": 2}
    await ways.deliver()
    told = ways.lines["web"].to(ADMINISTRATOR)
    assert told == [
        STUDY.render(text("staff.channel_down", channel=text("channel.telegram")), "en"),
        STUDY.render(text("staff.channel_up", channel=text("channel.telegram")), "en"),
    ]


async def test_a_channel_that_is_tried_again_in_vain_goes_down_again(ways: Ways) -> None:
    await ways.bind(ways.sara, "telegram", "sms")
    ways.lines["telegram"].answer = lambda: NotSent("no_connection")
    async with ways.running():
        for number in range(1, 4):
            await ways.notify(str(number))
            async with asyncio.timeout(20):
                while ways.reached() != {"sms": number}:
                    await ways.pass_time(MINUTE)
            await ways.pass_time(outages.TRIED_AGAIN_AFTER)


async def test_an_answer_to_what_was_written_waits_for_its_chat_and_keeps_nothing_back(
    ways: Ways,
) -> None:
    await ways.bind(ways.sara, "telegram", "web")

    told = text("cli.audit.broken", entry=0)

    def answer(desk: Desk) -> None:
        address = people.current_address(desk.connection, ways.sara)
        desk.reply(outbox.ToPerson(ways.sara, address), "message", message_body(say(told)))

    await ways.at_desk(answer)
    ways.lines["telegram"].answer = lambda: NotSent("no_connection")
    async with ways.running():
        await ways.notify("one")
        async with asyncio.timeout(20):
            while not ways.reached():
                await ways.pass_time(MINUTE)
        assert ways.reached() == {"web": 1}
        ways.lines["telegram"].answer = Sent
        async with asyncio.timeout(20):
            while ways.reached() != {"telegram": 1, "web": 1}:
                await ways.pass_time(MINUTE)


@pytest.mark.parametrize("state", ["failed", "expired"])
async def test_an_sms_that_did_not_arrive_goes_the_next_way_once(ways: Ways, state: str) -> None:
    await ways.bind(ways.sara, "sms", "web")
    await ways.notify("one")
    await ways.deliver()
    await ways.report(await ways.number_of("one"), state)
    for _ in range(3):
        await ways.look_after()
        await ways.deliver()
    assert ways.reached() == {"sms": 1, "web": 1}


async def test_an_sms_that_arrived_after_all_does_not(ways: Ways) -> None:
    await ways.bind(ways.sara, "sms", "web")
    await ways.notify("one", Urgency.NOTICE)
    await ways.deliver()
    message = await ways.number_of("one")
    await ways.report(message, "failed")
    await ways.report(message, "delivered")
    await ways.pass_time(8 * HOUR)
    await ways.deliver()
    assert ways.reached() == {"sms": 1}


async def test_an_sms_of_which_nothing_is_heard_goes_the_next_way_but_no_reminder_and_no_answer(
    ways: Ways,
) -> None:
    """A reminder may have arrived, and comes at most once; an answer is of its moment."""
    await ways.bind(ways.sara, "sms", "web")
    await ways.notify("one", Urgency.NOTICE)
    await ways.notify("two", Urgency.REMINDER)
    await ways.notify("three", Urgency.REPLY)
    await ways.deliver()
    await ways.pass_time(5 * HOUR)
    await ways.deliver()
    assert ways.reached() == {"sms": 3}
    await ways.pass_time(2 * HOUR)
    await ways.deliver()
    assert ways.reached() == {"sms": 3, "web": 1}


async def test_who_has_one_way_alone_is_not_sent_the_same_again(ways: Ways) -> None:
    await ways.bind(ways.sara, "sms")
    await ways.notify("one", Urgency.NOTICE)
    await ways.deliver()
    await ways.report(await ways.number_of("one"), "failed")
    await ways.look_after()
    await ways.deliver()
    assert ways.reached() == {"sms": 1}
