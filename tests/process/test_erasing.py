"""A participant is erased by the operator's command, also beside the running service."""

import asyncio
import shutil
import subprocess
import threading
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.turn.desk import Desk
from flows.chart import Milestone
from flows.messages import say
from flows.roles import Role
from flows.text import text
from storage import attempts, participants, people, tables
from storage.participants import NewMilestone
from tests.botapi.client import ROOT, BotApi, Phone
from tests.process.hamrah import COMMAND, PATIENCE, Hamrah, until_polling
from tests.process.killing import killed_at
from tests.process.participants import add_participants, at_desk, settings_of

NAME, OTHERS = "Nilufar", "Sara"
OLD = "hamrah-20200101T000000Z.sqlite3"


def withdraw(hamrah: Hamrah) -> None:
    """P-001 has withdrawn, as a coordinator records it."""

    def record(desk: Desk) -> None:
        person = participants.with_code(desk.connection, "P-001")
        assert person is not None
        participants.record(
            desk.connection,
            keys=desk.keys,
            participant=person,
            new=NewMilestone(Milestone.WITHDRAWN, date(2026, 11, 1)),
            recorded_by=person,
            at=desk.now,
        )

    asyncio.run(at_desk(settings_of(hamrah), record))


@pytest.fixture
def phones(hamrah: Hamrah, api: BotApi) -> list[Phone]:
    """P-001, who is to be erased, and somebody else."""
    hamrah.invite("pi", name="Hamid")
    hamrah.invite("coordinator", name="Mina")
    phones = [api.phone(), api.phone()]
    add_participants(hamrah, phones[:1], name=NAME)
    add_participants(hamrah, phones[1:], name=OTHERS)
    return phones


def staff(hamrah: Hamrah, role: str) -> str:
    ((number,),) = hamrah.stored(f"SELECT person_id FROM staff_role WHERE role = '{role}'")
    return str(number)


