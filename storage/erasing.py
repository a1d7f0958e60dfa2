"""A person is erased: their key goes, and with it all that was sealed under it.

What of them stands elsewhere goes too: the digests by which they were found, copies of their
words under the keys of others, and whatever was to reach them. Study data and the chains stay.
"""

import json
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, Table, and_, delete, or_, select, update

from storage import (
    audit,
    conversations,
    invitations,
    participants,
    personal_links,
    tables,
    web_chats,
)
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
    web_chats: tuple[int, ...]

    def are_in(self, content: str) -> bool:
        """Whether a text, or a text within JSON, names them: P-0010 is not P-001."""
        named = "|".join(map(re.escape, self.words))
        whole = re.compile(rf"(?<!\w)(?:{named})(?!\w)")
        return any(whole.search(it) for it in _texts(_read(content)))

    @property
    def lines(self) -> list[str]:
        """Of the messages that they got as a stranger."""
        return [f"stranger:{digest.hex()}" for digest in self.digests]


@dataclass(frozen=True, slots=True)
class Gone:
    """What stands in the place of a message, of a line of a web chat, and of a menu there."""

    message: str
    line: str
    menu: str


def _read(content: str) -> object:
    try:
        return json.loads(content)
    except ValueError:
        return content


def _texts(read: object) -> Iterator[str]:
    match read:
        case Mapping():
            for each in read.values():
                yield from _texts(each)
        case list():
            for each in read:
                yield from _texts(each)
        case _:
            yield str(read)


def erase(
    connection: Connection, *, keys: Keyring, erasure: Erasure, role: str, gone: Gone, at: datetime
) -> bool:
    """False where it was done before. `gone` stands in the place of what told of them."""
    person = erasure.person
    if not keys.has(connection, person):
        return False
    traces = _traces(connection, keys, person)
    _end(connection, person, at)
    _forget_messages(connection, keys, traces, gone.message, at)
    _forget_copies(connection, keys, traces, gone.message, at)
    keys.destroy(connection, person)
    _forget_lines(connection, keys, traces, gone)
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
    chats = tuple(int(key.open(row.sealed)) for row in at if row.channel == "web")
    return _Traces(person, tuple(words - {""}), tuple(row.digest for row in at), chats)


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
    for row in _telling(connection, keys, traces, _conversation, "state"):
        conversations.end(connection, conversation_id=row.id, standing="cancelled", at=at)
    unread = keys.named("quarantine")
    for row in connection.execute(select(_quarantine)).all():
        if traces.are_in(unread.open(row.sealed)):
            sealed = unread.seal("")
            connection.execute(
                update(_quarantine).where(_quarantine.c.id == row.id).values(sealed=sealed)
            )


def _forget_lines(connection: Connection, keys: Keyring, traces: _Traces, gone: Gone) -> None:
    """In web chats: theirs, also from before it was known whose they were, and what others were
    told. The lines stay, for pages that are open are told of them by their numbers.
    """
    theirs = or_(
        _line.c.person_id == traces.person,
        and_(_line.c.person_id.is_(None), _line.c.chat_id.in_(traces.web_chats)),
    )
    lines = [
        *connection.execute(select(_line).where(theirs)).all(),
        *_telling(connection, keys, traces, _line, "sealed"),
    ]
    for row in lines:
        content = gone.menu if row.author == web_chats.MENU else gone.line
        web_chats.change(connection, keys=keys, chat=row.chat_id, line_id=row.id, content=content)


def _telling(
    connection: Connection, keys: Keyring, traces: _Traces, table: Table, column: str
) -> Iterator[Row[tuple[object, ...]]]:
    """The rows whose sealed column names the person; `keys` open each person's but once."""
    keys = keys.for_one_turn()
    # Of what other participants are told, none is about this one, whose name they may have.
    told_of_others = or_(
        table.c.person_id.is_(None),
        table.c.person_id == traces.person,
        table.c.person_id.not_in(select(tables.participant.c.person_id)),
        table.c.person_id.in_(select(tables.staff_role.c.person_id)),
    )
    rows = select(table).where(table.c[column].is_not(None), told_of_others).order_by(table.c.id)
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
