"""The chats of the web page: their lines, and the files in them.

A messenger keeps what was said on its own servers; a web page keeps nothing, so it is kept here,
sealed under the key of the person whose chat it is.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, Row, Select, bindparam, delete, func, insert, select, update

from storage import tables
from storage.database import announce
from storage.keyring import Keyring

_chat = tables.web_chat
_line = tables.web_line
_file = tables.web_file

# Announced when a line was written or edited.
NEWS = "web_line"

# The author of the one line of a chat that holds its menu.
MENU = "menu"

# What every line asks is built once: building a statement costs more than SQLite takes to run it.
_WITH_KEY = select(_line).where(
    _line.c.chat_id == bindparam("chat"), _line.c.key == bindparam("key")
)
_LAST_CHANGE = select(func.coalesce(func.max(_line.c.changed), 0))


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a chat. `changed` counts up over all chats, also when a line is edited."""

    id: int
    chat: int
    key: str
    author: str
    changed: int
    at: datetime
    content: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class NewLine:
    """`person_id` is whose key seals it; a second line with the same key in a chat is the first."""

    chat: int
    person_id: int | None
    key: str
    author: str
    content: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class File:
    type: str
    name: str = field(repr=False)
    content: bytes = field(repr=False)


def key_of(message: int) -> str:
    """The key of the line that a message of the outbox makes."""
    return f"message:{message}"


def open_chat(connection: Connection, *, at: datetime) -> int:
    chat: int = connection.execute(
        insert(_chat).values(made_at=at).returning(_chat.c.id)
    ).scalar_one()
    return chat


def all_chats(connection: Connection) -> list[int]:
    return list(connection.scalars(select(_chat.c.id).order_by(_chat.c.id)))


def add(connection: Connection, *, keys: Keyring, new: NewLine, at: datetime) -> int | None:
    """Add a line; returns its id, None when one with its key stands in the chat already."""
    if has_key(connection, chat=new.chat, key=new.key):
        return None
    line_id: int = connection.execute(
        insert(_line).returning(_line.c.id),
        {
            "chat_id": new.chat,
            "person_id": new.person_id,
            "key": new.key,
            "author": new.author,
            "sealed": keys.of(connection, new.person_id).seal(new.content),
            "changed": last_change(connection) + 1,
            "at": at,
        },
    ).scalar_one()
    announce(connection, NEWS)
    return line_id


def has_key(connection: Connection, *, chat: int, key: str) -> bool:
    """Whether a line with this key stands in the chat."""
    return connection.execute(_WITH_KEY, {"chat": chat, "key": key}).first() is not None


def put(connection: Connection, *, keys: Keyring, new: NewLine, at: datetime) -> None:
    """Add a line, or let it take the place of the one with its key."""
    if add(connection, keys=keys, new=new, at=at) is not None:
        return
    row = connection.execute(_WITH_KEY, {"chat": new.chat, "key": new.key}).one()
    _change(connection, keys, row, new.content)


def change(connection: Connection, *, keys: Keyring, chat: int, line_id: int, content: str) -> bool:
    """Give a line of this chat other words; False when the chat has no such line."""
    row = connection.execute(
        select(_line).where(_line.c.id == line_id, _line.c.chat_id == chat)
    ).one_or_none()
    if row is None:
        return False
    _change(connection, keys, row, content)
    return True


def _change(
    connection: Connection, keys: Keyring, row: Row[tuple[object, ...]], content: str
) -> None:
    connection.execute(
        update(_line)
        .where(_line.c.id == row.id)
        .values(
            sealed=keys.of(connection, row.person_id).seal(content),
            changed=last_change(connection) + 1,
        )
    )
    announce(connection, NEWS)


def last_change(connection: Connection) -> int:
    last: int = connection.execute(_LAST_CHANGE).scalar_one()
    return last


def changed_since(connection: Connection, *, keys: Keyring, change: int, limit: int) -> list[Line]:
    """What was written or edited after this change, in any chat, in the order of the changes."""
    rows = select(_line).where(_line.c.changed > change).order_by(_line.c.changed).limit(limit)
    return _read(connection, keys, rows)


def changed_in(
    connection: Connection, *, keys: Keyring, chats: Collection[int], change: int
) -> list[Line]:
    """The same, whole, for some chats."""
    rows = select(_line).where(_line.c.chat_id.in_(chats), _line.c.changed > change)
    return _read(connection, keys, rows.order_by(_line.c.changed))


def newest(connection: Connection, *, keys: Keyring, chat: int, count: int) -> list[Line]:
    """The newest lines of a chat, oldest first."""
    return before(connection, keys=keys, chat=chat, line_id=None, count=count)


def with_key(
    connection: Connection, *, keys: Keyring, chats: Collection[int], key: str
) -> list[Line]:
    """The line with this key in each of these chats, where there is one."""
    return _read(
        connection, keys, select(_line).where(_line.c.chat_id.in_(chats), _line.c.key == key)
    )


def before(
    connection: Connection, *, keys: Keyring, chat: int, line_id: int | None, count: int
) -> list[Line]:
    """The lines of a chat that stand before this one, oldest first."""
    rows = select(_line).where(_line.c.chat_id == chat)
    if line_id is not None:
        rows = rows.where(_line.c.id < line_id)
    return _read(connection, keys, rows.order_by(_line.c.id.desc()).limit(count))[::-1]


def line(
    connection: Connection, *, keys: Keyring, chats: Collection[int] | None, line_id: int
) -> Line | None:
    """One line, if it stands in one of these chats; None is any chat."""
    rows = select(_line).where(_line.c.id == line_id)
    if chats is not None:
        rows = rows.where(_line.c.chat_id.in_(chats))
    return next(iter(_read(connection, keys, rows)), None)


def _read(connection: Connection, keys: Keyring, rows: Select[tuple[object, ...]]) -> list[Line]:
    found: Sequence[Row[tuple[object, ...]]] = connection.execute(rows).all()
    return [
        Line(
            row.id,
            row.chat_id,
            row.key,
            row.author,
            row.changed,
            row.at,
            keys.of(connection, row.person_id).open(row.sealed),
        )
        for row in found
    ]


def keep_file(
    connection: Connection, *, keys: Keyring, person_id: int | None, file: File, at: datetime
) -> int:
    key = keys.of(connection, person_id)
    file_id: int = connection.execute(
        insert(_file)
        .values(
            person_id=person_id,
            type=file.type,
            name=key.seal(file.name),
            content=key.seal_file(file.content),
            received_at=at,
        )
        .returning(_file.c.id)
    ).scalar_one()
    return file_id


def forget_file(connection: Connection, file_id: int) -> None:
    """A file that was taken out of its chat is nowhere any more."""
    connection.execute(delete(_file).where(_file.c.id == file_id))


def file(connection: Connection, *, keys: Keyring, file_id: int) -> File | None:
    row = connection.execute(select(_file).where(_file.c.id == file_id)).one_or_none()
    if row is None:
        return None
    key = keys.of(connection, row.person_id)
    return File(row.type, key.open(row.name), key.open_file(row.content))
