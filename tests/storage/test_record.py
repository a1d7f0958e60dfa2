"""The record holds what was committed and nothing else, whatever failed beside it."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection

from flows.roles import Role
from storage import audit, audit_chain, people, record
from storage.audit import Act
from storage.audit_chain import Intact
from storage.database import Database
from storage.keyring import Keyring
from storage.schema import prepare
from storage.sealing import MasterKeys

AT = datetime(2026, 9, 26, 5, 30, tzinfo=UTC)
WRITES = 30


class Failed(Exception):
    pass


def work(connection: Connection, keys: Keyring, number: int) -> None:
    """Two states of a row and an entry that holds their end; every third fails afterwards."""
    person = people.create(connection, keys=keys, language="fa", name="Sara", at=AT)
    people.begin_roles(connection, person_id=person, roles=[Role.PI], at=AT)
    audit.append(connection, keys=keys, at=AT, act=Act("begin_role", "pi", person))
    people.end_roles(connection, person_id=person, at=AT)
    if number % 3 == 0:
        raise Failed


async def test_writes_that_share_a_commit_with_failed_ones(tmp_path: Path) -> None:
    path = tmp_path / "hamrah.sqlite3"
    prepare(path, tmp_path / "backups", AT)
    database = Database.open(f"sqlite:///{path}")
    keys = await database.write(Keyring.open, MasterKeys.create(tmp_path / "master.key"))
    writes = (database.write(work, keys, number) for number in range(WRITES))
    done = await asyncio.gather(*writes, return_exceptions=True)
    kept = len([it for it in done if it is None])
    assert kept == WRITES - WRITES // 3
    assert await database.read(audit_chain.verify) == Intact(kept)
    assert await database.read(record.broken_entries) == []
    assert await database.read(record.changed_rows) == []
    # A name, the role as it began, and as it ended.
    assert await database.read(record.count) == 3 * kept
    await database.close()
