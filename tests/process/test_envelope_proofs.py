"""The certificate as an operator prints it, and what its proof finds in a database."""

import asyncio
import shutil
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from bot.clock import SystemClock
from bot.opening import make_ready_beside, opened
from bot.trial.definitions import load_study
from bot.turn import arms
from bot.turn.desk import Desk
from bot.turn.desks import Desks
from flows.effects.allocation import KeepPaperLetter
from flows.roles import Role
from storage import envelopes, participants, people, unblindings
from tests.botapi.client import BotApi
from tests.process.hamrah import Hamrah, until_polling
from tests.process.participants import settings_of

GIVEN = 3
NINTH = "{0} = (SELECT {0} FROM sealed_arm WHERE envelope = 9)"
BOTH = f"{NINTH.format('arm')}, {NINTH.format('salt')}"


@pytest.fixture
def certificate(hamrah: Hamrah, tmp_path: Path) -> Path:
    """Of envelopes of which three were given."""
    assert hamrah.command("envelopes", "generate").returncode == 0
    asyncio.run(_at_desk(hamrah, _give))
    return certified(hamrah, tmp_path / "certificate.txt")


def certified(hamrah: Hamrah, file: Path, *options: str) -> Path:
    ended = hamrah.command(*options, "envelopes", "certificate")
    assert ended.returncode == 0, ended
    file.write_text(ended.stdout, encoding="utf-8")
    return file


async def _at_desk(hamrah: Hamrah, act: object) -> None:
    settings, clock = settings_of(hamrah), SystemClock()
    master, _ = make_ready_beside(settings, clock.now())
    async with opened(settings, master) as it:
        assert callable(act)
        desks = Desks(it.keys, load_study(settings.trial), clock)
        await desks.write(it.database, "test", act)


def _person(desk: Desk) -> int:
    return people.create(desk.connection, keys=desk.keys, language="en", name="Sara", at=desk.now)


def _give(desk: Desk) -> None:
    for _ in range(GIVEN):
        person = _person(desk)
        participants.enrol(desk.connection, person_id=person, sex="F", age=30, at=desk.now)
        envelopes.bind_next(desk.connection, participant=person, by=person, at=desk.now)


def _unblind(desk: Desk) -> None:
    asking, agreeing = _person(desk), _person(desk)
    people.begin_roles(desk.connection, person_id=asking, roles=[Role.PI], at=desk.now)
    request = unblindings.ask(
        desk.connection,
        keys=desk.keys,
        participant=None,
        by=asking,
        reason="the end",
        at=desk.now,
        expires_at=desk.now + timedelta(hours=1),
    )
    unblindings.answer(desk.connection, request=request, by=agreeing, agreed=True, at=desk.now)


def change(hamrah: Hamrah, statement: str) -> None:
    """As somebody with the file can, who puts the triggers back."""
    with closing(sqlite3.connect(settings_of(hamrah).database_file)) as file:
        triggers = file.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        for name, _ in (standing := triggers.fetchall()):
            file.execute(f"DROP TRIGGER {name}")
        file.execute(statement)
        for _, sql in standing:
            file.execute(sql)
        file.commit()


def refused(hamrah: Hamrah, *words: str) -> str:
    ended = hamrah.command("envelopes", "verify", *words)
    assert ended.returncode == 1, ended
    (sentence,) = ended.stderr.splitlines()
    return sentence


def test_it_is_printed_and_proved_in_both_languages_while_the_service_runs(
    hamrah: Hamrah, api: BotApi, certificate: Path, tmp_path: Path
) -> None:
    with hamrah.running():
        until_polling(api)
        persian = certified(hamrah, tmp_path / "fa.txt", "--language", "fa")
        for page in (certificate, persian):
            ended = hamrah.command("envelopes", "verify", str(page))
            assert (ended.returncode, ended.stderr) == (0, ""), ended
    assert "گواهی پاکت‌های مهروموم‌شده" in persian.read_text(encoding="utf-8")
    assert max(map(len, certificate.read_text(encoding="utf-8").splitlines())) < 80


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE envelope SET commitment = x'00' WHERE number = 7", "Envelope 7 is the first"),
        (f"UPDATE sealed_arm SET {BOTH} WHERE envelope = 8", "Envelope 8 is the first"),
        (f"UPDATE sealed_arm SET {NINTH.format('salt')} WHERE envelope = 4", "Envelope 4 is the"),
        ("DELETE FROM sealed_arm WHERE envelope = 60", "Envelope 60 is the first"),
        ("UPDATE allocation SET envelope = 12 WHERE envelope = 2", "Envelope 2 was not given"),
        ("UPDATE allocation SET id = 9 WHERE envelope = 1", "Envelope 1 was not given"),
        ("UPDATE envelope SET sealed_at = '2026-01-01T00:00:00.000000Z'", "time of sealing"),
    ],
)
def test_what_was_changed_in_the_database_is_named(
    hamrah: Hamrah, certificate: Path, statement: str, found: str
) -> None:
    change(hamrah, statement)
    assert found in refused(hamrah, str(certificate))


