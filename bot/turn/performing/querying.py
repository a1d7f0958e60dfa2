"""What a person asks about the record, answers, closes, or says did not go as planned.

Their words can name a product, so the audit trail holds numbers and codes alone.
"""

from typing import assert_never

from bot.turn.speaking import Voice
from flows.deviations import DeviationKind
from flows.effects.queries import Querying, RaiseQuery, RecordDeviation, TurnQuery
from storage import deviations, queries
from storage.deviations import NewDeviation
from storage.queries import NewQuery, NewTurn


def perform(voice: Voice, verb: str, effect: Querying) -> None:
    match effect:
        case RaiseQuery():
            _raise(voice, verb, effect)
        case TurnQuery():
            _turn(voice, verb, effect)
        case RecordDeviation():
            _record(voice, verb, effect)
        case _:
            assert_never(effect)


def _raise(voice: Voice, verb: str, effect: RaiseQuery) -> None:
    desk = voice.desk
    number = queries.raise_(
        desk.connection,
        keys=desk.keys,
        new=NewQuery(
            effect.participant,
            _key(voice),
            effect.kind,
            words=effect.words,
            raised_by=voice.person,
        ),
        at=desk.now,
    )
    voice.record(verb, effect.participant, query=number, kind=effect.kind.value)


def _key(voice: Voice) -> str:
    """What a person says is a fact of its own, each time."""
    return f"person:{voice.person}:{voice.desk.nonce}"


def _turn(voice: Voice, verb: str, effect: TurnQuery) -> None:
    desk, about = voice.desk, effect.participant
    turn = NewTurn(effect.query_id, about, effect.act, effect.words, voice.person)
    queries.take_turn(desk.connection, keys=desk.keys, turn=turn, at=desk.now)
    voice.record(verb, about, query=effect.query_id)


def _record(voice: Voice, verb: str, effect: RecordDeviation) -> None:
    desk = voice.desk
    deviations.record(
        desk.connection,
        keys=desk.keys,
        participant=effect.participant,
        new=NewDeviation(_key(voice), DeviationKind.OTHER.value, effect.on, reason=effect.words),
        by=voice.person,
        at=desk.now,
    )
    voice.record(verb, effect.participant, on=effect.on.isoformat())
