"""The clinic's own line, and everybody who writes to it."""

from dataclasses import dataclass
from itertools import count

from sqlalchemy import Connection, select

from bot.rehearsal.phones import Phone
from bot.rehearsal.world import World
from bot.sms.gateway import Received
from bot.sms.receiving import Receiving
from bot.turn.desk import Desk
from bot.turn.desks import Desks
from flows.chart import Milestone
from storage import mail, participants, people, tables
from storage.mail import Letter
from storage.participants import NewMilestone

SARA, NOBODY = "+989120000001", "+989120000009"
_numbers = count(1_000_000)


@dataclass(frozen=True)
class StandingClock:
    world: World

    def now(self) -> object:
        return self.world.now

    async def sleep(self, seconds: float) -> None:
        raise NotImplementedError


@dataclass
class Line:
    world: World
    receiving: Receiving
    sara: int = 0

    @classmethod
    def to(cls, world: World, gateway: str = "kannel") -> "Line":
        desks = Desks(world.keys, world.study, StandingClock(world))  # type: ignore[arg-type]
        return cls(world, Receiving(world.database, desks, gateway))

    async def take(self, sender: str, text: str, number: str | None = None) -> None:
        """An SMS, under a number of its own where none is given."""
        await self.receiving.take(Received(number or str(next(_numbers)), sender, text))
        await self.world.deliver()

    async def letters(self) -> list[Letter]:
        return await self.world.database.read(mail.waiting, keys=self.world.keys)

    async def enrol(self, name: str, number: str = SARA) -> int:
        """Somebody who agreed to messages and is reached at this number."""
        return await self.world.at_desk(_enrol, name, number)

    async def answers(self) -> list[tuple[int, str]]:
        """Every answer that was recorded: whose, and its first code."""

        def read(connection: Connection) -> list[tuple[int, str]]:
            response = tables.response
            query = select(response.c.participant_id, response.c.codes).order_by(response.c.id)
            return [(row.participant_id, row.codes[0]) for row in connection.execute(query)]

        return await self.world.database.read(read)

    async def stopped(self) -> set[int]:
        """Who gets no messages."""

        def read(connection: Connection) -> set[int]:
            charts = participants.charts(connection, participants.everyone(connection))
            return {it.participant for it in charts if not it.messaging}

        return await self.world.database.read(read)

    def phone(self, number: str = SARA) -> Phone:
        return self.world.phone_at(number)


def _enrol(desk: Desk, name: str, number: str) -> int:
    person = people.create(desk.connection, keys=desk.keys, language="en", name=name, at=desk.now)
    participants.enrol(desk.connection, person_id=person, sex="F", age=30, at=desk.now)
    for milestone in (Milestone.CONSENTED, Milestone.MESSAGING_AGREED):
        participants.record(
            desk.connection,
            keys=desk.keys,
            participant=person,
            new=NewMilestone(milestone, desk.today),
            recorded_by=person,
            at=desk.now,
        )
    people.bind_address(
        desk.connection,
        keys=desk.keys,
        person_id=person,
        channel="sms",
        address=number,
        at=desk.now,
    )
    return person
