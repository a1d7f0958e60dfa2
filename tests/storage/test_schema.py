"""The database as it is after the migrations: its tables, its guards, and what is refused."""

import shutil
import sqlite3
import stat
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Integer
from sqlalchemy.exc import IntegrityError

from storage import mail, record, schema, tables
from storage.database import sqlite_engine
from storage.guards import missing_guards
from storage.record import ChangedRow
from storage.schema import GuardsMissing, NewerDatabase, prepare
from storage.tables import APPEND_ONLY, RECORDED

AT = datetime(2026, 9, 26, 5, 30, tzinfo=UTC)
# What changes by its nature, each for its reason; every other table is append-only.
CHANGING = {
    "address": "closes, is blocked",
    "alert": "is acknowledged",
    "audit_head": "moves on",
    "channel_outage": "lasts, and is over",
    "conversation": "goes on",
    "form": "is submitted",
    "held_sms": "is taken by whoever wrote it",
    "invitation": "is used",
    "key": "is wrapped anew, is destroyed",
    "mail": "is answered",
    "outbox": "leaves",
    "person": "changes the language",
    "photograph": "is checked",
    "pin": "ends",
    "planned": "is carried out",
    "personal_link": "ends",
    "quarantine": "is looked at and cleared",
    "rehearsal": "its clock is moved",
    "shared_number": "is written from by another",
    "sms": "is accepted",
    "sms_report": "is forgotten",
    "staff_role": "ends",
    "update_seen": "is forgotten",
    "web_file": "leaves the chat",
    "web_line": "is edited as a message is",
    "web_session": "ends",
    "wrong_code": "is forgotten",
}


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


def test_the_newest_migration_is_the_one_that_the_start_looks_for() -> None:
    assert ScriptDirectory(str(schema.MIGRATIONS)).get_heads() == [schema.HEAD]


def test_the_migrations_make_the_tables_that_the_code_reads(path: Path) -> None:
    engine = sqlite_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        differences = compare_metadata(context, tables.metadata)
    engine.dispose()
    assert differences == []


def test_what_was_done_about_an_alert_moves_to_the_other_words(tmp_path: Path) -> None:
    """It stays sealed as it is; nothing of it is left where alerts are listed."""
    path = tmp_path / "hamrah.sqlite3"
    engine = sqlite_engine(f"sqlite:///{path}")
    config = Config()
    config.set_main_option("script_location", str(schema.MIGRATIONS))
    day, at = "2026-09-26", "2026-09-26T05:30:00.000000Z"
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
        for statement in (
            f"INSERT INTO person VALUES (1, 'fa', '{at}')",
            f"INSERT INTO participant VALUES (1, 'P-001', 'F', 30, '{at}')",
            f"INSERT INTO form VALUES (1, 1, 'f', '1', NULL, '{day}', NULL, '{at}', NULL, 1, NULL)",
            f"INSERT INTO alert VALUES (7, 1, 1, 'i', 'O', 'l', '{at}', '{at}', 1, x'0102', NULL)",
        ):
            connection.exec_driver_sql(statement)
        connection.commit()
    engine.dispose()
    prepare(path, tmp_path / "backups", AT)
    with closing(sqlite3.connect(path)) as file:
        kept = file.execute("SELECT participant_id, about, about_id, words FROM safety_note")
        assert kept.fetchall() == [(1, "alert", 7, b"\x01\x02")]


def test_rows_from_before_there_was_a_record_are_recorded(tmp_path: Path) -> None:
    """As they are found; from then on a change of them is noticed."""
    path = tmp_path / "hamrah.sqlite3"
    engine = sqlite_engine(f"sqlite:///{path}")
    config = Config()
    config.set_main_option("script_location", str(schema.MIGRATIONS))
    at = "2026-09-26T05:30:00.000000Z"
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0011")
        connection.exec_driver_sql(f"INSERT INTO person VALUES (7, 'fa', '{at}', NULL)")
        connection.exec_driver_sql(f"INSERT INTO staff_role VALUES (3, 7, 'pi', '{at}', NULL)")
        connection.commit()
    engine.dispose()
    prepare(path, tmp_path / "backups", AT)
    with engine.connect() as connection:
        assert record.changed_rows(connection) == []
        connection.exec_driver_sql("DROP TRIGGER staff_role_records_update")
        connection.exec_driver_sql("UPDATE staff_role SET role = 'rater'")
        assert record.changed_rows(connection) == [ChangedRow("staff_role", 3)]
    engine.dispose()


def test_letters_since_the_randomization_are_withheld_from_the_migration_on(tmp_path: Path) -> None:
    path = tmp_path / "hamrah.sqlite3"
    engine = sqlite_engine(f"sqlite:///{path}")
    config = Config()
    config.set_main_option("script_location", str(schema.MIGRATIONS))
    before, at, after = (f"2026-09-26T0{hour}:30:00.000000Z" for hour in (4, 5, 6))
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0016")
        for statement in (
            f"INSERT INTO person VALUES (1, 'fa', '{at}', NULL), (2, 'fa', '{at}', NULL)",
            (
                "INSERT INTO participant (person_id, code, sex, age, enrolled_at) "
                f"VALUES (1, 'P-001', 'F', 30, '{at}'), (2, 'P-002', 'M', 30, '{at}')"
            ),
            f"INSERT INTO envelope (number, block, sealed_at) VALUES (1, 1, '{at}')",
            (
                "INSERT INTO allocation (participant_id, envelope, allocated_by, allocated_at) "
                f"VALUES (1, 1, 1, '{at}')"
            ),
            (
                "INSERT INTO mail (id, person_id, words, received_at) VALUES "
                f"(1, 1, x'00', '{before}'), (2, 1, x'00', '{after}'), (3, 2, x'00', '{after}')"
            ),
        ):
            connection.exec_driver_sql(statement)
        connection.commit()
    engine.dispose()
    prepare(path, tmp_path / "backups", AT)
    with engine.connect() as connection:
        assert [mail.is_withheld(connection, it) for it in (1, 2, 3)] == [False, True, False]
        assert record.changed_rows(connection) == []
    engine.dispose()