def erase(
    hamrah: Hamrah, *, typed: str = "P-001", by: str = "pi", code: str = "P-001", fa: bool = False
) -> subprocess.CompletedProcess[str]:
    words = (*(("--language", "fa") if fa else ()), "erase", code, "--by", staff(hamrah, by))
    return subprocess.run(
        [*COMMAND, *words],
        env=hamrah.environment | {"PYTHONPATH": str(ROOT)},
        cwd=hamrah.data.parent,
        input=f"{typed}\n",
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def is_erased(hamrah: Hamrah) -> bool:
    query = (
        "SELECT count(*) FROM participant p JOIN key k ON k.owner = 'person:' || p.person_id "
        "WHERE p.code = 'P-001'"
    )
    return hamrah.stored(query) == [(0,)]


def name_of(hamrah: Hamrah, code: str) -> str:
    def read(desk: Desk) -> None:
        person = participants.with_code(desk.connection, code)
        assert person is not None
        found.append(
            people.identity(desk.connection, keys=desk.keys, person_id=person, kind="name")
        )

    found: list[str] = []
    asyncio.run(at_desk(settings_of(hamrah), read))
    return found[0]


def test_what_keeps_from_erasing_is_said_and_nothing_is_changed(
    hamrah: Hamrah, phones: list[Phone]
) -> None:
    for refused, why in (
        (erase(hamrah, code="P-009", typed="P-009"), "no participant P-009"),
        (erase(hamrah, by="coordinator"), "no principal investigator"),
        (erase(hamrah), "still takes part"),
    ):
        assert refused.returncode == 1
        assert why in refused.stderr
    withdraw(hamrah)
    mistyped = erase(hamrah, typed="P-002", fa=True)
    assert "کد نوشته نشد" in mistyped.stderr
    assert not (hamrah.data / "erased").exists()
    assert not is_erased(hamrah)
    asyncio.run(at_desk(settings_of(hamrah), _make_staff))
    assert "has worked for the trial" in erase(hamrah).stderr
    assert name_of(hamrah, "P-001") == NAME


def _make_staff(desk: Desk) -> None:
    person = participants.with_code(desk.connection, "P-001")
    assert person is not None
    people.begin_roles(desk.connection, person_id=person, roles=[Role.RATER], at=desk.now)
    people.end_roles(desk.connection, person_id=person, at=desk.now)


def test_erased_beside_the_running_service_while_they_write(
    hamrah: Hamrah, api: BotApi, phones: list[Phone]
) -> None:
    """Before, they are answered as a participant; after it, as a stranger. Others are not lost."""
    withdraw(hamrah)
    ended: list[subprocess.CompletedProcess[str]] = []
    with hamrah.running() as running:
        until_polling(api)
        command = threading.Thread(target=lambda: ended.append(erase(hamrah)))
        command.start()
        sent = 0
        while command.is_alive() and sent < 40:
            phones[0].send("/help")
            phones[1].send("May I wash my hair?")
            sent += 1
            phones[1].wait_for(lambda message: message.by_bot)
        command.join()
        api.wait_until(lambda: not api.pending(), timeout=PATIENCE)
        (done,) = ended
        assert done.returncode == 0, done.stderr
        assert "P-001 is erased" in done.stdout
        assert is_erased(hamrah)
        assert "Traceback" not in running.log()
        assert NAME not in running.log()
        assert not running.events("turn_failed")
        assert "erased already" in erase(hamrah).stderr
        phones[0].send("Who is there?")
        phones[0].wait_for("پژوهشی")
    theirs = hamrah.stored(
        "SELECT count(*) FROM mail JOIN participant p USING (person_id) WHERE p.code = 'P-002'"
    )
    assert theirs == [(sent,)]
    assert "The record is whole" in hamrah.command("audit", "verify").stdout
    shown = hamrah.command("audit", "show", "--participant", "P-001")
    assert shown.returncode == 0, shown.stderr
    assert "erased a person" in shown.stdout
    assert hamrah.command("summary").returncode == 0


def test_while_a_message_leaves_nothing_is_erased(hamrah: Hamrah, phones: list[Phone]) -> None:
    """It was worded before, and would be written down after; here its sender was killed."""
    withdraw(hamrah)
    asyncio.run(at_desk(settings_of(hamrah), _begin_to_send))
    refused = erase(hamrah)
    assert refused.returncode == 1
    assert "Messages are leaving" in refused.stderr
    assert not is_erased(hamrah)
    assert (hamrah.data / "erased").read_text() == ""


def _begin_to_send(desk: Desk) -> None:
    (investigator,) = people.holders(desk.connection, Role.PI)
    desk.notify(investigator, say(text("erase.told", code="P-001")))
    newest = desk.connection.execute(select(func.max(tables.outbox.c.id))).scalar_one()
    attempts.begin(desk.connection, message_id=newest, attempt=1, at=desk.now)


def test_killed_at_any_step_it_is_finished_at_the_next_start(
    hamrah: Hamrah, phones: list[Phone], tmp_path: Path
) -> None:
    """Before the list is written nothing happened; from then on it is carried out."""
    withdraw(hamrah)
    kept = tmp_path / "kept"
    shutil.copytree(hamrah.data, kept)
    noted: list[bool] = []
    command = ("erase", "P-001", "--by", staff(hamrah, "pi"))
    for step in (1, 2, 3, 4, 5, 20, 40, 400):
        died = killed_at(hamrah, step, *command, typed="P-001\n")
        noted.append((hamrah.data / "erased").exists())
        listed = hamrah.command("staff", "list")
        assert listed.returncode == 0, listed.stderr
        assert is_erased(hamrah) == noted[-1]
        told = hamrah.stored("SELECT count(*) FROM outbox WHERE key LIKE 'erased:%'")
        assert told == [(noted[-1],)]
        assert name_of(hamrah, "P-002") == OTHERS
        if not died:
            break
        shutil.rmtree(hamrah.data)
        shutil.copytree(kept, hamrah.data)
    assert noted[0] is False
    assert noted[-2:] == [True, True]
    assert "The record is whole" in hamrah.command("audit", "verify").stdout


def test_a_backup_from_before_does_not_bring_them_back(hamrah: Hamrah, phones: list[Phone]) -> None:
    """The list beside the master key is carried out again; on other data it means nobody."""
    withdraw(hamrah)
    hamrah.settings["BACKUP_DAYS"] = "30"
    backups = hamrah.data / "backups"
    assert hamrah.command("backup").returncode == 0
    (copy,) = backups.iterdir()
    shutil.copy(copy, backups / OLD)
    done = erase(hamrah)
    assert done.returncode == 0, done.stderr
    assert f"{OLD} can be read until a backup is made after" in done.stdout
    file = hamrah.data / "hamrah.sqlite3"
    for journal in hamrah.data.glob("hamrah.sqlite3-*"):
        journal.unlink()
    shutil.copy(copy, file)
    assert not is_erased(hamrah)
    assert hamrah.command("staff", "list").returncode == 0
    assert is_erased(hamrah)
    assert name_of(hamrah, "P-002") == OTHERS
    assert "The record is whole" in hamrah.command("audit", "verify").stdout
    assert OLD in hamrah.command("backup").stdout
    assert not (backups / OLD).exists()
    assert copy.exists()

    file.unlink()
    for journal in hamrah.data.glob("hamrah.sqlite3-*"):
        journal.unlink()
    hamrah.invite("pi", name="Hamid")
    hamrah.invite("coordinator", name="Mina")
    add_participants(hamrah, phones[:1], name=NAME)
    assert name_of(hamrah, "P-001") == NAME
