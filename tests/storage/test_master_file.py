"""A master key is replaced while others use its file, and everybody's keys go on being opened."""

import asyncio
import base64
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage.database import Database
from storage.keyring import Keyring, wrap_anew, wrapped_under
from storage.master_file import MasterFile
from storage.sealing import Key, MasterKeys, MasterKeyUnknown
from storage.tables import metadata


def rotated(path: Path) -> MasterKeys:
    """A new line is in the file; nothing is under it yet."""
    old = MasterKeys.read(path)
    new = MasterKeys((Key.generate(old.current.id + 1), *old.keys))
    new.replace(path)
    return new


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "master.key"
    MasterKeys.create(path)
    return path


@pytest.fixture
async def kept(path: Path) -> AsyncIterator[Database]:
    database = Database.open(f"sqlite:///{path}")
    await database.write(metadata.create_all)
    yield database
    await database.close()


def test_a_new_line_is_used_by_whoever_had_read_the_old_one(file: Path) -> None:
    service = MasterFile(file)
    before = service.wrap(Key.generate(7))
    new = rotated(file)
    key = Key.generate(8)
    assert MasterKeys((new.current,)).unwrap(service.wrap(key)) == key
    assert service.unwrap(before).id == 7


def test_a_line_that_is_not_known_yet_is_looked_for_in_the_file(file: Path) -> None:
    service, key = MasterFile(file), Key.generate(7)
    assert service.unwrap(rotated(file).wrap(key)) == key


def test_a_line_that_is_not_in_the_file_is_named(file: Path) -> None:
    foreign = MasterKeys((Key.generate(5),)).wrap(Key.generate(7))
    with pytest.raises(MasterKeyUnknown, match="master key 5"):
        MasterFile(file).unwrap(foreign)


@pytest.mark.parametrize(
    "harm", [Path.unlink, lambda it: it.write_text(""), lambda it: it.chmod(0o644)]
)
def test_a_file_that_somebody_handles_does_not_stop_a_running_service(
    file: Path, harm: object
) -> None:
    service, master, key = MasterFile(file), MasterKeys.read(file), Key.generate(7)
    assert callable(harm)
    harm(file)
    assert master.unwrap(service.wrap(key)) == key


def test_an_interrupted_write_leaves_the_old_file_and_is_written_over(file: Path) -> None:
    old = MasterKeys.read(file)
    file.with_name("master.key.new").write_text("2 half of a li")
    assert MasterKeys.read(file) == old
    assert MasterKeys.read(file) != rotated(file) == MasterKeys.read(file)
    assert [it.name for it in file.parent.glob("master.key*")] == ["master.key"]
    assert file.stat().st_mode & 0o077 == 0


async def test_no_key_is_left_under_an_old_line_however_many_are_made_meanwhile(
    kept: Database, path: Path, file: Path
) -> None:
    """The rotation is another process, with a database of its own."""
    keys = await kept.write(Keyring.open, MasterFile(file))
    operator = Database.open(f"sqlite:///{path}")
    ended = asyncio.Event()
    made: list[int] = []
    news = asyncio.Condition()

    async def grown(to: int) -> None:
        async with news:
            await news.wait_for(lambda: len(made) >= to)

    async def enrol() -> None:
        while not ended.is_set():
            person = len(made) + 1
            await kept.write(keys.make_for, person)
            made.append(person)
            async with news:
                news.notify_all()
            await kept.read(keys.of, person)
            await kept.read(keys.of, 1)

    enrolling = asyncio.create_task(enrol())
    for _ in range(12):
        new = rotated(file)
        while await operator.write(wrap_anew, master=new, most=3):
            pass
        assert set(await operator.read(wrapped_under)) == {new.current.id}
        before = len(made)
        await grown(before + 3)
        assert set(await operator.read(wrapped_under)) == {new.current.id}
        MasterKeys((new.current,)).replace(file)
    ended.set()
    await enrolling
    for person in made:
        await kept.read(keys.of, person)
    await operator.close()


async def test_a_file_from_before_an_interrupted_rotation_is_the_wrong_one(
    kept: Database, file: Path
) -> None:
    """The named keys are under the old line still, and one person's key is not."""
    keys = await kept.write(Keyring.open, MasterFile(file))
    await kept.write(keys.make_for, 1)
    earlier = file.read_bytes()
    rotated(file)
    await kept.write(keys.make_for, 2)
    file.write_bytes(earlier)
    with pytest.raises(MasterKeyUnknown):
        await kept.write(Keyring.open, MasterFile(file))


def test_key_material_is_in_no_repr(file: Path) -> None:
    material = base64.b64encode(MasterKeys.read(file).current.material).decode()
    service = MasterFile(file)
    assert material not in f"{service!r} {service._known!r} {MasterKeys.read(file)!r}"
