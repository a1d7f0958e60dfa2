"""A PIN proves who holds the phone, before something that cannot be undone.

Rules that hold here:
- A PIN is kept nowhere: what is stored is argon2 of a digest under a key of the database, so that
  neither the file nor the file with its master key tells six digits at once.
- The message that holds it leaves the chat.
- Five wrong ones in an hour, whatever they were for, and no other is looked at until it has passed.
"""

import secrets
from dataclasses import replace
from datetime import timedelta

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from bot.turn.desk import Desk
from bot.turn.speaking import Voice
from flows.events import Event, Replied
from flows.messages import say
from flows.roles import Role
from flows.text import text
from storage import people, pins

# The least that OWASP advises for argon2id. It takes some 40 ms, in which the writer does nothing
# else; a trial asks for a PIN some hundred times in all.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_SALT_BYTES = 16
MOST_MISSES = 5
LOCKED_FOR = timedelta(hours=1)
# Between the PIN and the tap that counts.
PROOF_LASTS = timedelta(minutes=5)


def digest_of(desk: Desk, person: int, pin: str) -> str:
    return desk.keys.lookup.digest("pin", f"{person} {pin}").hex()


def without_pin(voice: Voice, event: Event) -> Event:
    """The answer to a question for a PIN: its digest goes on, and the message leaves the chat."""
    voice.remove_what_was_sent()
    if not isinstance(event, Replied):
        return event
    return replace(event, value=digest_of(voice.desk, voice.person, str(event.value)))


def has_pin(desk: Desk, person: int) -> bool:
    return pins.hash_of(desk.connection, keys=desk.keys, person_id=person) is not None


def set_pin(desk: Desk, person: int, digest: str, hasher: PasswordHasher = _HASHER) -> None:
    pins.set_(
        desk.connection,
        keys=desk.keys,
        person_id=person,
        hashed=hasher.hash(digest, salt=secrets.token_bytes(_SALT_BYTES)),
        at=desk.now,
    )


def fits(desk: Desk, person: int, digest: str) -> bool:
    kept = pins.hash_of(desk.connection, keys=desk.keys, person_id=person)
    if kept is None:
        return False
    try:
        return _HASHER.verify(kept, digest)
    except VerifyMismatchError:
        return False


def tries_left(desk: Desk, person: int) -> int:
    since = desk.now - LOCKED_FOR
    missed = pins.misses(desk.connection, person_id=person, since=since)
    return max(0, MOST_MISSES - missed)


def note_miss(desk: Desk, person: int) -> int:
    """Count a wrong PIN; returns how many tries are left. With the last one, others are told."""
    pins.note_miss(desk.connection, person_id=person, at=desk.now)
    left = tries_left(desk, person)
    if not left:
        name = people.identity(desk.connection, keys=desk.keys, person_id=person, kind="name")
        told = say(text("staff.pin_locked", name=name))
        for role in (Role.ADMINISTRATOR, Role.PI):
            desk.notify_role(role, told, key=f"pin_locked:{person}:{desk.now:%Y%m%d%H}")
    return left
