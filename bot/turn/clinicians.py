"""Who looks after a participant now, and how they are told."""

from sqlalchemy import Connection

from bot.turn.desk import Desk
from flows.messages import Message
from flows.roles import Role
from storage import participants, people
from storage.outbox import Urgency


def clinician_of(desk: Desk, participant: int) -> int | None:
    """The participant's clinician, while they hold that role."""
    named = participants.chart(desk.connection, participant).clinician
    return named if treats(desk.connection, participant, named) else None


def treats(connection: Connection, participant: int, person: int | None) -> bool:
    """Whether this person is the participant's clinician, and holds that role."""
    named = participants.chart(connection, participant).clinician
    return person == named and person in people.holders(connection, Role.CLINICIAN)


def tell_clinicians(
    desk: Desk,
    participant: int,
    message: Message,
    *,
    key: str,
    urgency: Urgency = Urgency.NOTICE,
) -> list[int]:
    """Tell the participant's clinician; every clinician where none is named, or they have left.
    Returns who was told."""
    clinician = clinician_of(desk, participant)
    if clinician is None:
        return desk.notify_role(Role.CLINICIAN, message, key=key, urgency=urgency)
    desk.notify(clinician, message, key=f"{key}:{clinician}", urgency=urgency)
    return [clinician]
