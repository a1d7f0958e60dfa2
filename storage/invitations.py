"""One-time codes that bind a chat to a person. Only a digest of a code is kept.

A code `at_number` is short, and counts only when it comes from that phone number.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, insert, select, update

from storage import tables
from storage.keyring import Keyring

_invitation = tables.invitation
_wrong = tables.wrong_code


@dataclass(frozen=True, slots=True)
class Redeemed:
    person_id: int


def invite(
    connection: Connection,
    *,
    keys: Keyring,
    person_id: int,
    code: str,
    at: datetime,
    expires_at: datetime,
    at_number: str | None = None,
) -> None:
    """Keep a new code for a person; the unused ones before it no longer count."""
    connection.execute(
        update(_invitation)
        .where(
            _invitation.c.person_id == person_id,
            _invitation.c.used_at.is_(None),
            _invitation.c.replaced_at.is_(None),
        )
        .values(replaced_at=at)
    )
    connection.execute(
        insert(_invitation).values(
            person_id=person_id,
            digest=_digest(keys, code, at_number),
            made_at=at,
            expires_at=expires_at,
        )
    )


def find(
    connection: Connection,
    *,
    keys: Keyring,
    code: str,
    at: datetime,
    at_number: str | None = None,
) -> Redeemed | None:
    """Whom a code is for; None for a used, expired, replaced or unknown one."""
    person_id = connection.scalar(
        select(_invitation.c.person_id).where(
            _invitation.c.digest == _digest(keys, code, at_number),
            _invitation.c.used_at.is_(None),
            _invitation.c.replaced_at.is_(None),
            _invitation.c.expires_at > at,
        )
    )
    return None if person_id is None else Redeemed(person_id)


def is_awaited(connection: Connection, person_id: int, *, at: datetime) -> bool:
    """Whether a code of this person's can still be used."""
    found = select(_invitation.c.person_id).where(
        _invitation.c.person_id == person_id,
        _invitation.c.used_at.is_(None),
        _invitation.c.replaced_at.is_(None),
        _invitation.c.expires_at > at,
    )
    return connection.scalar(found.limit(1)) is not None


def use(
    connection: Connection,
    *,
    keys: Keyring,
    code: str,
    at: datetime,
    at_number: str | None = None,
) -> None:
    connection.execute(
        update(_invitation)
        .where(_invitation.c.digest == _digest(keys, code, at_number))
        .values(used_at=at)
    )


def _digest(keys: Keyring, code: str, at_number: str | None) -> bytes:
    if at_number is None:
        return keys.lookup.digest("invitation", code)
    return keys.lookup.digest("invitation at a number", f"{at_number} {code}")


def revoke(connection: Connection, *, person_id: int, at: datetime) -> None:
    connection.execute(
        update(_invitation)
        .where(_invitation.c.person_id == person_id, _invitation.c.used_at.is_(None))
        .values(replaced_at=at)
    )


def note_wrong_code(
    connection: Connection, *, keys: Keyring, channel: str, address: str, at: datetime
) -> None:
    digest = keys.lookup.digest(f"address:{channel}", address)
    connection.execute(insert(_wrong).values(digest=digest, at=at))


def wrong_codes(
    connection: Connection, *, keys: Keyring, channel: str, address: str, since: datetime
) -> int:
    """How many wrong codes came from this address since then."""
    digest = keys.lookup.digest(f"address:{channel}", address)
    return connection.execute(
        select(func.count()).where(_wrong.c.digest == digest, _wrong.c.at >= since)
    ).scalar_one()


def all_wrong_codes(connection: Connection, *, since: datetime) -> int:
    """How many wrong codes came from anywhere since then."""
    return connection.execute(select(func.count()).where(_wrong.c.at >= since)).scalar_one()
