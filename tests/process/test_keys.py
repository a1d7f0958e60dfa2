"""The master key is changed by the operator's own commands, while the service goes on."""

import asyncio
import itertools
import shutil

from storage.database import Database
from storage.keyring import Keyring, wrapped_under
from storage.lock import changing_keys
from storage.master_file import MasterFile
from storage.sealing import Key, MasterKeys
from tests.botapi.client import BotApi
from tests.process.hamrah import Hamrah, enter, tap, until_polling
from tests.process.killing import killed_at
from tests.process.participants import add_participants, letters, settings_of

# The file is changed in the first steps; those after it are keys that are wrapped one by one.
STEPS = (*range(1, 12), *range(12, 200, 9))


def lines(hamrah: Hamrah) -> list[int]:
    return [key.id for key in MasterKeys.read(hamrah.data / "master.key").keys]


def under(hamrah: Hamrah) -> dict[int, int]:
    """How many keys stand under each master key, after every one of them was opened."""

    async def look() -> dict[int, int]:
        settings = settings_of(hamrah)
        database = Database.open(settings.database)
        keys = await database.write(Keyring.open, MasterFile(settings.master_key))
        for (owner,) in hamrah.stored("SELECT owner FROM key WHERE owner LIKE 'person:%'"):
            await database.read(keys.of, int(str(owner).removeprefix("person:")))
        found = dict(await database.read(wrapped_under))
        await database.close()
        return found

    return asyncio.run(look())


def done(hamrah: Hamrah, *words: str) -> str:
    ended = hamrah.command(*words)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def refused(hamrah: Hamrah, *words: str) -> str:
    ended = hamrah.command(*words)
    assert ended.returncode == 1, ended
    assert "Traceback" not in ended.stderr
    return ended.stderr


def test_a_rotation_killed_at_any_step_loses_nothing_while_the_service_goes_on(
    hamrah: Hamrah, api: BotApi
) -> None:
    """Whichever step it died at, the same command finishes it, and makes no second new key."""
    phones = [api.phone() for _ in range(60)]
    add_participants(hamrah, phones)
    with hamrah.running() as running:
        until_polling(api)
        finished, died = 0, list[int]()
        for step in itertools.takewhile(lambda it: killed_at(hamrah, it, "keys", "rotate"), STEPS):
            died.append(step)
            newest = lines(hamrah)[0]
            phones[len(died)].send(f"Letter {step}")
            phones[len(died)].wait_for(lambda message: message.by_bot)
            if set(under(hamrah)) != {newest}:
                assert "was interrupted" in done(hamrah, "keys", "rotate")
                finished += 1
            assert set(under(hamrah)) == {newest} == {lines(hamrah)[0]}
        assert died[-1] > 60, died
        assert set(under(hamrah)) == {lines(hamrah)[0]}
        assert finished > 5
        assert running.log() == "" or not running.events("turn_failed")
    assert sorted(letters(hamrah)) == sorted(f"Letter {it}" for it in died)
    assert "The record is whole" in done(hamrah, "audit", "verify")
    recorded = hamrah.stored("SELECT count(*) FROM audit WHERE verb = 'rotate_keys'")
    assert recorded == [(lines(hamrah)[0] - 1,)]


def test_whom_the_running_service_invites_after_a_rotation_is_under_the_new_line(
    hamrah: Hamrah, api: BotApi
) -> None:
    with hamrah.running():
        until_polling(api)
        phone = api.phone()
        enter(hamrah, phone, "administrator")
        done(hamrah, "keys", "rotate")
        phone.send("/invite_staff Zahra clinician")
        tap(phone, "Confirm")
        phone.wait_for("https://t.me/", timeout=20)
        assert set(under(hamrah)) == {2}
        done(hamrah, "keys", "retire")
        phone.send("/staff")
        phone.wait_for("Zahra")
    assert lines(hamrah) == [2]


def test_old_lines_stay_as_long_as_a_backup_needs_them(hamrah: Hamrah) -> None:
    """The backup is restored with the file as it is then, and everything in it is read."""
    hamrah.invite("coordinator", name="Mina")
    assert "no master key that could be taken out" in refused(hamrah, "keys", "retire")
    file = hamrah.data / "hamrah.sqlite3"
    done(hamrah, "backup")
    (copy,) = (hamrah.data / "backups").iterdir()
    done(hamrah, "keys", "rotate")
    listed = done(hamrah, "keys", "list").splitlines()
    assert listed[0].startswith("Master key 2, current: 5 keys")
    assert listed[1].startswith("Master key 1, old: 0 keys")
    assert listed[2] == f"• needed by {copy}"
    assert str(copy) in refused(hamrah, "keys", "retire")
    assert lines(hamrah) == [2, 1]

    later = file.read_bytes()
    shutil.copy(copy, file)
    assert "Mina" in done(hamrah, "staff", "list")
    file.write_bytes(later)
    copy.unlink()
    assert "master key 1" in done(hamrah, "keys", "retire")
    assert lines(hamrah) == [2]
    assert "Mina" in done(hamrah, "staff", "list")


def test_a_line_that_keys_are_under_and_a_file_that_is_no_backup_stop_retiring(
    hamrah: Hamrah,
) -> None:
    hamrah.invite("coordinator")
    path = hamrah.data / "master.key"
    old = MasterKeys.read(path)
    MasterKeys((Key.generate(2), *old.keys)).replace(path)
    assert "keys rotate" in refused(hamrah, "keys", "retire")
    done(hamrah, "keys", "rotate")
    backups = hamrah.data / "backups"
    backups.mkdir()
    (backups / "hamrah-20261122T210600Z.partial").touch()
    assert "partial" in refused(hamrah, "keys", "retire")
    assert "partial" in done(hamrah, "--language", "fa", "keys", "list")
    assert lines(hamrah) == [2, 1]


def test_one_command_at_a_time_changes_keys_and_none_prints_them(hamrah: Hamrah) -> None:
    hamrah.invite("coordinator")
    with changing_keys(hamrah.data):
        for act in ("rotate", "retire"):
            assert "Another command" in refused(hamrah, "keys", act)
    printed = done(hamrah, "keys", "rotate") + done(hamrah, "keys", "list")
    for line in (hamrah.data / "master.key").read_text(encoding="ascii").splitlines():
        assert line.split()[1] not in printed
