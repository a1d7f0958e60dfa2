"""The arms, and what can name one: batch, session note, and what is said of events and alerts.

Only bot.turn.arms may use this.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, insert, select

from storage import tables
from storage.keyring import Keyring
from storage.sealing import Ciphertext, Key, Unreadable

_sealed = tables.sealed_arm
_note = tables.session_note
_told = tables.arm_told
_words = tables.safety_note


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
    return None if sealed is None else _arm(keys.named("envelopes"), envelope, sealed)


def openings(connection: Connection, *, keys: Keyring) -> Iterator[tuple[int, str, bytes]]:
    """Number, arm and salt of each envelope that holds an arm, in order. Raises Unreadable."""
    key = keys.named("envelopes")
    for row in connection.execute(select(_sealed).order_by(_sealed.c.envelope)):
        yield row.envelope, _arm(key, row.envelope, row.arm), bytes.fromhex(key.open(row.salt))


def _arm(key: Key, envelope: int, sealed: Ciphertext) -> str:
    number, arm = key.open(sealed).split(":", 1)
    if number != str(envelope):
        raise Unreadable
    return arm


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
    key = keys.of(connection, participant)
    return SessionNote(key.open(row.batch), key.open(row.notes))


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
    return None if sealed is None else keys.of(connection, participant).open(sealed)
