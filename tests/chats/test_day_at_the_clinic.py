"""A day at the clinic, from the list at opening to the last call: it takes few taps.

Twelve visits, two calls, one alert and one change of an appointment. What the coordinator taps is
counted and printed; typing is not needed.
"""

from dataclasses import dataclass
from datetime import datetime

import pytest

from bot.rehearsal.phones import Phone
from bot.rehearsal.world import World
from bot.turn.desk import Desk
from bot.turn.incoming import Content, Tapped, Typed
from bot.turn.planning import replan
from flows.chart import Milestone
from storage import participants, people
from storage.participants import NewMilestone

pytestmark = pytest.mark.slow

VISITS, MOST_TAPS = 12, 60


@dataclass
class Counting(World):
    """A world that counts what the coordinator taps and types."""

    taps: int = 0
    typed: int = 0

    async def receive(
        self, phone: Phone, content: Content, *, update_id: int | None = None
    ) -> None:
        if phone.name == "coordinator":
            self.taps += isinstance(content, Tapped)
            self.typed += isinstance(content, Typed)
        await super().receive(phone, content, update_id=update_id)


@dataclass(frozen=True)
class Somebody:
    """A participant who was treated a month ago; `booked_at` is their next visit."""

    booked_at: datetime | None
    messaging: bool = True


def enrol(desk: Desk, it: Somebody, clinician: int, treated_at: datetime) -> str:
    """Put into the record what a month of the trial would have put there."""
    connection, keys, now = desk.connection, desk.keys, desk.now
    person = people.create(connection, keys=keys, language="en", name="Sara", at=now)
    code = participants.enrol(connection, person_id=person, sex="F", age=30, at=now)
    people.bind_address(
        connection,
        keys=keys,
        person_id=person,
        channel="telegram",
        address=f"chat-of-{code}",
        at=now,
    )
    on = desk.study.today(treated_at)
    messaging = Milestone.MESSAGING_AGREED if it.messaging else Milestone.MESSAGING_STOPPED
    facts = [
        NewMilestone(Milestone.CONSENTED, on),
        NewMilestone(messaging, on),
        NewMilestone(Milestone.CLINICIAN_ASSIGNED, on, detail={"clinician": str(clinician)}),
        NewMilestone(Milestone.RANDOMIZED, on),
        NewMilestone(Milestone.SESSION_DONE, on, "baseline"),
    ]
    if it.booked_at is not None:
        facts.append(NewMilestone(Milestone.BOOKED, on, "month_1", it.booked_at))
    for fact in facts:
        participants.record(
            connection, keys=keys, participant=person, new=fact, recorded_by=person, at=treated_at
        )
    replan(desk, person)
    return code
