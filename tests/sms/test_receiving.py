"""What comes in by SMS counts once, in any amount and length."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.rehearsal.world import World
from bot.sms.gateway import Received
from bot.sms.receiving import Receiving
from bot.turn.desk import Desk
from bot.turn.desks import Desks
from flows.roles import Role
from storage import mail, participants, people
from storage.mail import Letter

SARA, NOBODY = "+989120000001", "+989120000009"


@dataclass(frozen=True)
class StandingClock:
    world: World

    def now(self) -> object:
        return self.world.now

    async def sleep(self, seconds: float) -> None:
        raise NotImplementedError


@dataclass
class Line:
    """The clinic's own line, and everybody who writes to it."""

    world: World
    receiving: Receiving

    async def take(self, sender: str, text: str, number: str = "1") -> None:
        await self.receiving.take(Received(number, sender, text))
        await self.world.deliver()

    async def letters(self) -> list[Letter]:
        return await self.world.database.read(mail.waiting, keys=self.world.keys)


@pytest.fixture
async def line(tmp_path: Path) -> AsyncIterator[Line]:
    world = await World.begin(tmp_path)
    await world.add_staff("coordinator", Role.COORDINATOR)
    await world.at_desk(_enrol)
    desks = Desks(world.keys, world.study, StandingClock(world))  # type: ignore[arg-type]
    yield Line(world, Receiving(world.database, desks, "kannel"))
    await world.end()


def _enrol(desk: Desk) -> None:
    person = people.create(desk.connection, keys=desk.keys, language="en", name="S", at=desk.now)
    participants.enrol(desk.connection, person_id=person, sex="F", age=30, at=desk.now)
    people.bind_address(
        desk.connection,
        keys=desk.keys,
        person_id=person,
        channel="sms",
        address=SARA,
        at=desk.now,
    )


async def test_a_repeated_sms_counts_once_however_its_sender_is_spelt(line: Line) -> None:
    for sender in ("989120000001", "+98 912 000 0001", "۰۹۱۲۰۰۰۰۰۰۱", "00989120000001"):
        await line.take(sender, "I am unwell", "same")
    assert [it.words for it in await line.letters()] == ["I am unwell"]


@pytest.mark.slow
async def test_a_flash_of_a_thousand_is_heard_as_far_as_a_person_writes(line: Line) -> None:
    """The coordinators are told once, and after a while that phone is heard again."""
    for number in range(1000):
        await line.take(SARA, f"hello {number}", str(number))
    assert len(await line.letters()) == 40
    told = [it.words for it in line.world.phone("coordinator").shown if "Very many" in it.words]
    assert len(told) == 1


async def test_a_stranger_gets_one_answer_and_a_robot_no_conversation(line: Line) -> None:
    for number in range(50):
        await line.take(NOBODY, "Thank you for your message", str(number))
    assert len(line.world.phone_at(NOBODY).shown) == 1


@pytest.mark.parametrize("sender", ["IRANCELL", "2000", "", "+98 21 8888 8888", "x" * 3000])
async def test_what_comes_from_no_mobile_phone_is_left_alone(line: Line, sender: str) -> None:
    await line.take(sender, "hello")
    assert list(line.world.phones) == ["coordinator"]


async def test_two_kilobytes_and_broken_letters_are_kept_as_they_can_be(line: Line) -> None:
    await line.take(SARA, "درد دارم " * 300 + "\ud800")
    [letter] = await line.letters()
    assert len(letter.words) == 2048
