"""The real process, whose clock is not that of the messenger."""

import csv
import json
import re

import httpx

from storage.clock_changes import Change, Marks
from tests.botapi.client import BotApi, Phone
from tests.process.hamrah import PATIENCE, Hamrah, enter, tap, until_polling
from tests.process.participants import add_participants, add_with_questionnaire


def off_by(hamrah: Hamrah, table: str) -> list[int]:
    """By how much the clock was wrong when each row was written, to the minute."""
    changes = hamrah.stored("SELECT off_by, reached FROM clock_change ORDER BY id")
    marks = Marks([Change(seconds, json.loads(reached)) for seconds, reached in changes])
    rows = hamrah.stored(f"SELECT id FROM {table} ORDER BY id")
    return [round(marks.off_by(table, row) / 60) for (row,) in rows]


def show(hamrah: Hamrah, path: str) -> str:
    return httpx.get(f"{hamrah.url}/{path}", trust_env=False).text


def write_some(phone: Phone) -> None:
    """Each is answered, and each answer has its date."""
    for _ in range(3):
        phone.send("/help")
        phone.wait_for(lambda message: bool(message.text), timeout=PATIENCE)


def test_what_is_entered_while_the_clock_is_wrong_is_told_and_marked(
    hamrah: Hamrah, api: BotApi
) -> None:
    sara, reza = (api.phone(language_code="en", started=True) for _ in range(2))
    admin, pi = api.phone(language_code="en"), api.phone(language_code="en")
    add_with_questionnaire(hamrah, sara)
    add_participants(hamrah, [reza])
    with hamrah.running():
        until_polling(api)
        enter(hamrah, admin, "administrator")
        enter(hamrah, pi, "pi")
        sara.send("/open")
        sara.wait_for("waiting for you")
        sara.tap(sara.messages()[-1].labels[0])
        tap(sara, "Very satisfied")
        sara.wait_for("Question 2")
        api.shift_date(-300)
        write_some(reza)
        for phone in (admin, pi):
            assert "timedatectl" in phone.wait_for("5 minutes ahead", timeout=PATIENCE).text
        tap(sara, "Dissatisfied")
        sara.wait_for("Question 3")
        assert json.loads(show(hamrah, "health"))["clock"] == "wrong"
        assert "hamrah_clock_wrong 1.0" in show(hamrah, "metrics")
    # The same drift, after a start in its middle.
    with hamrah.running():
        write_some(reza)
        assert json.loads(show(hamrah, "health"))["clock"] == "wrong"
        assert [round(it / 60) for (it,) in hamrah.stored("SELECT off_by FROM clock_change")] == [5]
        api.shift_date(0)
        write_some(reza)
        for phone in (admin, pi):
            phone.wait_for("right again", timeout=PATIENCE)
        tap(sara, "Neither")
        sara.wait_for("Question 4")
        health = json.loads(show(hamrah, "health"))
        assert health["clock"] == "ok"
        assert abs(health["seconds_clock_is_off"]) <= 2
        assert 'hamrah_clock_offset_seconds{channel="telegram"}' in show(hamrah, "metrics")
    assert off_by(hamrah, "response") == [0, 5, 0]
    drift, right = hamrah.stored("SELECT id FROM audit WHERE verb LIKE 'clock_%' ORDER BY id")
    marked = off_by(hamrah, "audit")
    assert marked == [5 * (drift <= (number,) < right) for number in range(1, len(marked) + 1)]
    shown = hamrah.command("audit", "show", "--participant", "P-001").stdout
    assert len(re.findall(r"the clock was (299|300|301) s ahead", shown)) == 1, shown
    table = hamrah.data.parent / "audit.csv"
    written = hamrah.command("audit", "show", "--participant", "P-001", "--csv", str(table))
    assert written.returncode == 0, written.stderr
    with table.open(encoding="utf-8-sig") as file:
        ahead = [row["seconds_clock_was_ahead"] for row in csv.DictReader(file)]
    assert [bool(seconds) for seconds in ahead].count(True) == 1
    told = [words for words in admin.texts() if "clock" in words]
    assert len(told) == 2
