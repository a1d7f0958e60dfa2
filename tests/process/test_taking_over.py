"""A running trial is taken over with the operator's own commands; the service goes on with it."""

import asyncio
import signal
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from bot.clock import SystemClock
from bot.opening import make_ready_beside, opened
from bot.trial.definitions import load_study
from bot.turn.desk import Desk
from bot.turn.desks import Desks
from flows.roles import Role
from storage import people, protocol
from tests.botapi.client import ROOT, BotApi
from tests.process.hamrah import PATIENCE, Hamrah, enter, until_polling
from tests.process.participants import settings_of
from tests.taking_over.files import trial_file, written

KILLED_AT = """
import os, signal, sys
from sqlalchemy import Engine, event
left = int(sys.argv.pop(1))
@event.listens_for(Engine, "before_cursor_execute")
def count(*_):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
from bot.cli import main
sys.exit(main())
"""


@pytest.fixture
def coordinator(hamrah: Hamrah) -> int:
    """A trial with its staff, envelopes and confirmed plan; the number of the coordinator."""
    for role in ("coordinator", "clinician", "pi"):
        hamrah.invite(role, name=role)
    assert hamrah.command("envelopes", "generate").returncode == 0
    asyncio.run(_confirm(hamrah))
    return number_of(hamrah, "coordinator")


async def _confirm(hamrah: Hamrah) -> None:
    def confirm(desk: Desk) -> None:
        (pi,) = people.holders(desk.connection, Role.PI)
        protocol.confirm(
            desk.connection, definition_hash=desk.study.definition_hash, by=pi, at=desk.now
        )

    settings, clock = settings_of(hamrah), SystemClock()
    master, _ = make_ready_beside(settings, clock.now())
    async with opened(settings, master) as it:
        await Desks(it.keys, load_study(settings.trial), clock).write(
            it.database, "confirm", confirm
        )


def number_of(hamrah: Hamrah, role: str) -> int:
    ((number,),) = hamrah.stored(f"SELECT person_id FROM staff_role WHERE role = '{role}'")
    assert isinstance(number, int)
    return number


@pytest.fixture
def file(hamrah: Hamrah, coordinator: int, tmp_path: Path) -> Path:
    study = load_study(settings_of(hamrah).trial)
    today: date = study.today(SystemClock().now())
    path = tmp_path / "trial.csv"
    path.write_bytes(written(trial_file(study.trial, today, number_of(hamrah, "clinician"))))
    return path


def counted(hamrah: Hamrah) -> list[int]:
    tables = ("participant", "milestone", "form", "response", "allocation", "take_over")
    return [hamrah.stored(f"SELECT count(*) FROM {it}")[0][0] for it in tables]


def test_sixty_participants_are_taken_over_once(
    hamrah: Hamrah, api: BotApi, coordinator: int, file: Path, tmp_path: Path
) -> None:
    checked = hamrah.command("take-over", "check", str(file))
    assert checked.returncode == 0, checked.stderr
    assert "participants: 60" in checked.stdout
    assert "Somebody" not in checked.stdout
    assert counted(hamrah) == [0] * 6

    loaded = hamrah.command("take-over", "load", str(file), "--by", str(coordinator))
    assert loaded.returncode == 0, loaded.stderr
    assert "marked as transcribed" in loaded.stdout
    stored = counted(hamrah)
    assert (stored[0], stored[-1]) == (60, 1)
    again = hamrah.command("take-over", "load", str(file), "--by", str(coordinator))
    assert again.returncode == 1
    assert "was loaded on" in again.stderr
    assert counted(hamrah) == stored
    assert "The record is whole" in hamrah.command("audit", "verify").stdout
    certificate = tmp_path / "certificate.txt"
    certificate.write_text(hamrah.command("envelopes", "certificate").stdout, encoding="utf-8")
    proved = hamrah.command("envelopes", "verify", str(certificate))
    assert proved.returncode == 0, proved.stderr

    with hamrah.running():
        until_polling(api)
        phone = api.phone()
        enter(hamrah, phone, "coordinator", name="Sara")
        phone.send("/card P-001")
        phone.wait_for(lambda message: "Month 4" in message.text and "P-001" in message.text)
        phone.send("/today")
        phone.wait_for(lambda message: "📋" in message.text)


@pytest.mark.parametrize("statement", [150, 2000, 6000])
def test_killed_in_the_middle_nothing_is_stored(
    hamrah: Hamrah, coordinator: int, file: Path, statement: int
) -> None:
    """And the same command, given again, stores it all."""
    load = ("take-over", "load", str(file), "--by", str(coordinator))
    killed = subprocess.run(
        [sys.executable, "-c", KILLED_AT, str(statement), *load],
        env=hamrah.environment | {"PYTHONPATH": str(ROOT)},
        cwd=hamrah.data.parent,
        capture_output=True,
        timeout=PATIENCE,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    assert counted(hamrah) == [0] * 6
    assert hamrah.command(*load).returncode == 0
    assert counted(hamrah)[0] == 60


def test_a_spoilt_file_is_refused_in_either_language(
    hamrah: Hamrah, coordinator: int, file: Path
) -> None:
    file.write_bytes(file.read_bytes().replace(b"sex,F", b"sex,Exosome", 1))
    for language, words in (("en", "Line "), ("fa", "سطر ")):
        refused = hamrah.command(
            "--language", language, "take-over", "load", str(file), "--by", str(coordinator)
        )
        assert refused.returncode == 1
        assert words in refused.stderr
        assert "Exosome" not in refused.stderr
    assert counted(hamrah) == [0] * 6


def test_who_may_not_load_and_a_file_that_is_not_there(
    hamrah: Hamrah, coordinator: int, file: Path
) -> None:
    clinician = number_of(hamrah, "clinician")
    refused = hamrah.command("take-over", "load", str(file), "--by", str(clinician))
    assert refused.returncode == 1
    assert "no coordinator" in refused.stderr
    missing = hamrah.command("take-over", "check", str(file.parent / "none.csv"))
    assert missing.returncode == 1
    assert "cannot be read" in missing.stderr


def test_a_template_is_written_once(hamrah: Hamrah, coordinator: int, tmp_path: Path) -> None:
    path = tmp_path / "empty.csv"
    assert hamrah.command("take-over", "template", str(path)).returncode == 0
    assert hamrah.command("take-over", "template", str(path)).returncode == 1
    refused = hamrah.command("take-over", "check", str(path))
    assert "no row" in refused.stderr
