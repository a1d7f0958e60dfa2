"""A person is erased: their key goes, and with it all that was sealed under it.

What of them stands elsewhere goes too: the digests by which they were found, copies of their
words under the keys of others, and whatever was to reach them. Study data and the chains stay.
"""

import json
import re
import secrets
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    Column,
    Connection,
    Row,
    String,
    and_,
    cast,
    delete,
    literal,
    or_,
    select,
    update,
)

from flows.list_formats import comparable
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
from storage.sealing import Ciphertext, Unreadable

_identity = tables.identity
_address = tables.address
_outbox = tables.outbox
_line = tables.web_line
_file = tables.web_file
_conversation = tables.conversation
_quarantine = tables.quarantine
_photograph = tables.photograph
_mail = tables.mail
_correction = tables.correction_request
_form = tables.form
_participant = tables.participant
_alert = tables.alert
_event = tables.adverse_event
_query = tables.query

_PHONE = re.compile(r"\+[0-9]{9,15}")
_GAP = re.compile(r"(?<=[0-9])[ -]+(?=[0-9])")

# Keys of what strangers are told can hold a digest of their number.
_KEY_GONE = literal("erased:").concat(cast(_outbox.c.id, String))

Numbers = Mapping[str, tuple[Column[int], Column[int]]]
# What a message names by its number alone, for its words are put in when it leaves.
_IN_BODIES: Numbers = {
    "correction": (_correction.c.id, _correction.c.participant_id),
    "event": (_event.c.id, _event.c.participant_id),
    "form": (_form.c.id, _form.c.participant_id),
    "mail": (_mail.c.id, _mail.c.person_id),
    "participant": (_participant.c.person_id, _participant.c.person_id),
}
# What somebody chose by its number alone, to write about it.
_IN_ANSWERS: Numbers = {
    "alert": (_alert.c.id, _alert.c.participant_id),
    "correction": _IN_BODIES["correction"],
    "letter_id": _IN_BODIES["mail"],
    "query": (_query.c.id, _query.c.participant_id),
}


@dataclass(frozen=True, slots=True)
class _Traces:
    """What a person is found by: words that name them, digests of their addresses, and the numbers
    of what is theirs.
    """

    person: int
    words: tuple[str, ...]
    digests: tuple[bytes, ...]
    web_chats: tuple[int, ...]
    in_bodies: Mapping[str, frozenset[str]]
    in_answers: Mapping[str, frozenset[str]]

    def are_in(self, content: str) -> bool:
        """Whether a text, or a text within JSON, names them: P-0010 is not P-001."""
        whole = re.compile(rf"(?<!\w)(?:{'|'.join(map(_pattern, self.words))})(?!\w)")
        return any(map(whole.search, _spellings(_texts(_read(content)))))

    def are_in_body(self, content: str) -> bool:
        return self.are_in(content) or _number(_read(content), self.in_bodies)

    def are_in_state(self, content: str) -> bool:
        return self.are_in(content) or _number(json.loads(content)["answers"], self.in_answers)

    @property
    def lines(self) -> list[str]:
        """Of the messages that they got as a stranger."""
        return [f"stranger:{digest.hex()}" for digest in self.digests]


@dataclass(frozen=True, slots=True)
class Gone:
    """What stands in the place of a message, of a line of a web chat, and of a menu there; and
    which file a line shows.
    """

    message: str
    line: str
    menu: str
    file_in: Callable[[str], int | None]


def _read(content: str) -> object:
    try:
        return json.loads(content)
    except ValueError:
        return content


def _number(read: object, theirs: Mapping[str, frozenset[str]]) -> bool:
    """Whether something of theirs stands there under its number."""
    if not isinstance(read, Mapping):
        return False
    return any(str(read.get(name)) in numbers for name, numbers in theirs.items())


def _pattern(word: str) -> str:
    """A word as it is compared; a phone's number however its country is written before it."""
    if _PHONE.fullmatch(word):
        return rf"\+?\d{{0,6}}{word[-9:]}"
    return re.escape(comparable(word))


def _spellings(texts: Iterable[str]) -> Iterator[str]:
    """Each text as it is compared, also with no gap between its digits."""
    for it in map(comparable, texts):
        yield it
        yield _GAP.sub("", it)


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
    told = _forget_copies(connection, keys, traces, gone.message, at)
    keys.destroy(connection, person)
    _forget_lines(connection, keys, traces, gone, told)
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
    # Whoever has what a messenger calls a file fetches it again.
    sent = select(_mail.c.attachment).where(_mail.c.person_id == person)
    words |= {
        key.open(it) for it in connection.scalars(sent.where(_mail.c.attachment.is_not(None)))
    }
    chats = tuple(int(key.open(row.sealed)) for row in at if row.channel == "web")
    return _Traces(
        person,
        tuple(words - {""}),
        tuple(row.digest for row in at),
        chats,
        _numbers(connection, person, _IN_BODIES),
        _numbers(connection, person, _IN_ANSWERS),
    )


def _numbers(connection: Connection, person: int, of: Numbers) -> dict[str, frozenset[str]]:
    return {
        name: frozenset(map(str, connection.scalars(select(number).where(whose == person))))
        for name, (number, whose) in of.items()
    }


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
        .values(stranger=trial.seal(""), line="stranger:erased", key=_KEY_GONE)
    )
    connection.execute(delete(_file).where(_file.c.person_id == traces.person))