def test_another_page_than_was_printed_is_refused(hamrah: Hamrah, certificate: Path) -> None:
    page = certificate.read_text(encoding="utf-8")
    certificate.write_text(page.replace("Nothing", "nothing"), encoding="utf-8")
    assert "was changed after it was printed" in refused(hamrah, str(certificate))
    certificate.write_text("something else", encoding="utf-8")
    assert "is no certificate" in refused(hamrah, str(certificate))
    assert "cannot be read" in refused(hamrah, str(certificate.with_name("none.txt")))


def test_nothing_is_certified_before_sealing(hamrah: Hamrah) -> None:
    ended = hamrah.command("envelopes", "certificate")
    assert ended.returncode == 1
    assert "nothing to certify" in ended.stderr


def test_anybody_can_prove_the_openings_without_the_database(
    hamrah: Hamrah, certificate: Path, tmp_path: Path
) -> None:
    """And with it, also who got which envelope."""
    file = tmp_path / "openings.csv"
    assert hamrah.command("envelopes", "open", str(file)).returncode == 1
    asyncio.run(_at_desk(hamrah, _unblind))
    assert hamrah.command("envelopes", "open", str(file)).returncode == 0
    proof = ("envelopes", "verify", str(certificate), "--openings", str(file))
    assert "who got it and what raters guessed" in hamrah.command(*proof).stdout
    content = file.read_text(encoding="utf-8")
    file.write_text(content.replace("2,P-002", "2,P-003"), encoding="utf-8")
    assert "Envelope 2 is the first" in refused(hamrah, *proof[2:])
    hamrah.settings["DATA"] = str(tmp_path / "nowhere")
    ended = hamrah.command(*proof)
    assert (ended.returncode, "was not checked" in ended.stdout) == (0, True), ended
    assert not (tmp_path / "nowhere").exists()
    row = content.splitlines()[30]
    number, participant, arm, *proof_of_it = row.split(",")
    other = ",".join((number, participant, "B" if arm == "A" else "A", *proof_of_it))
    file.write_text(content.replace(row, other), encoding="utf-8")
    assert "Envelope 30 is the first" in refused(hamrah, *proof[2:])


def test_digital_envelopes_are_proved_by_their_certificate_alone(
    hamrah: Hamrah, certificate: Path
) -> None:
    assert "Name the file with the certificate" in refused(hamrah)


def _give_on_paper(desk: Desk) -> None:
    """The third is lost before it is given; the letters break the ratio."""
    for number in (1, 2, 4):
        person = _person(desk)
        participants.enrol(desk.connection, person_id=person, sex="F", age=30, at=desk.now)
        bound = envelopes.bind_next(desk.connection, participant=person, by=person, at=desk.now)
        assert bound is not None
        assert bound.envelope == number
        arms.keep_paper_letter(desk, KeepPaperLetter(person, "A"), person)
        if number == 2:
            envelopes.retire(desk.connection, envelope=3, kind="LOST", by=person, at=desk.now)


def test_of_paper_envelopes_order_is_proved_and_balance_once_unblinded(
    hamrah: Hamrah, certificate: Path, trial: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(trial, tmp_path / "trial")
    hamrah.settings |= {"DATA": str(tmp_path / "of_paper"), "TRIAL": str(folder)}
    definition = folder / "trial.toml"
    digital = definition.read_text(encoding="utf-8")
    on_paper = digital.replace('concealment = "digital"', 'concealment = "paper"')
    definition.write_text(on_paper, encoding="utf-8")
    assert hamrah.command("envelopes", "paper", "--count", "72").returncode == 0
    asyncio.run(_at_desk(hamrah, _give_on_paper))
    assert hamrah.command("envelopes", "certificate").returncode == 1
    assert "none whose content was sealed here" in refused(hamrah, str(certificate))
    ended = hamrah.command("envelopes", "verify")
    assert (ended.returncode, "in their order" in ended.stdout) == (0, True), ended
    asyncio.run(_at_desk(hamrah, _unblind))
    assert "block 1 break the planned ratio" in refused(hamrah)
    change(hamrah, "DELETE FROM envelope_incident")
    assert "Envelope 3 was not given" in refused(hamrah)
