"""What comes in by SMS counts once, in any amount and length."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from bot.rehearsal.phones import Phone
from bot.rehearsal.world import World
from bot.turn.desk import Desk
from storage import participants, people, tables
from storage.outbox import Urgency
from tests.scenes import given
from tests.sms.line import NOBODY, SARA, Line

ALI = "+989120000002"


async def test_a_repeated_sms_counts_once_however_its_sender_is_spelt(line: Line) -> None:
    for sender in ("989120000001", "+98 912 000 0001", "۰۹۱۲۰۰۰۰۰۰۱", "00989120000001"):
        await line.take(sender, "I am unwell", "same")
    assert [it.words for it in await line.letters()] == ["I am unwell"]


@pytest.mark.slow
async def test_a_flash_of_a_thousand_is_heard_as_far_as_a_person_writes(line: Line) -> None:
    """An answer that came first is kept, both sides are told once of the rest, and whoever writes
    meanwhile is answered.
    """
    await line.enrol("Ali", ALI)
    for words in ("problem", "4"):
        await line.take(SARA, words)
    for number in range(1000):
        await line.take(SARA, f"hello {number}")
        if number % 100 == 50:
            await line.take(ALI, "visits")
    assert await line.answers() == [(line.sara, "NONE")]
    assert len(await line.letters()) == 38
    assert len(_told(line.world.phone("coordinator"), "Very many SMS")) == 1
    assert len(_told(line.phone(), "Very many messages")) == 1
    assert len(_told(line.phone(ALI), "no appointment")) == 10
    assert await line.stopped() == set()
    line.world.now += timedelta(hours=1)
    await line.take(SARA, "I am here again")
    assert len(await line.letters()) == 39


async def test_a_wish_to_stop_is_heard_among_any_number_of_sms(line: Line) -> None:
    for number in range(45):
        await line.take(SARA, f"hello {number}")
    await line.take(SARA, "Please stop")
    assert await line.stopped() == {line.sara}


async def test_a_second_wish_to_stop_is_not_answered_within_a_day(line: Line) -> None:
    for words in ("stop", "Stop it!", "لغو", "no more messages"):
        await line.take(SARA, words)
    assert len(_told(line.phone(), "have stopped")) == 1
    line.world.now += timedelta(days=2)
    for _ in range(3):
        await line.take(SARA, "stop")
    assert len(_told(line.phone(), "have stopped")) == 2


async def test_stop_while_it_is_asked_what_shall_stop_means_everything(line: Line) -> None:
    for words in ("problem", "stop"):
        await line.take(SARA, words)
    assert await line.stopped() == set()
    await line.take(SARA, "stop!")
    assert await line.stopped() == {line.sara}


async def test_a_phone_that_answers_by_itself_is_left_alone_after_a_while(line: Line) -> None:
    """Neither always the same words nor ever new ones keep the bot talking."""
    for _ in range(20):
        await line.take(SARA, "I am driving and will call back later.")
    assert len(line.phone().shown) == len(await line.letters()) == 3
    line.world.now += timedelta(hours=2)
    for number in range(20):
        await line.take(SARA, f"I am away. Your message has number {number}")
    assert len(line.phone().shown) == 3 + 10
    assert len(await line.letters()) == 3 + 20


async def test_the_same_answer_to_question_after_question_is_no_robot(line: Line) -> None:
    for _ in range(12):
        await line.take(SARA, "I am driving and will call back later.")
    for words in ("problem", "4", "7"):
        await line.take(SARA, words)
    assert [code for _, code in await line.answers()] == ["NONE", "NONE"]


@pytest.mark.parametrize("stops", [False, True])
@pytest.mark.parametrize("channel", ["telegram", "web"])
async def test_a_stop_by_sms_holds_on_every_channel(
    tmp_path: Path, channel: str, stops: bool
) -> None:
    """What falls due is not even put on its way."""
    world = await World.begin(tmp_path / "world", "en")
    await given(world, "a treated woman P-001")
    person = await world.at_desk(_reached_on, channel)
    await Line.to(world).take(SARA, "Stop. Thank you" if stops else "visits")
    await world.pass_time(timedelta(days=4))
    reminders = await world.database.read(_reminders, person)
    await world.end()
    assert bool(reminders) is not stops


def _reached_on(desk: Desk, channel: str) -> int:
    """P-001 by SMS, and on this channel alone beside it."""
    person = participants.with_code(desk.connection, "P-001")
    assert person is not None
    for name, address in (("sms", SARA), ("telegram", "chat-of-P-001"), ("web", "7")):
        people.close_addresses(desk.connection, person_id=person, channel=name, at=desk.now)
        if name in ("sms", channel):
            people.bind_address(
                desk.connection,
                keys=desk.keys,
                person_id=person,
                channel=name,
                address=address,
                at=desk.now,
            )
    return person


def _reminders(connection: Connection, person: int) -> list[str]:
    outbox = tables.outbox
    urgency = outbox.c.urgency == Urgency.REMINDER.value
    return list(
        connection.scalars(select(outbox.c.key).where(outbox.c.person_id == person, urgency))
    )


def _told(phone: Phone, words: str) -> list[str]:
    return [it.words for it in phone.shown if words in it.words]


async def test_a_stranger_gets_one_answer_and_a_robot_no_conversation(line: Line) -> None:
    for number in range(50):
        await line.take(NOBODY, "Thank you for your message", str(number))
    assert len(line.phone(NOBODY).shown) == 1
    line.world.now += timedelta(days=31)
    for _ in range(3):
        await line.take(NOBODY, "Thank you for your message")
    assert len(line.phone(NOBODY).shown) == 2
    assert "study" not in line.phone(NOBODY).last


@pytest.mark.parametrize("sender", ["IRANCELL", "2000", "", "+98 21 8888 8888", "x" * 3000])
async def test_what_comes_from_no_mobile_phone_is_left_alone(line: Line, sender: str) -> None:
    await line.take(sender, "hello")
    assert list(line.world.phones) == ["coordinator"]
    assert await line.letters() == []


async def test_two_kilobytes_and_broken_letters_are_kept_as_they_can_be(line: Line) -> None:
    await line.take(SARA, "درد دارم " * 300 + "\ud800")
    [letter] = await line.letters()
    assert len(letter.words) == 2048
