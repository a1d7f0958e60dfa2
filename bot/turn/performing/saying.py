"""What is said: to whoever gave the command, to a role, to one person."""

from datetime import datetime
from typing import assert_never

from bot.turn.desk import Desk
from bot.turn.speaking import Voice
from flows.effects.speaking import PopUp, Say, Saying, TellPerson, TellRole
from flows.messages import Message
from flows.roles import Role
from storage import people


def perform(voice: Voice, effect: Saying) -> None:
    desk = voice.desk
    match effect:
        case Say(message):
            voice.say(message)
        case PopUp(words):
            voice.pop_up(words)
        case TellRole(role, message):
            desk.notify_role(role, message)
        case TellPerson(person, message, until):
            _tell(desk, person, message, until)
        case _:
            assert_never(effect)


def _tell(desk: Desk, person: int, message: Message, until: datetime | None) -> None:
    """Tell somebody; the coordinators, where that person is no longer part of the trial."""
    if people.roles_of(desk.connection, person):
        desk.notify(person, message, lasts=None if until is None else until - desk.now)
    else:
        desk.notify_role(Role.COORDINATOR, message)
