"""A person is erased: their key goes, and with it all that was sealed under it.

What of them stands elsewhere goes too: the digests by which they were found, copies of their
words under the keys of others, and whatever was to reach them. Study data and the chains stay.
"""

import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, Table, delete, or_, select, update

from storage import audit, conversations, invitations, participants, personal_links, tables
from storage.audit import Act
from storage.erasures import Erasure
from storage.keyring import Keyring
from storage.sealing import Unreadable

_identity = tables.identity
_address = tables.address
_outbox = tables.outbox
_line = tables.web_line
_file = tables.web_file
_conversation = tables.conversation
_quarantine = tables.quarantine
_photograph = tables.photograph


@dataclass(frozen=True, slots=True)
class _Traces:
    """What a person is found by: words that name them, and digests of their addresses."""

    person: int
    words: tuple[str, ...]
    digests: tuple[bytes, ...]

    def are_in(self, content: str) -> bool:
        return any(word in content for word in self.words)

    @property
    def lines(self) -> list[str]:
        """Of the messages that they got as a stranger."""
        return [f"stranger:{digest.hex()}" for digest in self.digests]


def erase(
    connection: Connection, *, keys: Keyring, erasure: Erasure, role: str, gone: str, at: datetime
) -> bool:
    """False where it was done before. `gone` stands in the place of messages that told of them."""
    person = erasure.person
    if not keys.has(connection, person):
        return False
    traces = _traces(connection, keys, person)
    _end(connection, person, at)
    _forget_messages(connection, keys, traces, gone, at)
    _forget_copies(connection, keys, traces, gone, at)
    keys.destroy(connection, person)
    _forget_digests(connection, traces)
    audit.append(connection, keys=keys, at=at, act=Act("erase_person", role, erasure.by, person))
    return True


def _traces(connection: Connection, keys: Keyring, person: int) -> _Traces:
    key = keys.of(connection, person)
    told = connection.execute(select(_identity.c.sealed).where(_identity.c.person_id == person))
    at = connection.execute(
        select(_address.c.channel, _address.c.sealed, _address.c.digest).where(
            _address.c.person_id == person
        )
    ).all()
    words = {key.open(row.sealed) for row in told} | {participants.code_of(connection, person)}
    # The address of a web chat is a small number that stands for itself.
    words |= {key.open(row.sealed) for row in at if row.channel != "web"}
    return _Traces(person, tuple(words - {""}), tuple(row.digest for row in at))


def _end(connection: Connection, person: int, at: datetime) -> None:
    """Nothing reaches them any more, and nothing is begun for them."""
    conversations.end_of_person(connection, person_id=person, at=at)
    invitations.revoke(connection, person_id=person, at=at)
    personal_links.end_all(connection, person_id=person, at=at)
    waiting = (
        tables.planned.c.participant_id == person,
        tables.planned.c.state == "planned",
    )
    connection.execute(
        update(tables.planned)
        .where(*waiting)
        .values(state="dropped", reason="erased", decided_at=at)
    )
    connection.execute(
        update(_photograph)
        .where(_photograph.c.participant_id == person, _photograph.c.state == "received")
        .values(state="refused", reason="no_file", file=None, settled_at=at)
    )


def _forget_messages(
    connection: Connection, keys: Keyring, traces: _Traces, gone: str, at: datetime
) -> None:
    """What they were sent, on whichever way; that it was sent stays."""
    theirs = or_(_outbox.c.person_id == traces.person, _outbox.c.line.in_(traces.lines))
    trial = keys.named("trial")
    connection.execute(
        update(_outbox)
        .where(theirs, _outbox.c.state.in_(("waiting", "sending")))
        .values(state="cancelled", settled_at=at, reason="erased")
    )
    connection.execute(
        update(tables.sms)
        .where(tables.sms.c.outbox_id.in_(select(_outbox.c.id).where(theirs)))
        .values(reference=None)
    )
    connection.execute(update(_outbox).where(theirs).values(body=trial.seal(gone), sent_as=None))
    connection.execute(
        update(_outbox)
        .where(_outbox.c.line.in_(traces.lines))
        .values(stranger=trial.seal(""), line="stranger:erased")
    )
    connection.execute(delete(_line).where(_line.c.person_id == traces.person))
    connection.execute(delete(_file).where(_file.c.person_id == traces.person))


def _forget_copies(
    connection: Connection, keys: Keyring, traces: _Traces, gone: str, at: datetime
) -> None:
    """What others were told of them, or typed about them and did not finish."""
    for row in _telling(connection, keys, traces, _outbox, "body"):
        values: dict[str, object] = {"body": keys.of(connection, row.person_id).seal(gone)}
        if row.state == "waiting":
            values |= {"state": "cancelled", "settled_at": at, "reason": "erased"}
        connection.execute(update(_outbox).where(_outbox.c.id == row.id).values(**values))
    for row in _telling(connection, keys, traces, _line, "sealed"):
        connection.execute(delete(_line).where(_line.c.id == row.id))
    for row in _telling(connection, keys, traces, _conversation, "state"):
        conversations.end(connection, conversation_id=row.id, standing="cancelled", at=at)
    unread = keys.named("quarantine")
    for row in connection.execute(select(_quarantine)).all():
        if traces.are_in(unread.open(row.sealed)):
            sealed = unread.seal("")
            connection.execute(
                update(_quarantine).where(_quarantine.c.id == row.id).values(sealed=sealed)
            )


def _telling(
    connection: Connection, keys: Keyring, traces: _Traces, table: Table, column: str
) -> Iterator[Row[tuple[object, ...]]]:
    """The rows whose sealed column names the person; `keys` open each person's but once."""
    keys = keys.for_one_turn()
    rows = select(table).where(table.c[column].is_not(None)).order_by(table.c.id)
    for row in connection.execute(rows).all():
        sealed = getattr(row, column)
        try:
            content = keys.of(connection, row.person_id).open(sealed)
        except Unreadable:  # Of somebody who was erased earlier.
            continue
        if traces.are_in(content):
            yield row


def _forget_digests(connection: Connection, traces: _Traces) -> None:
    """Nobody who knows a name or a number can ask whether it is here."""
    connection.execute(
        update(_identity).where(_identity.c.person_id == traces.person).values(digest=None)
    )
    for address_id in _ids(connection, traces.person):
        connection.execute(
            update(_address)
            .where(_address.c.id == address_id)
            .values(state="closed", digest=secrets.token_bytes(32))
        )
    asked = delete(tables.shared_number).where(tables.shared_number.c.digest.in_(traces.digests))
    connection.execute(asked)
    held = delete(tables.held_sms).where(tables.held_sms.c.digest.in_(traces.digests))
    connection.execute(held)
    wrong = delete(tables.wrong_code).where(tables.wrong_code.c.digest.in_(traces.digests))
    connection.execute(wrong)


def _ids(connection: Connection, person: int) -> Iterable[int]:
    return connection.scalars(select(_address.c.id).where(_address.c.person_id == person)).all()
