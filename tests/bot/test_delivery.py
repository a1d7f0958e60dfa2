"""The outbox is emptied in order, and each outcome has its consequence."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, select, update

from bot.rehearsal.stage import add_staff
from bot.sending.delivery import Delivery, Outlet
from bot.sending.outgoing import (
    Change,
    Comparison,
    Destination,
    Held,
    Late,
    Menu,
    NotSent,
    Outcome,
    Outgoing,
    Refused,
    Sent,
    Slower,
    TapAnswer,
    Unknown,
    Unreachable,
    Words,
)
from bot.sending.pacing import ChatPace, Pace
from bot.trial.definitions import DEFAULT_TRIAL, load_study
from bot.turn.bodies import message_body
from bot.turn.desk import Desk
from bot.turn.desks import Desks
from flows.messages import run_button, say
from flows.roles import Role
from flows.text import Text, text
from storage import people, tables
from storage.database import Database, GroupLost
from storage.departures import Leaving
from storage.keyring import Keyring
from storage.outbox import NewMessage, ToPerson, ToStranger, Urgency
from storage.schema import prepare
from storage.sealing import MasterKeys
from tests.bot.fast_clock import FastClock

STUDY = load_study(DEFAULT_TRIAL)
Answer = Callable[[str, Outgoing], Outcome]


def words(number: int) -> Text:
    """A sentence that holds a number, as any wording of the study."""
    return text("cli.audit.broken", entry=number)


def shown(number: int) -> str:
    return STUDY.render(words(number), "en")


@dataclass
class Post:
    """A trial's outbox with a channel that answers as it is told."""

    database: Database
    desks: Desks
    clock: FastClock
    answer: Answer = lambda _address, _outgoing: Sent()
    left: list[tuple[str, Outgoing]] = field(default_factory=list)
    kept_back: dict[str, Held | Refused] = field(default_factory=dict)

    async def send(self, to: Destination, outgoing: Outgoing) -> Outcome:
        self.left.append((to.address, outgoing))
        return self.answer(to.address, outgoing)

    def admit(
        self, _connection: Connection, leaving: Leaving, _outgoing: Outgoing | Comparison
    ) -> Held | Refused | None:
        return self.kept_back.get(leaving.urgency.name.lower())

    def texts(self, address: str) -> list[str]:
        return [it.text for to, it in self.left if to == address and isinstance(it, Words)]

    async def add_person(self, name: str, *roles: Role) -> int:
        def add(desk: Desk) -> int:
            held = roles or (Role.COORDINATOR,)
            return add_staff(desk, name, held, "en", ("telegram", name))

        return await self.desks.write(self.database, f"add:{name}", add)

    async def put(self, *numbers: int, to: int, urgency: Urgency = Urgency.REPLY) -> None:
        def put(desk: Desk) -> None:
            for number in numbers:
                body = message_body(say(words(number)))
                new = NewMessage(f"key:{number}", "message", urgency, ToPerson(to), body)
                desk.put(new)

        await self.desks.write(self.database, "put", put)

    async def put_raw(self, new: NewMessage) -> None:
        await self.desks.write(self.database, "put", lambda desk: desk.put(new))

    async def states(self) -> dict[str, tuple[str, str | None]]:
        """What became of each message, and why."""

        def read(connection: Connection) -> dict[str, tuple[str, str | None]]:
            found = connection.execute(select(tables.outbox))
            return {row.key: (row.state, row.reason) for row in found}

        return await self.database.read(read)

    @asynccontextmanager
    async def running(self, per_second: float = 1000) -> AsyncIterator[None]:
        clock = self.clock
        delivery = Delivery(self.database, self.desks, clock)
        delivery.open(
            "telegram", Outlet(self, Pace(clock, per_second), ChatPace(clock), self.admit)
        )
        task = asyncio.create_task(delivery.run())
        try:
            yield
        finally:
            delivery.stop()
            await task

    async def until(self, done: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not done():  # noqa: ASYNC110 - what is waited for is told by nobody
                await asyncio.sleep(0.001)

    async def until_settled(self) -> dict[str, tuple[str, str | None]]:
        async with asyncio.timeout(10):
            while True:
                states = await self.states()
                if not {state for state, _ in states.values()} & {"waiting", "sending"}:
                    return states
                await asyncio.sleep(0.005)


@pytest.fixture
async def post(tmp_path: Path) -> AsyncIterator[Post]:
    path = tmp_path / "hamrah.sqlite3"
    clock = FastClock()
    prepare(path, tmp_path / "backups", clock.now())
    database = Database.open(f"sqlite:///{path}")
    keys = await database.write(Keyring.open, MasterKeys.create(tmp_path / "master.key"))
    yield Post(database, Desks(keys, STUDY, clock), clock)
    await database.close()


async def test_messages_of_a_chat_leave_in_order_and_chats_side_by_side(post: Post) -> None:
    sara, ali = await post.add_person("sara"), await post.add_person("ali")
    await post.put(1, 2, 3, 4, 5, to=sara)
    await post.put(11, 12, 13, to=ali)
    async with post.running():
        await post.until_settled()
    assert post.texts("sara") == [shown(it) for it in (1, 2, 3, 4, 5)]
    assert post.texts("ali") == [shown(it) for it in (11, 12, 13)]


async def test_what_is_put_in_while_it_runs_leaves_at_once(post: Post) -> None:
    sara = await post.add_person("sara")
    async with post.running():
        await post.put(1, to=sara)
        await post.until(lambda: post.texts("sara") == [shown(1)])
        await post.put(2, to=sara)
        await post.until(lambda: post.texts("sara") == [shown(1), shown(2)])


@pytest.mark.parametrize("trouble", [NotSent("no_connection"), Unknown("no_answer"), Slower(2)])
async def test_after_trouble_a_reply_goes_again_before_those_behind_it(
    post: Post, trouble: Outcome
) -> None:
    """What was put in later does not overtake it, though it is due earlier."""
    sara = await post.add_person("sara")
    outcomes: list[Outcome] = [trouble, trouble, trouble]
    post.answer = lambda _address, _outgoing: outcomes.pop() if outcomes else Sent()
    await post.put(1, to=sara)
    async with post.running():
        await post.until(lambda: bool(post.left))
        await post.put(2, to=sara)
        states = await post.until_settled()
    assert post.texts("sara") == [shown(1)] * 4 + [shown(2)]
    assert {state for state, _ in states.values()} == {"sent"}


@pytest.mark.parametrize(
    ("why_not", "state"),
    [
        (Held(datetime(2026, 9, 26, 5, 35, tzinfo=UTC), "quiet_hours"), ("sent", None)),
        (Refused("budget"), ("failed", "budget")),
    ],
)
async def test_what_may_not_leave_is_not_handed_over_and_nothing_waits_for_it(
    post: Post, why_not: Held | Refused, state: tuple[str, str | None]
) -> None:
    sara = await post.add_person("sara")
    post.kept_back = {"notice": why_not}
    await post.put(1, to=sara, urgency=Urgency.NOTICE)
    await post.put(2, to=sara)
    async with post.running():
        await post.until(lambda: post.texts("sara") == [shown(2)])
        post.kept_back = {}
        states = await post.until_settled()
    assert states == {"key:1": state, "key:2": ("sent", None)}
    assert post.texts("sara") == [shown(2)] + ([shown(1)] if state[0] == "sent" else [])


async def test_a_reminder_of_unknown_outcome_is_not_sent_again(post: Post) -> None:
    sara = await post.add_person("sara")
    post.answer = lambda _address, _outgoing: Unknown("no_answer")
    await post.put(1, to=sara, urgency=Urgency.REMINDER)
    async with post.running():
        states = await post.until_settled()
    assert len(post.left) == 1
    assert states == {"key:1": ("unknown", "no_answer")}


async def test_a_reminder_that_surely_was_not_sent_goes_again(post: Post) -> None:
    sara = await post.add_person("sara")
    outcomes: list[Outcome] = [NotSent("no_connection")]
    post.answer = lambda _address, _outgoing: outcomes.pop() if outcomes else Sent()
    await post.put(1, to=sara, urgency=Urgency.REMINDER)
    async with post.running():
        assert (await post.until_settled())["key:1"][0] == "sent"


async def test_an_address_that_takes_nothing_is_marked_and_the_administrators_told(
    post: Post,
) -> None:
    await post.add_person("admin", Role.ADMINISTRATOR)
    sara = await post.add_person("sara", Role.CLINICIAN)
    post.answer = lambda to, _: Unreachable("blocked") if to == "sara" else Sent()
    await post.put(1, 2, to=sara)
    async with post.running():
        await post.until(lambda: bool(post.texts("admin")))
    assert post.texts("admin") == [STUDY.render(text("staff.blocked_staff"), "en")]
    assert len(post.left) == 2
    states = await post.states()
    assert states["key:1"] == ("failed", "blocked")
    assert await post.database.read(people.current_address, sara) is None


async def test_when_the_channel_wants_peace_nobody_is_sent_anything(post: Post) -> None:
    sara, ali = await post.add_person("sara"), await post.add_person("ali")
    refused_at: list[datetime] = []

    def answer(address: str, _: Outgoing) -> Outcome:
        if not refused_at:
            refused_at.append(post.clock.now())
            return Slower(300)
        assert post.clock.now() - refused_at[0] >= timedelta(seconds=299)
        return Sent()

    post.answer = answer
    await post.put(1, to=sara)
    async with post.running():
        await post.until(lambda: bool(refused_at))
        await post.put(2, to=ali)
        await post.until_settled()
    assert len(post.left) == 3


async def test_what_is_late_or_refused_does_not_hold_up_the_chat(post: Post) -> None:
    sara = await post.add_person("sara")
    outcomes: list[Outcome] = [Refused("bad_request"), Late()]
    post.answer = lambda _address, _outgoing: outcomes.pop() if outcomes else Sent()
    await post.put(1, 2, 3, to=sara)
    async with post.running():
        states = await post.until_settled()
    assert states == {
        "key:1": ("expired", "too_late"),
        "key:2": ("failed", "bad_request"),
        "key:3": ("sent", None),
    }


async def test_what_cannot_be_worded_fails_alone(post: Post) -> None:
    sara = await post.add_person("sara")
    body = message_body(say(text("no.such.wording")))
    await post.put_raw(NewMessage("bad", "message", Urgency.REPLY, ToPerson(sara), body))
    await post.put(2, to=sara)
    async with post.running():
        states = await post.until_settled()
    assert states == {"bad": ("failed", "wording"), "key:2": ("sent", None)}


async def test_a_fault_of_the_channel_fails_the_message_and_not_the_worker(post: Post) -> None:
    sara = await post.add_person("sara")

    def answer(_address: str, outgoing: Outgoing) -> Outcome:
        if isinstance(outgoing, Words) and outgoing.text == shown(1):
            raise KeyError("date")
        return Sent()

    post.answer = answer
    await post.put(1, 2, to=sara)
    async with post.running():
        states = await post.until_settled()
    assert states == {"key:1": ("failed", "program_error"), "key:2": ("sent", None)}


async def test_a_channel_whose_disk_is_full_is_tried_again(post: Post) -> None:
    """A web chat writes what it is sent; that it could not is nobody's message's fault."""
    failures = [sqlite3.OperationalError("database or disk is full")]

    def answer(_address: str, _outgoing: Outgoing) -> Outcome:
        if failures:
            raise GroupLost from failures.pop()
        return Sent()

    post.answer = answer
    person = await post.add_person("sara")
    await post.put(1, to=person)
    async with post.running():
        assert (await post.until_settled())["key:1"] == ("sent", None)
    assert len(post.left) == 2


async def test_an_alert_overtakes_a_bulk_of_reminders(post: Post) -> None:
    for number in range(100):
        person = await post.add_person(f"person-{number}")
        await post.put(number, to=person, urgency=Urgency.REMINDER)
    doctor = await post.add_person("doctor")
    async with post.running(per_second=0.05):
        await post.until(lambda: len(post.left) >= 10)
        await post.put(1000, to=doctor, urgency=Urgency.ALERT)
        before = len(post.left)
        await post.until(lambda: bool(post.texts("doctor")))
    place = [address for address, _ in post.left].index("doctor")
    assert place - before <= 3


async def test_what_goes_again_does_not_wait_for_the_bulk_that_was_seen_before(post: Post) -> None:
    for number in range(100):
        person = await post.add_person(f"person-{number}")
        await post.put(number, to=person, urgency=Urgency.REMINDER)
    doctor = await post.add_person("doctor")
    answers = iter([NotSent("no_network")])
    post.answer = lambda to, _: next(answers, Sent()) if to == "doctor" else Sent()
    async with post.running(per_second=0.005):
        await post.until(lambda: len(post.left) >= 3)
        await post.put(1000, to=doctor, urgency=Urgency.ALERT)
        await post.until(lambda: len(post.texts("doctor")) == 2)
    first, second = (at for at, (address, _) in enumerate(post.left) if address == "doctor")
    assert second - first <= 4


async def test_what_was_being_tried_when_the_process_died_is_settled_at_the_start(
    post: Post,
) -> None:
    sara = await post.add_person("sara")
    await post.put(1, to=sara, urgency=Urgency.REMINDER)
    await post.put(2, to=sara, urgency=Urgency.REPLY)

    def interrupt(connection: Connection) -> None:
        connection.execute(update(tables.outbox).values(state="sending"))

    await post.database.write(interrupt)
    async with post.running():
        states = await post.until_settled()
    assert states == {"key:1": ("unknown", "interrupted"), "key:2": ("sent", None)}
    assert post.texts("sara") == [shown(2)]


async def test_the_answer_to_a_tap_waits_for_no_message(post: Post) -> None:
    """Not for its chat, nor for the pace of all, nor for a channel that wants peace."""
    sara = await post.add_person("sara")
    taps = [f'{{"tap": "{number}", "text": null}}' for number in range(20)]
    async with post.running(per_second=0.001):
        await post.put(1, 2, to=sara)
        for number, body in enumerate(taps):
            line = f"tap:{number}"
            to = ToPerson(sara)
            await post.put_raw(NewMessage(line, "tap", Urgency.ALERT, to, body, line=line))
        await post.until(
            lambda: sum(isinstance(outgoing, TapAnswer) for _, outgoing in post.left) == 20
        )
    assert len(post.texts("sara")) < 2


async def test_a_stranger_is_answered_in_the_language_of_their_program(post: Post) -> None:
    body = message_body(say(text("stranger.unknown")), language="en")
    stranger = ToStranger("telegram", "99")
    await post.put_raw(NewMessage("s", "message", Urgency.REPLY, stranger, body))
    async with post.running():
        await post.until_settled()
    assert post.texts("99") == [STUDY.render(text("stranger.unknown"), "en")]


async def test_messages_are_worded_as_they_leave(post: Post) -> None:
    """Paragraphs stand apart, buttons keep their data, the menu lists what the role may do."""
    pi = await post.add_person("pi", Role.PI)
    button = run_button(text("command.help.button"), "help")
    message = say(words(1), words(2), buttons=((button,),))
    body = message_body(message, message="12")
    await post.put_raw(NewMessage("edit", "edit", Urgency.REPLY, ToPerson(pi), body))
    await post.put_raw(NewMessage("menu", "menu", Urgency.REPLY, ToPerson(pi), "{}"))
    async with post.running():
        await post.until_settled()
    (_, change), (_, menu) = post.left
    assert isinstance(change, Change)
    assert change.message == "12"
    assert change.words == Words(
        f"{shown(1)}\n\n{shown(2)}", (((STUDY.render(button.label, "en"), "r:help"),),)
    )
    assert isinstance(menu, Menu)
    assert ("summary", STUDY.render(text("command.summary.help"), "en")) in menu.commands
    assert "invite_staff" not in dict(menu.commands)