def _forget_copies(
    connection: Connection, keys: Keyring, traces: _Traces, gone: str, at: datetime
) -> frozenset[int]:
    """What others were told of them, or typed about them and did not finish. Returns which messages
    told of them.
    """
    told = set[int]()
    for row, content in _told(connection, keys, traces.person, _outbox.c.body):
        if not traces.are_in_body(content):
            continue
        values: dict[str, object] = {"body": keys.of(connection, row.person_id).seal(gone)}
        if row.state in ("waiting", "sending"):
            values |= {"state": "cancelled", "settled_at": at, "reason": "erased"}
        connection.execute(update(_outbox).where(_outbox.c.id == row.id).values(**values))
        told.add(row.id)
    for row, content in _told(connection, keys, traces.person, _conversation.c.state):
        if traces.are_in_state(content) or str(row.form_id) in traces.in_bodies["form"]:
            conversations.end(connection, conversation_id=row.id, standing="cancelled", at=at)
    _forget_unread(connection, keys, traces)
    return frozenset(told)


def _forget_unread(connection: Connection, keys: Keyring, traces: _Traces) -> None:
    """Updates that were set aside as they came."""
    unread = keys.named("quarantine")
    for row in connection.execute(select(_quarantine)).all():
        if traces.are_in(unread.open(row.sealed)):
            sealed = unread.seal("")
            connection.execute(
                update(_quarantine).where(_quarantine.c.id == row.id).values(sealed=sealed)
            )


def _forget_lines(
    connection: Connection, keys: Keyring, traces: _Traces, gone: Gone, told: Collection[int]
) -> None:
    """In web chats: theirs, also from before it was known whose they were, and what others were
    told, with the files that it shows. The lines stay, for pages that are open are told of them by
    their numbers.
    """
    theirs = or_(
        _line.c.person_id == traces.person,
        and_(_line.c.person_id.is_(None), _line.c.chat_id.in_(traces.web_chats)),
    )
    for row in connection.execute(select(_line).where(theirs)).all():
        _forget_line(connection, keys, row, gone)
    made_of = {web_chats.key_of(message) for message in told}
    for row, content in _told(connection, keys, traces.person, _line.c.sealed):
        if row.key in made_of or traces.are_in(content):
            _forget_line(connection, keys, row, gone)


def _forget_line(
    connection: Connection, keys: Keyring, row: Row[tuple[object, ...]], gone: Gone
) -> None:
    is_menu = row.author == web_chats.MENU
    content = None if is_menu else _opened(connection, keys, row.person_id, row.sealed)
    file_id = None if content is None else gone.file_in(content)
    if file_id is not None:
        web_chats.forget_file(connection, file_id)
    left = gone.menu if is_menu else gone.line
    web_chats.change(connection, keys=keys, chat=row.chat_id, line_id=row.id, content=left)


def _told(
    connection: Connection, keys: Keyring, person: int, sealed: Column[Ciphertext]
) -> Iterator[tuple[Row[tuple[object, ...]], str]]:
    """The rows with a sealed column that may tell of this person, and what it says; `keys` open
    each person's but once.
    """
    keys, table = keys.for_one_turn(), sealed.table
    # Of what other participants are told, none is about this one, whose name they may have.
    told_of_others = or_(
        table.c.person_id.is_(None),
        table.c.person_id == person,
        table.c.person_id.not_in(select(tables.participant.c.person_id)),
        table.c.person_id.in_(select(tables.staff_role.c.person_id)),
    )
    rows = select(table).where(sealed.is_not(None), told_of_others).order_by(table.c.id)
    for row in connection.execute(rows).all():
        content = _opened(connection, keys, row.person_id, getattr(row, sealed.name))
        if content is not None:
            yield row, content


def _opened(
    connection: Connection, keys: Keyring, person: int | None, sealed: Ciphertext
) -> str | None:
    """None where it was of somebody who is erased."""
    try:
        return keys.of(connection, person).open(sealed)
    except Unreadable:
        return None


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
    wrong = delete(tables.wrong_code).where(tables.wrong_code.c.digest.in_(traces.digests))
    connection.execute(wrong)
    for digest in traces.digests:
        _forget_number(connection, digest)


def _forget_number(connection: Connection, digest: bytes) -> None:
    """Who wrote from a phone, and what waits for that to be said. Where others share the phone it
    can be theirs, and waits on: for half an hour at most.
    """
    held, number, plan = tables.held_sms, tables.shared_number, tables.planned
    connection.execute(delete(number).where(number.c.digest == digest))
    others = select(_address.c.id).where(_address.c.digest == digest, _address.c.state != "closed")
    if connection.scalar(others.limit(1)) is not None:
        return
    connection.execute(delete(held).where(held.c.digest == digest))
    connection.execute(
        update(plan)
        .where(plan.c.subject == {"number": digest.hex()})
        .values(subject={"number": ""})
    )


def _ids(connection: Connection, person: int) -> Iterable[int]:
    return connection.scalars(select(_address.c.id).where(_address.c.person_id == person)).all()
