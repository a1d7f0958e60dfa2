"""The arms, and what can name one: batch and session note, what is said of events and alerts, what
participants write, words about an envelope's incident, and a rater's guess. Only bot.turn.arms may
use this.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from sqlalchemy import Connection, insert, select

from flows.envelope_proofs import Opening
from storage import tables
from storage.keyring import Keyring
from storage.sealing import Ciphertext, Unreadable

_sealed = tables.sealed_arm
_note = tables.session_note
_told = tables.arm_told
_guess = tables.arm_guess
_envelope = tables.envelope
_words = tables.safety_note
_mail = tables.mail


@dataclass(frozen=True, slots=True)
class SessionNote:
    batch: str = field(repr=False)
    notes: str = field(repr=False)


def seal(connection: Connection, *, keys: Keyring, envelope: int, arm: str, salt: bytes) -> None:
    """Keep an arm in its envelope, each in a row of its own.

    The number is sealed with the arm, so that two envelopes cannot be swapped in the file.
    """
    key = keys.named("envelopes")
    sealed = key.seal(f"{envelope}:{arm}")
    connection.execute(
        insert(_sealed).values(envelope=envelope, arm=sealed, salt=key.seal(salt.hex()))
    )


def seal_all(
    connection: Connection, *, keys: Keyring, arms: Sequence[str], salts: Sequence[bytes]
) -> None:
    for number, (arm, salt) in enumerate(zip(arms, salts, strict=True), start=1):
        seal(connection, keys=keys, envelope=number, arm=arm, salt=salt)


def arm_in(connection: Connection, *, keys: Keyring, envelope: int) -> str | None:
    """The arm in an envelope; None while a paper one has not been read in."""
    sealed = connection.scalar(select(_sealed.c.arm).where(_sealed.c.envelope == envelope))
    return None if sealed is None else _opened(keys, envelope, sealed)


def by_block(connection: Connection, *, keys: Keyring) -> Mapping[int, list[str]]:
    """The arms that are known, block by block in the order of the envelopes."""
    rows = connection.execute(
        select(_envelope.c.number, _envelope.c.block, _sealed.c.arm)
        .join(_sealed, _sealed.c.envelope == _envelope.c.number)
        .order_by(_envelope.c.number)
    )
    blocks: dict[int, list[str]] = {}
    for row in rows:
        blocks.setdefault(row.block, []).append(_opened(keys, row.number, row.arm))
    return blocks


def _opened(keys: Keyring, envelope: int, sealed: Ciphertext) -> str:
    number, arm = keys.named("envelopes").open(sealed).split(":", 1)
    if number != str(envelope):
        raise Unreadable
    return arm


def keep_incident_words(
    connection: Connection, *, keys: Keyring, incident: int, words: str
) -> None:
    sealed = keys.named("envelopes").seal(words)
    connection.execute(insert(tables.incident_words).values(incident_id=incident, words=sealed))


def keep_guess(
    connection: Connection, *, keys: Keyring, rater: int, participant: int, guess: str, at: datetime
) -> None:
    """Keep which arm a rater believes a participant to be in; both are sealed with it."""
    sealed = keys.named("envelopes").seal(f"{rater}:{participant}:{guess}")
    connection.execute(
        insert(_guess).values(rater_id=rater, participant_id=participant, guess=sealed, at=at)
    )


def guessed_by(connection: Connection, rater: int) -> frozenset[int]:
    """Of whom this rater has guessed, not what."""
    guessed = select(_guess.c.participant_id).where(_guess.c.rater_id == rater)
    return frozenset(connection.scalars(guessed))


def guesses(connection: Connection, *, keys: Keyring) -> Mapping[int, list[str]]:
    """What raters guessed of each participant, each as rater:guess; for after the unblinding."""
    key = keys.named("envelopes")
    found: dict[int, list[str]] = {}
    for row in connection.execute(select(_guess).order_by(_guess.c.id)):
        rater, participant, guess = key.open(row.guess).split(":")
        if (rater, participant) != (str(row.rater_id), str(row.participant_id)):
            raise Unreadable
        found.setdefault(row.participant_id, []).append(f"{rater}:{guess or 'NO_IDEA'}")
    return found


def openings(connection: Connection, *, keys: Keyring) -> Iterator[Opening]:
    """What is in each envelope that holds an arm, in their order."""
    key = keys.named("envelopes")
    for row in connection.execute(select(_sealed).order_by(_sealed.c.envelope)).all():
        arm, salt = _opened(keys, row.envelope, row.arm), bytes.fromhex(key.open(row.salt))
        yield Opening(row.envelope, arm, salt)


def note_told(connection: Connection, *, person_id: int, participant: int, at: datetime) -> None:
    """Keep that a person was shown this participant's arm, not which."""
    connection.execute(insert(_told).values(person_id=person_id, participant_id=participant, at=at))


def was_told(connection: Connection, person_id: int) -> bool:
    """Whether a person was ever shown an arm, of anybody."""
    told = select(_told.c.id).where(_told.c.person_id == person_id).limit(1)
    return connection.scalar(told) is not None


def record_session(
    connection: Connection,
    *,
    keys: Keyring,
    participant: int,
    visit: str,
    note: SessionNote,
    by: int,
    at: datetime,
) -> None:
    key = keys.of(connection, participant)
    connection.execute(
        insert(_note).values(
            participant_id=participant,
            visit=visit,
            batch=key.seal(note.batch),
            notes=key.seal(note.notes),
            recorded_by=by,
            recorded_at=at,
        )
    )


def session_note(
    connection: Connection, *, keys: Keyring, participant: int, visit: str
) -> SessionNote | None:
    """The newest note of a session."""
    row = connection.execute(
        select(_note)
        .where(_note.c.participant_id == participant, _note.c.visit == visit)
        .order_by(_note.c.id.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    words = partial(keys.words, connection, participant)
    return SessionNote(words(row.batch), words(row.notes))


def keep_words(
    connection: Connection,
    *,
    keys: Keyring,
    participant: int,
    about: str,
    about_id: int,
    words: str,
    by: int,
    at: datetime,
) -> None:
    """Keep what was said of an alert, an event or an assessment."""
    connection.execute(
        insert(_words).values(
            participant_id=participant,
            about=about,
            about_id=about_id,
            words=keys.of(connection, participant).seal(words),
            recorded_by=by,
            recorded_at=at,
        )
    )


def words_about(
    connection: Connection, *, keys: Keyring, participant: int, about: str, about_id: int
) -> str | None:
    """What was said of it, if anything was."""
    sealed = connection.scalar(
        select(_words.c.words).where(
            _words.c.participant_id == participant,
            _words.c.about == about,
            _words.c.about_id == about_id,
        )
    )
    return None if sealed is None else keys.words(connection, participant, sealed)


@dataclass(frozen=True, slots=True)
class Letter:
    """What a participant wrote and was answered; the answer is empty where there is none."""

    participant: int
    words: str = field(repr=False)
    answer: str = field(repr=False)


def letter(connection: Connection, *, keys: Keyring, mail_id: int) -> Letter:
    row = connection.execute(select(_mail).where(_mail.c.id == mail_id)).one()
    words = partial(keys.words, connection, row.person_id)
    return Letter(row.person_id, words(row.words), words(row.answer))
