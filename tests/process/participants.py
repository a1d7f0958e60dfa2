"""Participants who have entered already, put into the data of a service that does not run."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from bot.clock import SystemClock
from bot.opening import make_ready_beside, opened
from bot.settings import Settings, read_settings
from bot.trial.definitions import load_study
from bot.turn.desk import Desk
from bot.turn.desks import Desks
from storage import mail, participants, people, responses
from tests.botapi.client import Phone
from tests.process.hamrah import Hamrah


def settings_of(hamrah: Hamrah) -> Settings:
    return read_settings(hamrah.environment, Path("no .env"))


def add_participants(
    hamrah: Hamrah, phones: Sequence[Phone], *, channel: str = "telegram", name: str = "Sara"
) -> None:
    def add(desk: Desk) -> None:
        for phone in phones:
            _bind(desk, _enrol(desk, name), channel, phone)

    asyncio.run(at_desk(settings_of(hamrah), add))


def add_with_questionnaire(hamrah: Hamrah, phone: Phone | None = None) -> None:
    """P-001, who has a questionnaire to answer, and has not entered if no phone is given."""

    def add(desk: Desk) -> None:
        participant = _enrol(desk, "Sara")
        if phone is not None:
            _bind(desk, participant, "telegram", phone)
        responses.open_form(
            desk.connection,
            participant=participant,
            instrument="satisfaction",
            version=desk.study.latest("satisfaction").version,
            visit="month_1",
            opens_on=desk.today,
            closes_on=None,
            at=desk.now,
        )

    asyncio.run(at_desk(settings_of(hamrah), add))


def letters(hamrah: Hamrah) -> list[str]:
    """The words of every letter that is stored."""
    return asyncio.run(_letters(settings_of(hamrah)))


def _enrol(desk: Desk, name: str) -> int:
    person = people.create(desk.connection, keys=desk.keys, language="en", name=name, at=desk.now)
    participants.enrol(desk.connection, person_id=person, sex="F", age=30, at=desk.now)
    return person


def _bind(desk: Desk, person: int, channel: str, phone: Phone) -> None:
    people.bind_address(
        desk.connection,
        keys=desk.keys,
        person_id=person,
        channel=channel,
        address=str(phone.chat_id),
        at=desk.now,
    )


async def at_desk(settings: Settings, function: Callable[[Desk], None]) -> None:
    clock = SystemClock()
    master, _ = make_ready_beside(settings, clock.now())
    async with opened(settings, master) as it:
        desks = Desks(it.keys, load_study(settings.trial), clock)
        await desks.write(it.database, "seed", function)


async def _letters(settings: Settings) -> list[str]:
    master, _ = make_ready_beside(settings, SystemClock().now())
    async with opened(settings, master) as it:
        found = await it.database.read(mail.waiting, keys=it.keys)
    return [letter.words for letter in found]
