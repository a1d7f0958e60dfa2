"""The proof that the record is whole: the audit trail's chain, and study rows as they were written.

Where something was changed it is named: an entry of the audit trail, or a row of a table.
"""

import argparse
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection
from sqlalchemy.exc import DatabaseError

from bot.operator import Operator, show
from flows.text import Text, text
from storage import audit_chain, record
from storage.audit_chain import Intact
from storage.database import Database
from storage.record import BrokenRecord, ChangedRow
from storage.schema import GuardsMissing

# A number, and as many digits of the digest as the weekly summary shows.
_HEAD = re.compile(r"(\d+):([0-9a-f]{16,64})")
_DIRECTION_MARKS = re.compile("[\u2066-\u2069]")
# More would only scroll the first ones away.
_MOST_NAMED = 20


@dataclass(frozen=True, slots=True)
class Head:
    entry: int
    digest: str


@dataclass(frozen=True, slots=True)
class Found:
    """`rows` is how many were looked at; `problems` is empty where all is whole."""

    entries: int
    rows: int
    problems: Sequence[Text]


async def verify(it: Operator, given: argparse.Namespace) -> int:
    head = None if given.head is None else _head(given.head)
    if given.head is not None and head is None:
        it.complain(text("cli.audit.no_head"))
        return 1
    try:
        async with it.at_data() as data:
            return _tell(it, await _look(data.database, head))
    except GuardsMissing as lost:
        show(str(lost), on=sys.stderr)
    # Where triggers are gone, what was changed is what one wants to know.
    database = Database.open(it.settings.database)
    try:
        _tell(it, await _look(database, head))
    finally:
        await database.close()
    return 1


def _head(written: str) -> Head | None:
    """In the digits of either language, as somebody copies it out of a summary."""
    found = _HEAD.fullmatch(_DIRECTION_MARKS.sub("", written).strip().lower())
    return None if found is None else Head(int(found[1]), found[2])


async def _look(database: Database, head: Head | None) -> Found | None:
    """None where the file is damaged so that it cannot be read through."""
    try:
        return await database.read(_found, head)
    except DatabaseError:
        return None


def _found(connection: Connection, head: Head | None) -> Found:
    chain = audit_chain.verify(connection)
    problems = list(_problems(connection, head))
    if isinstance(chain, Intact):
        return Found(chain.entries, record.count(connection), problems)
    return Found(0, 0, [text("cli.audit.broken", entry=chain.entry), *problems])


def _problems(connection: Connection, head: Head | None) -> Iterator[Text]:
    if not record.is_sound(connection):
        yield text("cli.audit.damaged")
    if head is not None and not audit_chain.holds(connection, entry=head.entry, digest=head.digest):
        yield text("cli.audit.another_past", entry=head.entry)
    yield from map(_worded, record.broken_entries(connection))
    yield from map(_worded, record.changed_rows(connection))


def _worded(found: BrokenRecord | ChangedRow) -> Text:
    match found:
        case BrokenRecord(entry):
            return text("cli.audit.broken_record", entry=entry)
        case ChangedRow(name, row):
            return text("cli.audit.changed_row", table=name, row=row)


def _tell(it: Operator, found: Found | None) -> int:
    if found is None:
        it.complain(text("cli.audit.damaged"))
        return 1
    if not found.problems:
        it.tell(text("cli.audit.intact", entries=found.entries, rows=found.rows))
        return 0
    it.complain(*found.problems[:_MOST_NAMED])
    if (more := len(found.problems) - _MOST_NAMED) > 0:
        it.complain(text("cli.audit.more", count=more))
    return 1
