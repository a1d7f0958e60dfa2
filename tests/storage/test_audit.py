"""The audit trail: any change of any byte of it is found, and named by its first entry."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, delete

from storage import audit, audit_chain, people, tables
from storage.audit import Act
from storage.audit_chain import Broken, Intact
from storage.database import sqlite_engine
from storage.keyring import Keyring
from storage.schema import prepare
from storage.sealing import MasterKeys

AT = datetime(2026, 9, 26, 5, 30, tzinfo=UTC)
ENTRIES = 7
CHANGED = 4


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("migrated")
    path = folder / "hamrah.sqlite3"
    prepare(path, folder, AT)
    return path


@pytest.fixture
def path(tmp_path: Path, migrated: Path) -> Path:
    """A migrated database of the test's own; migrating takes a second."""
    return Path(shutil.copy(migrated, tmp_path))


@pytest.fixture
def engine(path: Path) -> Iterator[Engine]:
    engine = sqlite_engine(f"sqlite:///{path}")
    yield engine
    engine.dispose()


@pytest.fixture
def keys(path: Path, engine: Engine) -> Keyring:
    """A trail of seven entries about two people, the clinic's own among them."""
    with engine.begin() as connection:
        keys = Keyring.open(connection, MasterKeys.create(path.parent / "master.key"))
        subjects = [
            people.create(connection, keys=keys, language="fa", name=name, at=AT)
            for name in ("Sara", "Omid")
        ]
        for number in range(ENTRIES):
            act = Act(
                "answer",
                "participant",
                subjects[0],
                (*subjects, None)[number % 3],
                {"item": "overall", "new": f"answer {number}"},
                AT + timedelta(minutes=number),
            )
            audit.append(connection, keys=keys, at=AT + timedelta(hours=number), act=act)
    return keys


def tamper(path: Path, statement: str, *values: object) -> None:
    """As somebody with the file does: without our triggers, foreign keys or checks."""
    with closing(sqlite3.connect(path)) as file:
        file.execute("DROP TRIGGER audit_refuses_update")
        file.execute("DROP TRIGGER audit_refuses_delete")
        file.execute(statement, values)
        file.commit()


def verified(engine: Engine) -> Intact | Broken:
    with engine.connect() as connection:
        return audit_chain.verify(connection)


def test_an_untouched_trail_is_intact(engine: Engine, keys: Keyring) -> None:
    assert verified(engine) == Intact(ENTRIES)


def test_an_empty_trail_is_intact(engine: Engine) -> None:
    assert verified(engine) == Intact(0)


TAMPERED = {
    "at": "2026-09-26T05:30:00.000001Z",
    "answered_at": None,
    "actor_id": 2,
    "role": "pi",
    "verb": "submit",
    "subject_id": None,
    "detail": b"\x01" + bytes(60),
    "previous": bytes(32),
    "digest": bytes(32),
    "recorded": bytes(32),
}


def test_every_column_is_tampered_with_below() -> None:
    assert TAMPERED.keys() == {column.name for column in tables.audit.columns} - {"id"}


@pytest.mark.parametrize("column", TAMPERED)
def test_a_changed_entry_is_named_whichever_column_was_changed(
    path: Path, engine: Engine, keys: Keyring, column: str
) -> None:
    tamper(path, f"UPDATE audit SET {column} = ? WHERE id = {CHANGED}", TAMPERED[column])
    assert verified(engine) == Broken(CHANGED)


def test_one_changed_bit_of_a_sealed_detail_is_found(
    path: Path, engine: Engine, keys: Keyring
) -> None:
    with closing(sqlite3.connect(path)) as file:
        raw = file.execute(f"SELECT detail FROM audit WHERE id = {CHANGED}").fetchone()[0]
    flipped = raw[:-1] + bytes([raw[-1] ^ 1])
    tamper(path, f"UPDATE audit SET detail = ? WHERE id = {CHANGED}", flipped)
    assert verified(engine) == Broken(CHANGED)


@pytest.mark.parametrize(
    "statement",
    [
        f"DELETE FROM audit WHERE id = {CHANGED}",
        f"UPDATE audit SET id = 99 WHERE id = {CHANGED}",
        f"DELETE FROM audit WHERE id >= {CHANGED}",
    ],
    ids=["taken out", "moved", "cut off"],
)
def test_a_missing_entry_is_named(
    path: Path, engine: Engine, keys: Keyring, statement: str
) -> None:
    tamper(path, statement)
    assert verified(engine) == Broken(CHANGED)


def test_a_tail_cut_off_with_the_head_set_back_still_ends_elsewhere(
    path: Path, engine: Engine, keys: Keyring
) -> None:
    """The whole chain then verifies, which is why the head also goes to the PI each week."""
    with engine.connect() as connection:
        before = audit.head(connection)
    tamper(path, f"DELETE FROM audit WHERE id = {ENTRIES}")
    tamper_head = (
        "UPDATE audit_head SET entry = entry - 1, digest = (SELECT digest FROM audit WHERE id = ?)"
    )
    with closing(sqlite3.connect(path)) as file:
        file.execute(tamper_head, (ENTRIES - 1,))
        file.commit()
    assert verified(engine) == Intact(ENTRIES - 1)
    with engine.connect() as connection:
        assert audit.head(connection) != before


@pytest.mark.parametrize("statement", ["DELETE FROM audit_head", "UPDATE audit_head SET entry = 6"])
def test_a_changed_head_is_found_behind_the_last_entry(
    path: Path, engine: Engine, keys: Keyring, statement: str
) -> None:
    tamper(path, statement)
    assert verified(engine) == Broken(ENTRIES + 1)


def test_an_emptied_trail_is_found(path: Path, engine: Engine, keys: Keyring) -> None:
    tamper(path, "DELETE FROM audit")
    assert verified(engine) == Broken(1)


def test_an_erased_persons_entries_are_unreadable_and_the_chain_stays_whole(
    engine: Engine, keys: Keyring
) -> None:
    with engine.begin() as connection:
        assert [not entry.is_readable for entry in _about_sara(connection, keys)] == [False] * 3
        connection.execute(delete(tables.key).where(tables.key.c.owner == "person:1"))
    with engine.connect() as connection:
        assert [not entry.is_readable for entry in _about_sara(connection, keys)] == [True] * 3
        assert all(it.is_readable for it in audit.about(connection, keys=keys, subject=2))
    assert verified(engine) == Intact(ENTRIES)


def _about_sara(connection: Connection, keys: Keyring) -> list[audit.Entry]:
    return audit.about(connection, keys=keys, subject=1)
