"""Small tables of the tests' own: topics, the notes under them, and one counter."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    insert,
    select,
    update,
)

from storage.database import announce
from storage.sealing import Ciphertext
from storage.types import UTC, Json, Sealed

metadata = MetaData()

topics = Table("topics", metadata, Column("id", Integer, primary_key=True))

notes = Table(
    "notes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("topic", ForeignKey("topics.id")),
    Column("text", String),
    Column("secret", Sealed),
    Column("facts", Json),
    Column("written_at", UTC),
)

log = Table("log", metadata, Column("line", String, nullable=False))

counter = Table("counter", metadata, Column("value", Integer, nullable=False))


class Refused(Exception):
    """What a failing write of the tests raises."""


def create(connection: Connection) -> None:
    metadata.create_all(connection)
    connection.execute(insert(counter).values(value=0))


def count_up(connection: Connection) -> int:
    """Reads, then writes: what loses counts when two of them interleave."""
    value = counted(connection) + 1
    connection.execute(update(counter).values(value=value))
    announce(connection, "counted")
    return value


def counted(connection: Connection) -> int:
    value: int = connection.execute(select(counter.c.value)).scalar_one()
    return value


def note(connection: Connection, text: str, *, topic: int | None = None) -> int:
    written = insert(notes).values(text=text, topic=topic).returning(notes.c.id)
    note_id: int = connection.execute(written).scalar_one()
    return note_id


def note_and_fail(connection: Connection, text: str) -> None:
    note(connection, text)
    raise Refused


def texts(connection: Connection) -> list[str]:
    return list(connection.scalars(select(notes.c.text).order_by(notes.c.id)))


def keep(
    connection: Connection,
    *,
    secret: Ciphertext | None = None,
    facts: Any = None,
    written_at: datetime | None = None,
) -> int:
    row = insert(notes).values(secret=secret, facts=facts, written_at=written_at)
    note_id: int = connection.execute(row.returning(notes.c.id)).scalar_one()
    return note_id


def kept(connection: Connection, note_id: int) -> tuple[Any, Any, Any]:
    found = select(notes.c.secret, notes.c.facts, notes.c.written_at)
    secret, facts, written_at = connection.execute(found.where(notes.c.id == note_id)).one()
    return secret, facts, written_at
