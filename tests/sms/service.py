"""Somebody who is reached by SMS, in the data of a service, and what is stored there."""

import asyncio

import httpx

from bot.clock import SystemClock
from bot.opening import make_ready_beside, opened
from bot.trial.definitions import load_study
from bot.turn.desk import Desk
from bot.turn.desks import Desks
from flows.messages import say
from flows.roles import Role
from flows.text import text
from storage import participants, people
from storage.outbox import Urgency
from tests.process.hamrah import Hamrah
from tests.process.participants import settings_of

SARA = "+989120000001"


def enrol(hamrah: Hamrah) -> None:
    """Somebody who is reached at this number."""

    def add(desk: Desk) -> None:
        person = people.create(
            desk.connection, keys=desk.keys, language="fa", name="Sara", at=desk.now
        )
        participants.enrol(desk.connection, person_id=person, sex="F", age=30, at=desk.now)
        people.bind_address(
            desk.connection,
            keys=desk.keys,
            person_id=person,
            channel="sms",
            address=SARA,
            at=desk.now,
        )

    asyncio.run(_at_desk(hamrah, "seed", add))


def appoint(hamrah: Hamrah) -> None:
    """An administrator, who has not entered."""

    def add(desk: Desk) -> None:
        person = people.create(
            desk.connection, keys=desk.keys, language="fa", name="Ali", at=desk.now
        )
        roles = [Role.ADMINISTRATOR]
        people.begin_roles(desk.connection, person_id=person, roles=roles, at=desk.now)

    asyncio.run(_at_desk(hamrah, "appointed", add))


def tell(hamrah: Hamrah, key: str) -> None:
    """Something leaves to her, as another process writes it."""

    def put(desk: Desk) -> None:
        told = say(text(key, at=desk.now, phone="011"))
        # At night a notice would wait, and tests are run at any hour.
        desk.notify(1, told, key=key, urgency=Urgency.ALERT)

    asyncio.run(_at_desk(hamrah, key, put))


async def _at_desk(hamrah: Hamrah, nonce: str, function: object) -> None:
    settings, clock = settings_of(hamrah), SystemClock()
    master, _ = make_ready_beside(settings, clock.now())
    async with opened(settings, master) as it:
        desks = Desks(it.keys, load_study(settings.trial), clock)
        await desks.write(it.database, nonce, function)  # type: ignore[arg-type]


def reported(hamrah: Hamrah) -> list[str]:
    return [state for (state,) in hamrah.stored("SELECT state FROM sms_report")]


def is_up(hamrah: Hamrah) -> bool:
    try:
        return httpx.get(f"{hamrah.url}/health", trust_env=False).status_code < 600
    except httpx.HTTPError:
        return False
