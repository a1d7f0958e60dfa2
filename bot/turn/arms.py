"""The one place that words an arm. Nothing else may import storage.arms.

What is put into the outbox is the number of an allocation. The arm is read and worded when the
pop-up leaves, and the pop-up leaves nothing in the chat.

The letters of paper envelopes are held against the planned ratio of their block, and methodologists
alone are told of a block that broke it. A digital list is refused at its sealing unless every block
keeps the ratio.
"""

import json
import secrets
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import Connection

from bot.trial.study import Study
from bot.turn.desk import Desk
from flows.allocation_list import AllocationList, plan_of
from flows.definition import Concealment
from flows.effects.allocation import Allocate, KeepPaperLetter, RecordSessionNote
from flows.effects.rating import KeepGuess
from flows.envelopes import commitment
from flows.messages import say
from flows.roles import Role
from flows.text import Text, text
from storage import arms, envelopes, people
from storage.audit import Act
from storage.keyring import Keyring
from storage.outbox import NewMessage, ToPerson, Urgency

SALT_BYTES = 32
# A tap can be answered for a short while only; what comes later is not shown to anybody.
POPUP_LASTS = timedelta(minutes=2)

knows_an_arm: Callable[[Connection, int], bool] = arms.was_told


def seal_envelopes(desk: Desk, drawn: AllocationList) -> int:
    """Lay the envelopes of a list and seal each arm in its own; returns how many."""
    salts = [secrets.token_bytes(SALT_BYTES) for _ in drawn.arms]
    sealed = [
        commitment(number, arm, salt)
        for number, (arm, salt) in enumerate(zip(drawn.arms, salts, strict=True), start=1)
    ]
    envelopes.lay(
        desk.connection,
        commitments=sealed,
        block_size=desk.study.trial.allocation.block_size,
        at=desk.now,
    )
    arms.seal_all(desk.connection, keys=desk.keys, arms=drawn.arms, salts=salts)
    return len(sealed)


def allocate(desk: Desk, effect: Allocate, actor: int, tap: str) -> None:
    """Bind the next envelope; a digital one is opened for the tap that asked. Raises NoEnvelope."""
    bound = envelopes.bind_next(
        desk.connection, participant=effect.participant, by=actor, at=desk.now
    )
    if bound is None:
        raise NoEnvelope
    paper = desk.study.trial.allocation.concealment is Concealment.PAPER
    act = Act("bind_envelope", "allocator", actor, effect.participant, {"envelope": bound.envelope})
    desk.record(act)
    if not paper:
        _show(desk, actor, effect.participant, tap)


class NoEnvelope(Exception):
    """No envelope is left."""


def show_arm(desk: Desk, actor: int, participant: int, tap: str) -> None:
    desk.record(Act("show_arm", "clinician", actor, participant))
    _show(desk, actor, participant, tap)


def _show(desk: Desk, actor: int, participant: int, tap: str) -> None:
    arms.note_told(desk.connection, person_id=actor, participant=participant, at=desk.now)
    _put(desk, actor, {"tap": tap, "allocation_of": participant})


def show_session_note(desk: Desk, actor: int, participant: int, visit: str, tap: str) -> None:
    desk.record(Act("show_session_note", "clinician", actor, participant, {"visit": visit}))
    arms.note_told(desk.connection, person_id=actor, participant=participant, at=desk.now)
    _put(desk, actor, {"tap": tap, "note_of": participant, "visit": visit})


def _put(desk: Desk, actor: int, body: dict[str, object]) -> None:
    desk.put(
        NewMessage(
            f"tap:{body['tap']}",
            "arm",
            Urgency.ALERT,
            ToPerson(actor),
            json.dumps(body),
            desk.now + POPUP_LASTS,
            line=f"tap:{body['tap']}",
        )
    )


def popup(
    connection: Connection, *, keys: Keyring, study: Study, body: dict[str, object], language: str
) -> str:
    """The words of a pop-up, made when it leaves."""
    if "note_of" in body:
        return _note_words(connection, keys, study, body, language)
    participant = int(str(body["allocation_of"]))
    bound = envelopes.allocation_of(connection, participant)
    assert bound is not None
    code = arms.arm_in(connection, keys=keys, envelope=bound.envelope)
    arm = next((arm for arm in study.trial.arms if arm.code == code), None)
    assert arm is not None
    name = arm.name[study.language(language)]
    return study.render(text("arm.popup", letter=arm.code, name=name), language)


def _note_words(
    connection: Connection, keys: Keyring, study: Study, body: dict[str, object], language: str
) -> str:
    participant, visit = int(str(body["note_of"])), str(body["visit"])
    note = arms.session_note(connection, keys=keys, participant=participant, visit=visit)
    words: Text = text("session_note.none")
    if note is not None:
        words = text("session_note.popup", batch=note.batch, notes=note.notes or "-")
    return study.render(words, language)


def keep_paper_letter(desk: Desk, effect: KeepPaperLetter, actor: int) -> None:
    """Keep it, and tell the methodologists where it breaks the ratio of its block. Nothing else may
    tell of that: no other role, and no entry in the record, whose length the PI's summary shows."""
    before = unbalanced_blocks(desk)
    bound = envelopes.allocation_of(desk.connection, effect.participant)
    assert bound is not None
    arms.seal(
        desk.connection,
        keys=desk.keys,
        envelope=bound.envelope,
        arm=effect.letter,
        salt=secrets.token_bytes(SALT_BYTES),
    )
    arms.note_told(desk.connection, person_id=actor, participant=effect.participant, at=desk.now)
    for block in unbalanced_blocks(desk):
        if block not in before:
            _tell_methodologists(desk, block)


def unbalanced_blocks(desk: Desk) -> list[int]:
    """The blocks in which an arm stands more often than planned, so that no letters still to come
    could keep the ratio. An envelope that was retired may have held any."""
    plan = plan_of(desk.study.trial)
    known = arms.by_block(desk.connection, keys=desk.keys)
    return [block for block, letters in known.items() if not plan.allows(letters)]


def _tell_methodologists(desk: Desk, block: int) -> None:
    for person in people.holders(desk.connection, Role.METHODOLOGIST):
        message = say(text("balance.warning", block=block))
        desk.notify(person, message, key=f"balance:{block}:{person}")


def keep_incident_words(desk: Desk, incident: int, words: str) -> None:
    arms.keep_incident_words(desk.connection, keys=desk.keys, incident=incident, words=words)


def keep_guess(desk: Desk, effect: KeepGuess, rater: int) -> None:
    arms.keep_guess(
        desk.connection,
        keys=desk.keys,
        rater=rater,
        participant=effect.participant,
        guess=effect.guess,
        at=desk.now,
    )


def guessed_by(desk: Desk, rater: int) -> frozenset[int]:
    """Of whom a rater has guessed, not what."""
    return arms.guessed_by(desk.connection, rater)


def is_letter_kept(connection: Connection, keys: Keyring, envelope: int) -> bool:
    return arms.arm_in(connection, keys=keys, envelope=envelope) is not None


def keep_session_note(desk: Desk, effect: RecordSessionNote, actor: int) -> None:
    """Whoever writes down the batch knows what was given."""
    arms.note_told(desk.connection, person_id=actor, participant=effect.participant, at=desk.now)
    arms.record_session(
        desk.connection,
        keys=desk.keys,
        participant=effect.participant,
        visit=effect.visit,
        note=arms.SessionNote(effect.batch, effect.notes),
        by=actor,
        at=desk.now,
    )
