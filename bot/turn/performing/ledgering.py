"""The ledger of paper envelopes is kept, by number."""

from datetime import timedelta
from typing import assert_never

from bot.turn import arms
from bot.turn.speaking import Voice
from flows.effects.ledger import CallWitnesses, Ledger, RecordWitness, RetireEnvelope
from flows.messages import run_button, say
from flows.roles import Role
from flows.text import text
from storage import envelopes, participants, people
from storage.envelopes import Bound

# An envelope is opened as soon as it is bound; later the call would lead nowhere.
CALL_LASTS = timedelta(hours=1)


def perform(voice: Voice, verb: str, effect: Ledger) -> None:
    match effect:
        case CallWitnesses(participant):
            _call_witnesses(voice, _bound(voice, participant))
        case RecordWitness(participant, intact):
            _record_witness(voice, verb, _bound(voice, participant), intact=intact)
        case RetireEnvelope():
            _retire(voice, verb, effect)
        case _:
            assert_never(effect)


def _bound(voice: Voice, participant: int) -> Bound:
    bound = envelopes.allocation_of(voice.desk.connection, participant)
    assert bound is not None
    return bound


def _call_witnesses(voice: Voice, bound: Bound) -> None:
    """The allocator is told the number; whoever may see the envelope opened is called to it."""
    desk, number = voice.desk, bound.envelope
    code = participants.code_of(desk.connection, bound.participant)
    letter = run_button(text("command.letter.button"), "letter", code)
    voice.say(say(text("envelope.bound", code=code, number=number), buttons=((letter,),)))
    button = run_button(text("command.witness.button"), "witness", code)
    message = say(text("witness.called", code=code, number=number), buttons=((button,),))
    called = _witnesses(voice)
    for person in called:
        desk.notify(person, message, lasts=CALL_LASTS)
    if not called:
        voice.tell(text("witness.nobody"))
        desk.notify_role(Role.PI, say(text("pi.no_witness", code=code)))


def _witnesses(voice: Voice) -> list[int]:
    """Everybody with a role that may witness, once; not whoever holds the envelope."""
    desk = voice.desk
    persons = {
        person: None
        for role in desk.study.trial.allocation.witnesses
        for person in people.holders(desk.connection, role)
        if person != voice.person
    }
    return list(persons)


def _record_witness(voice: Voice, verb: str, bound: Bound, *, intact: bool) -> None:
    desk = voice.desk
    envelopes.witness(desk.connection, bound=bound, by=voice.person, intact=intact, at=desk.now)
    seen = "YES" if intact else "NO"
    voice.record(verb, bound.participant, envelope=bound.envelope, intact=seen)


def _retire(voice: Voice, verb: str, effect: RetireEnvelope) -> None:
    desk, number = voice.desk, effect.envelope
    holder = envelopes.holder_of(desk.connection, number)
    incident = envelopes.retire(
        desk.connection, envelope=number, kind=effect.incident, by=voice.person, at=desk.now
    )
    if effect.words:
        arms.keep_incident_words(desk, incident, effect.words)
    subject = None if holder is None else holder.participant
    voice.record(verb, subject, envelope=number, incident=effect.incident)
    if holder is not None:
        _replace(voice, holder)


def _replace(voice: Voice, retired: Bound) -> None:
    desk = voice.desk
    bound = envelopes.replace(desk.connection, retired=retired, by=voice.person, at=desk.now)
    if bound is None:
        raise arms.NoEnvelope
    voice.record(
        "replace_envelope", bound.participant, retired=retired.envelope, envelope=bound.envelope
    )
