"""A backup and the master key are all that a new machine needs, as the README says it."""

import shutil
from pathlib import Path

from tests.botapi.client import BotApi
from tests.process.hamrah import PATIENCE, Hamrah
from tests.process.participants import add_participants, letters


def test_a_trial_goes_on_from_its_backup_on_another_machine(
    hamrah: Hamrah, api: BotApi, tmp_path: Path
) -> None:
    phone = api.phone(language_code="en", started=True)
    add_participants(hamrah, [phone])
    hamrah.invite("coordinator", name="Ali")
    with hamrah.running():
        phone.send("before the backup")
        phone.wait_for("clinic", timeout=PATIENCE)
        assert hamrah.command("backup").returncode == 0
        phone.send("after it")
        api.wait_until(lambda: len(letters(hamrah)) == 2, timeout=PATIENCE)
    (copy,) = (hamrah.data / "backups").glob("*.sqlite3")
    restored = Hamrah(tmp_path / "other" / "data", dict(hamrah.settings))
    restored.settings["DATA"] = str(restored.data)
    restored.data.mkdir(parents=True)
    shutil.copy(copy, restored.data / "hamrah.sqlite3")
    shutil.copy(hamrah.data / "master.key", restored.data)
    assert letters(restored) == ["before the backup"]
    verified = restored.command("audit", "verify")
    assert verified.returncode == 0, verified.stderr
    assert "Ali" in restored.command("staff", "list").stdout
    with restored.running():
        phone.send("on the other machine")
        api.wait_until(lambda: len(letters(restored)) == 2, timeout=PATIENCE)
    assert letters(restored) == ["before the backup", "on the other machine"]
