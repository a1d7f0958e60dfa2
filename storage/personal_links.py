"""Personal links to the web chat, and the sessions that began with one. Only digests are kept.

A link is of use only together with its code, which the clinic tells on another way. A new link for
the same person ends the one before it, and every session that began with it.
"""

import hmac
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from storage import tables
from storage.database import announce
from storage.keyring import Keyring

_link = tables.personal_link
_session = tables.web_session


# Announced when sessions ended.
NEWS = "personal_link"


@dataclass(frozen=True, slots=True)
class Link:
    id: int
    person_id: int
    made_at: datetime


def make(
    connection: Connection, *, keys: Keyring, person_id: int, secret: str, code: str, at: datetime
) -> None:
    """Keep a new link for a person; the one before it ends, with its sessions."""
    end_all(connection, person_id=person_id, at=at)
    connection.execute(
        insert(_link).values(
            person_id=person_id,
            digest=keys.lookup.digest("personal_link", secret),
            code_digest=_code_digest(keys, secret, code),
            made_at=at,
        )
    )


def end_all(connection: Connection, *, person_id: int, at: datetime) -> None:
    """End the links of a person and the sessions that began with them."""
    of_person = select(_link.c.id).where(_link.c.person_id == person_id)
    connection.execute(
        update(_session)
        .where(_session.c.link_id.in_(of_person), _session.c.ended_at.is_(None))
        .values(ended_at=at)
    )
    connection.execute(
        update(_link)
        .where(_link.c.person_id == person_id, _link.c.ended_at.is_(None))
        .values(ended_at=at)
    )
    announce(connection, NEWS)


def find(connection: Connection, *, keys: Keyring, secret: str) -> Link | None:
    """Whose link this is; None for an unknown or an ended one."""
    row = connection.execute(
        select(_link.c.id, _link.c.person_id, _link.c.made_at).where(
            _link.c.digest == keys.lookup.digest("personal_link", secret),
            _link.c.ended_at.is_(None),
        )
    ).one_or_none()
    return None if row is None else Link(row.id, row.person_id, row.made_at)


def fits(connection: Connection, *, keys: Keyring, link: Link, secret: str, code: str) -> bool:
    """Whether this is the link's code."""
    kept = connection.scalar(select(_link.c.code_digest).where(_link.c.id == link.id))
    return kept is not None and hmac.compare_digest(kept, _code_digest(keys, secret, code))


def begin_session(
    connection: Connection,
    *,
    keys: Keyring,
    link: Link,
    chat: int,
    token: str,
    at: datetime,
    expires_at: datetime,
) -> None:
    connection.execute(
        insert(_session).values(
            link_id=link.id,
            chat_id=chat,
            digest=keys.lookup.digest("web_session", token),
            begun_at=at,
            expires_at=expires_at,
        )
    )


def chat_of_session(
    connection: Connection, *, keys: Keyring, token: str, at: datetime
) -> int | None:
    """The chat that this session shows; None when it has ended."""
    return connection.scalar(
        select(_session.c.chat_id).where(
            _session.c.digest == keys.lookup.digest("web_session", token),
            _session.c.ended_at.is_(None),
            _session.c.expires_at > at,
        )
    )


def is_of_session(
    connection: Connection, *, keys: Keyring, token: str, secret: str, at: datetime
) -> bool:
    """Whether this session began with this link, and goes on."""
    found = connection.scalar(
        select(_session.c.id)
        .join(_link, _link.c.id == _session.c.link_id)
        .where(
            _session.c.digest == keys.lookup.digest("web_session", token),
            _session.c.ended_at.is_(None),
            _session.c.expires_at > at,
            _link.c.digest == keys.lookup.digest("personal_link", secret),
        )
    )
    return found is not None


def is_entered(connection: Connection, *, person_id: int, at: datetime) -> bool:
    """Whether this person entered their chat by a link of theirs, and can still open it."""
    found = connection.scalar(
        select(_session.c.id)
        .join(_link, _link.c.id == _session.c.link_id)
        .where(
            _link.c.person_id == person_id,
            _session.c.ended_at.is_(None),
            _session.c.expires_at > at,
        )
        .limit(1)
    )
    return found is not None


def end_session(connection: Connection, *, keys: Keyring, token: str, at: datetime) -> None:
    connection.execute(
        update(_session)
        .where(
            _session.c.digest == keys.lookup.digest("web_session", token),
            _session.c.ended_at.is_(None),
        )
        .values(ended_at=at)
    )
    announce(connection, NEWS)


def _code_digest(keys: Keyring, secret: str, code: str) -> bytes:
    return keys.lookup.digest("personal_link_code", f"{secret} {code}")
