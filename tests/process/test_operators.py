"""The operator's commands as they are typed: what is refused is refused in one clear sentence."""

import asyncio
import base64
import secrets
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from bot.clock import SystemClock
from bot.opening import make_ready_beside, opened
from bot.trial.definitions import load_study
from bot.turn import staffing
from bot.turn.desk import Desk
from bot.turn.desks import Desks
from flows.roles import Role
from storage import arms, participants, people
from storage.lock import exclusive
from tests.botapi.client import ROOT
from tests.process.hamrah import COMMAND, PATIENCE, Hamrah
from tests.process.participants import settings_of

LIST = ("staff", "list")
INVITE = ("staff", "invite", "--role", "rater", "--name")


def refused(hamrah: Hamrah, *words: str) -> str:
    """The one sentence with which a command ends."""
    ended = hamrah.command(*words)
    assert ended.returncode == 1, ended
    (sentence,) = ended.stderr.splitlines()
    return sentence


def change(hamrah: Hamrah, statement: str) -> None:
    """As somebody with the file in their hands can."""
    with closing(sqlite3.connect(hamrah.data / "hamrah.sqlite3")) as connection:
        connection.execute(statement)
        connection.commit()


@pytest.mark.parametrize("below", ["", "data"])
@pytest.mark.parametrize("command", [LIST, ("run",)])
def test_data_where_no_folder_can_be(
    hamrah: Hamrah, tmp_path: Path, below: str, command: tuple[str, ...]
) -> None:
    file = tmp_path / "file"
    file.touch()
    hamrah.settings["DATA"] = str(file / below)
    sentence = refused(hamrah, *command)
    assert str(file) in sentence
    assert "not a directory" in sentence


def test_a_database_that_is_none(hamrah: Hamrah) -> None:
    hamrah.invite("administrator")
    file = hamrah.data / "hamrah.sqlite3"
    for journal in hamrah.data.glob("hamrah.sqlite3-*"):
        journal.unlink()
    file.write_text("A letter, and no database at all. " * 100, encoding="utf-8")
    sentence = refused(hamrah, *LIST)
    assert str(file) in sentence
    assert "not a database" in sentence


@pytest.mark.parametrize("key_id", [1, 2])
def test_a_master_key_of_other_data(hamrah: Hamrah, key_id: int) -> None:
    hamrah.invite("administrator")
    key = hamrah.data / "master.key"
    other = base64.b64encode(secrets.token_bytes(32)).decode()
    key.write_text(f"{key_id} {other}\n", encoding="ascii")
    for command in (LIST, ("run",)):
        assert str(key) in refused(hamrah, *command)


@pytest.mark.parametrize("name", ["", "  ", "x" * 81, "Sara\nAhmadi", "Sara\u2028Ahmadi"])
def test_a_name_that_is_no_name(hamrah: Hamrah, name: str) -> None:
    assert refused(hamrah, *INVITE, name) == "The name must be one line of 1 to 80 characters."
    assert not hamrah.data.exists()


def test_spaces_around_a_name_are_not_part_of_it(hamrah: Hamrah) -> None:
    hamrah.invite("rater", name=f" {'x' * 80} ")
    assert f" {'x' * 80}: " in hamrah.command(*LIST).stdout


def test_who_was_told_an_arm_cannot_be_invited_to_rate(hamrah: Hamrah) -> None:
    """Not even anew, after the role in which they were told has ended."""
    asyncio.run(_clinician_who_was_told(hamrah, "Sara"))
    assert "knows the group" in refused(hamrah, *INVITE, "Sara ")
    assert hamrah.stored("SELECT count(*) FROM invitation") == [(1,)]
    hamrah.invite("rater", name="Somebody else")
    hamrah.invite("coordinator", name="Sara")


async def _clinician_who_was_told(hamrah: Hamrah, name: str) -> None:
    def tell(desk: Desk) -> None:
        connection, at = desk.connection, desk.now
        clinician = staffing.invite_staff(desk, name, (Role.CLINICIAN,), "secret")
        told_of = people.create(connection, keys=desk.keys, language="en", name="Maryam", at=at)
        participants.enrol(connection, person_id=told_of, sex="F", age=30, at=at)
        arms.note_told(connection, person_id=clinician, participant=told_of, at=at)
        people.end_roles(connection, person_id=clinician, at=at)

    settings, clock = settings_of(hamrah), SystemClock()
    master, _ = make_ready_beside(settings, clock.now())
    async with opened(settings, master) as it:
        desks = Desks(it.keys, load_study(settings.trial), clock)
        await desks.write(it.database, "test", tell)


