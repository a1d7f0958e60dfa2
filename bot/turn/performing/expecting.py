"""Sessions that are blocked, and pregnancies that are followed."""

from typing import assert_never

from bot.turn import arms
from bot.turn.adverse_events import tell_of_pregnancy
from bot.turn.following_up import plan_asking_of_pregnancy
from bot.turn.speaking import Voice
from flows.effects.pregnancies import (
    Expecting,
    FollowPregnancy,
    OpenPregnancy,
    ReceivePregnancy,
    TellOfBlockedSession,
)
from flows.messages import say
from flows.roles import Role
from flows.text import text
from storage import participants, pregnancies
from storage.outbox import Urgency


def perform(voice: Voice, verb: str, effect: Expecting) -> None:
    desk = voice.desk
    match effect:
        case OpenPregnancy():
            _open(voice, effect)
        case TellOfBlockedSession():
            _tell(voice, effect)
        case FollowPregnancy(participant, pregnancy_id, outcome, on):
            pregnancies.follow(
                desk.connection,
                pregnancy_id=pregnancy_id,
                outcome=outcome,
                on=on,
                by=voice.person,
                at=desk.now,
            )
            pregnancy = pregnancies.get(desk.connection, pregnancy_id)
            plan_asking_of_pregnancy(desk, pregnancy)
            voice.record(
                verb, participant, pregnancy=pregnancy.code, outcome=outcome, on=on.isoformat()
            )
        case ReceivePregnancy(participant, pregnancy_id, words):
            receipt = pregnancies.receive(
                desk.connection, pregnancy_id=pregnancy_id, by=voice.person, at=desk.now
            )
            about = "pregnancy_receipt"
            arms.keep_words(desk, participant, about, receipt, words, voice.person)
            code = pregnancies.get(desk.connection, pregnancy_id).code
            voice.record(verb, participant, pregnancy=code)
        case _:
            assert_never(effect)


def _open(voice: Voice, effect: OpenPregnancy) -> None:
    desk = voice.desk
    pregnancy_id = pregnancies.open_(
        desk.connection,
        participant=effect.participant,
        learnt_on=effect.learnt_on,
        by=voice.person,
        at=desk.now,
    )
    pregnancy = pregnancies.get(desk.connection, pregnancy_id)
    tell_of_pregnancy(desk, pregnancy)
    plan_asking_of_pregnancy(desk, pregnancy)
    voice.record("open_pregnancy", effect.participant, pregnancy=pregnancy.code)


def _tell(voice: Voice, effect: TellOfBlockedSession) -> None:
    desk = voice.desk
    told = text(
        "pi.session_blocked",
        code=participants.code_of(desk.connection, effect.participant),
        visit=text(f"visit.{effect.visit}"),
        reasons=effect.reasons,
    )
    desk.notify_role(Role.PI, say(told), urgency=Urgency.ALERT)