def test_every_recorded_table_has_one_number_for_each_row() -> None:
    """A key of one whole number is the number by which SQLite itself knows the row."""
    for name in RECORDED:
        (key,) = tables.metadata.tables[name].primary_key.columns
        assert isinstance(key.type, Integer)


def test_every_table_is_append_only_or_changes_for_a_reason() -> None:
    assert set(APPEND_ONLY).isdisjoint(CHANGING)
    assert {*APPEND_ONLY, *CHANGING} == set(tables.metadata.tables)


def test_every_guard_stands(path: Path) -> None:
    engine = sqlite_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        assert missing_guards(connection, APPEND_ONLY) == []
    engine.dispose()


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_an_append_only_table_refuses_update_and_delete(path: Path, table: str) -> None:
    """With a row in it, whatever it is: the triggers look at no value."""
    engine = sqlite_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
        columns = tables.metadata.tables[table].columns
        names = ", ".join(f'"{column.name}"' for column in columns)
        values = ", ".join("'F'" if column.name == "sex" else "1" for column in columns)
        connection.exec_driver_sql(f"INSERT INTO {table} ({names}) VALUES ({values})")
        first = columns[0].name
        for statement in (f"UPDATE {table} SET {first} = 2", f"DELETE FROM {table}"):
            with pytest.raises(IntegrityError, match="append-only"):
                connection.exec_driver_sql(statement)
    engine.dispose()


def test_only_the_owner_can_read_the_file(path: Path) -> None:
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_preparing_again_changes_nothing_and_makes_no_backup(path: Path) -> None:
    prepare(path, path.parent / "backups", AT)
    assert not (path.parent / "backups").exists()


def test_a_newer_database_is_refused_and_left_as_it_is(path: Path) -> None:
    with closing(sqlite3.connect(path)) as file:
        file.execute("UPDATE alembic_version SET version_num = '9999'")
        file.commit()
    with pytest.raises(NewerDatabase, match="9999"):
        prepare(path, path.parent / "backups", AT)
    with closing(sqlite3.connect(path)) as file:
        assert file.execute("SELECT version_num FROM alembic_version").fetchone() == ("9999",)


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_a_missing_guard_is_refused_and_named(path: Path, table: str) -> None:
    with closing(sqlite3.connect(path)) as file:
        file.execute(f"DROP TRIGGER {table}_refuses_delete")
        file.commit()
    with pytest.raises(GuardsMissing, match=f"{table}_refuses_delete"):
        prepare(path, path.parent / "backups", AT)


def test_answers_of_the_version_before_are_kept_whole(tmp_path: Path) -> None:
    """A form is made anew as a table while answers refer to it; none of them is touched."""
    path = tmp_path / "hamrah.sqlite3"
    _make_version_0003(path)
    prepare(path, tmp_path / "backups", AT)
    with closing(sqlite3.connect(path)) as file:
        assert file.execute("PRAGMA foreign_key_check").fetchall() == []
        assert file.execute("SELECT id, visit, reading FROM form").fetchall() == [
            (1, "month_1", 1),
            (2, None, 1),
        ]
        kept = "SELECT f.instrument, r.item FROM response r JOIN form f ON f.id = r.form_id"
        assert file.execute(kept).fetchall() == [("igais", "overall")]
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            file.execute("DELETE FROM response")


def _make_version_0003(path: Path) -> None:
    config = Config()
    config.set_main_option("script_location", str(schema.MIGRATIONS))
    engine = sqlite_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        command.upgrade(config, "0003")
        for statement in _ROWS_OF_0003:
            connection.exec_driver_sql(statement)
        connection.exec_driver_sql("COMMIT")
    engine.dispose()


_FORM = "INSERT INTO form (id, participant_id, instrument, version, visit, opens_on, opened_at)"
_ROWS_OF_0003 = (
    "INSERT INTO person (id, language, created_at) VALUES (1, 'fa', '2026'), (2, 'fa', '2026')",
    "INSERT INTO participant VALUES (1, 'P-001', 'F', 30, '2026')",
    f"{_FORM} VALUES (1, 1, 'igais', '1', 'month_1', '2026-10-26', '2026')",
    f"{_FORM} VALUES (2, 1, 'side_effects', '1', NULL, '2026-10-26', '2026')",
    """INSERT INTO response (form_id, participant_id, item, revision, status, originator, role,
    channel, language, wording_digest, answered_at, saved_at)
    VALUES (1, 1, 'overall', 1, 'answered', 2, 'rater', 'telegram', 'fa', '', '2026', '2026')""",
)