def test_two_first_commands_at_once(hamrah: Hamrah) -> None:
    """Whichever comes second waits until key and tables are made."""
    both = [
        subprocess.Popen(
            [*COMMAND, *INVITE, name],
            env=hamrah.environment | {"PYTHONPATH": str(ROOT)},
            cwd=hamrah.data.parent,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for name in ("Sara", "Maryam")
    ]
    ended = [(process.communicate(timeout=PATIENCE), process.returncode) for process in both]
    assert [code for _, code in ended] == [0, 0], ended
    assert {"Sara", "Maryam"} <= set(hamrah.command(*LIST).stdout.replace(":", " ").split())


def test_a_command_does_not_wait_for_ever_for_data_that_nobody_makes_ready(hamrah: Hamrah) -> None:
    hamrah.data.mkdir()
    with exclusive(hamrah.data):
        assert "Another copy" in refused(hamrah, *LIST)


@pytest.fixture
def unguarded(hamrah: Hamrah) -> Hamrah:
    """Somebody took the trigger away that keeps the audit trail as it was."""
    hamrah.invite("administrator")
    hamrah.invite("coordinator")
    change(hamrah, "DROP TRIGGER audit_refuses_update")
    return hamrah


VERIFY = ("audit", "verify")


def head(hamrah: Hamrah) -> str:
    """As the weekly summary shows it at this moment."""
    ((entry, digest),) = hamrah.stored("SELECT id, digest FROM audit ORDER BY id DESC LIMIT 1")
    return f"{entry}:{digest.hex()[:16]}"


def test_a_record_without_its_guards_is_still_looked_through(unguarded: Hamrah) -> None:
    ended = unguarded.command(*VERIFY)
    assert ended.returncode == 1
    assert "audit_refuses_update" in ended.stderr
    assert "The record is whole" in ended.stdout


def test_a_bad_entry_is_named_although_the_guards_are_gone(unguarded: Hamrah) -> None:
    change(unguarded, "UPDATE audit SET verb = 'other' WHERE id = 2")
    ended = unguarded.command(*VERIFY)
    assert ended.returncode == 1
    guards, chain = ended.stderr.splitlines()
    assert "audit_refuses_update" in guards
    assert chain == "The chain of the audit trail is broken. The first bad entry is 2."


def test_a_trigger_that_does_something_else_is_no_guard(unguarded: Hamrah) -> None:
    change(
        unguarded,
        "CREATE TRIGGER audit_refuses_update BEFORE UPDATE ON audit BEGIN SELECT 1; END",
    )
    assert "audit_refuses_update" in unguarded.command(*VERIFY).stderr


def test_a_changed_row_of_the_study_is_named(hamrah: Hamrah) -> None:
    hamrah.invite("coordinator")
    change(hamrah, "DROP TRIGGER staff_role_records_update")
    change(hamrah, "UPDATE staff_role SET role = 'allocator'")
    _, row = hamrah.command(*VERIFY).stderr.splitlines()
    assert row == "Row 1 of the table staff_role is not as it was written."


def test_an_earlier_head_is_in_the_chain_until_the_trail_is_cut_off(hamrah: Hamrah) -> None:
    """In the digits of either language; a trail cut off with its head looks whole without it."""
    hamrah.invite("administrator")
    earlier = head(hamrah)
    hamrah.invite("coordinator")
    later = head(hamrah)
    number, digest = earlier.split(":")
    persian = f"{chr(0x06F0 + int(number))}:\u2068{digest}\u2069"
    for one in (earlier, later, persian):
        assert hamrah.command(*VERIFY, "--head", one).returncode == 0
    for trigger in ("audit_refuses_delete", "audit_refuses_update"):
        change(hamrah, f"DROP TRIGGER {trigger}")
    change(hamrah, f"DELETE FROM audit WHERE id > {number}")
    change(
        hamrah,
        f"UPDATE audit_head SET entry = {number}, "
        f"digest = (SELECT digest FROM audit WHERE id = {number})",
    )
    assert "The record is whole" in hamrah.command(*VERIFY, "--head", earlier).stdout
    ended = hamrah.command(*VERIFY, "--head", later)
    assert "is not the one of that summary" in ended.stderr


@pytest.mark.parametrize("written", ["", "7", "7:xyz", "7:0123", "x:0123456789abcdef"])
def test_a_head_that_is_none(hamrah: Hamrah, written: str) -> None:
    assert "Write the head" in refused(hamrah, *VERIFY, "--head", written)


def test_a_file_that_is_damaged(hamrah: Hamrah) -> None:
    """Its pages are overwritten behind the first ones, as a failing disk does."""
    hamrah.invite("administrator")
    file = hamrah.data / "hamrah.sqlite3"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (root,) = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'audit'"
        ).fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    raw = bytearray(file.read_bytes())
    raw[(root - 1) * size : root * size] = bytes(size)
    file.write_bytes(raw)
    assert "damaged" in hamrah.command(*VERIFY).stderr
