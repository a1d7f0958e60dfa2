"""The audit trail as an operator reads it: of a participant, a person or a day; on the screen or as
a file."""

import csv
from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.clock import SystemClock
from bot.trial.definitions import load_study
from tests.botapi.client import BotApi
from tests.process.hamrah import Hamrah, enter, until_polling
from tests.process.participants import add_participants, settings_of

SHOW = ("audit", "show")


@pytest.fixture
def used(hamrah: Hamrah, api: BotApi) -> Hamrah:
    """A coordinator has looked at the card of P-001, whose name is Sara."""
    add_participants(hamrah, [api.phone()])
    phone = api.phone()
    with hamrah.running():
        until_polling(api)
        enter(hamrah, phone, "coordinator", name="Mina")
        phone.send("/card P-001")
        phone.wait_for(lambda message: "P-001" in message.text)
    return hamrah


def today(hamrah: Hamrah) -> date:
    return load_study(settings_of(hamrah).trial).today(SystemClock().now())


def coordinator(hamrah: Hamrah) -> str:
    ((number,),) = hamrah.stored("SELECT person_id FROM staff_role WHERE role = 'coordinator'")
    return str(number)


def shown(hamrah: Hamrah, *words: str) -> str:
    ended = hamrah.command(*words)
    assert (ended.returncode, ended.stderr) == (0, ""), ended
    assert "Sara" not in ended.stdout
    assert "Mina" not in ended.stdout
    return ended.stdout


def test_of_a_participant_a_person_and_a_day(used: Hamrah) -> None:
    number = coordinator(used)
    about = shown(used, *SHOW, "--participant", "p-001")
    assert f"{number} (Coordinator): saw a participant's card · about P-001" in about
    by = shown(used, *SHOW, "--person", number)
    assert "saw a participant's card · about P-001" in by
    assert "saved" in by
    of_today = shown(used, *SHOW, "--day", today(used).isoformat())
    assert {about.strip().split("\n\n")[0], by.strip().split("\n\n")[0]} <= set(
        of_today.strip().split("\n\n")
    )
    before = (today(used) - timedelta(days=1)).isoformat()
    assert "no entry" in shown(used, *SHOW, "--day", before)


def test_in_persian(used: Hamrah) -> None:
    assert "دیدن کارت شرکت‌کننده" in shown(used, "--language", "fa", *SHOW, "--participant", "P-001")


def test_as_a_file_that_its_owner_alone_can_read(used: Hamrah, tmp_path: Path) -> None:
    file = tmp_path / "trail.csv"
    told = shown(used, *SHOW, "--participant", "P-001", "--csv", str(file))
    with file.open(encoding="utf-8-sig", newline="") as written:
        rows = list(csv.DictReader(written))
    assert f"{len(rows)} entries" in told
    assert file.stat().st_mode & 0o777 == 0o600
    looked = next(row for row in rows if row["verb"] == "view_card")
    assert (looked["about"], looked["role"]) == ("P-001", "coordinator")
    assert looked["saved_at"].endswith("UTC")
    again = used.command(*SHOW, "--participant", "P-001", "--csv", str(file))
    assert "cannot be made" in again.stderr


def test_whoever_looks_is_in_it_too(used: Hamrah) -> None:
    number = coordinator(used)
    shown(used, *SHOW, "--person", number)
    of_today = shown(used, *SHOW, "--day", today(used).isoformat())
    assert f"(command line): looked at the audit trail\n• person: {number}" in of_today


def test_nobody_of_this_code_or_number_and_a_day_that_is_none(hamrah: Hamrah) -> None:
    assert "no participant P-099" in hamrah.command(*SHOW, "--participant", "P-099").stderr
    assert "no entry" in hamrah.command(*SHOW, "--person", "99").stdout
    for day in ("tomorrow", "9999-12-31", "0001-01-01"):
        assert "Write the day" in hamrah.command(*SHOW, "--day", day).stderr
