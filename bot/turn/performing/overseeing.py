"""What the principal investigator decides and sees."""

from typing import assert_never

from bot.turn.speaking import Voice
from bot.turn.summary import summary
from flows.effects.oversight import ConfirmDefinition, Overseeing, SendSummary
from storage import protocol


def perform(voice: Voice, verb: str, effect: Overseeing) -> None:
    desk = voice.desk
    match effect:
        case ConfirmDefinition(definition_hash):
            protocol.confirm(
                desk.connection, definition_hash=definition_hash, by=voice.person, at=desk.now
            )
            voice.record(verb, None, definition=definition_hash)
        case SendSummary():
            voice.say(summary(desk))
            voice.record(verb)
        case _:
            assert_never(effect)
