"""Emergency unblinding, and the end of the trial."""

from typing import assert_never

from bot.turn import unblinding
from bot.turn.planning import drop_all
from bot.turn.speaking import Voice
from flows.effects.ending import (
    AnswerUnblinding,
    AskToUnblind,
    Ending,
    LockData,
    ShowUnblinded,
    SignOff,
)
from storage import closing


def perform(voice: Voice, verb: str, effect: Ending) -> None:
    desk = voice.desk
    match effect:
        case AskToUnblind():
            unblinding.ask(voice, verb, effect)
        case AnswerUnblinding(request, agreed):
            unblinding.answer(voice, verb, request, agreed=agreed)
        case ShowUnblinded():
            unblinding.show(voice, verb, effect)
        case LockData(reason):
            closing.lock(
                desk.connection, keys=desk.keys, by=voice.person, reason=reason, at=desk.now
            )
            voice.record(verb)
            drop_all(desk)
        case SignOff():
            entry, digest = closing.sign_off(desk.connection, by=voice.person, at=desk.now)
            voice.record(verb, None, entry=entry, digest=digest.hex())
        case _:
            assert_never(effect)
