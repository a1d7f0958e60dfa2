"""The phones of a page: whose each of them is."""

from typing import Any

from bot.turn.desk import Desk
from bot.web.channel import CHANNEL
from flows.roles import Role
from storage import participants, people


def phone(desk: Desk, chat: int) -> dict[str, Any]:
    """A phone as a page is told of it; it is nobody's until somebody enters there."""
    speaker = people.speaker_at(desk.connection, keys=desk.keys, channel=CHANNEL, address=str(chat))
    if speaker is None or not speaker.roles:
        return {"id": chat, "language": None, "role": None, "name": ""}
    role = min(speaker.roles)
    if role is Role.PARTICIPANT:
        name = participants.code_of(desk.connection, speaker.person_id)
    else:
        name = people.identity(
            desk.connection, keys=desk.keys, person_id=speaker.person_id, kind="name"
        )
    return {"id": chat, "language": speaker.language, "role": role.value, "name": name}
