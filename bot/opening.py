"""The data are opened: folder, master key, database, keyring.

On the first run they are made. A master key is never made beside a database that is there already:
what was sealed would stay closed for good.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from bot.clock import Clock
from bot.erasing import erase_again
from bot.settings import Settings
from storage import rehearsals
from storage.database import Database
from storage.keyring import Keyring
from storage.lock import SecondCopy, exclusive, usable
from storage.master_file import MasterFile
from storage.rehearsals import Rehearsal
from storage.schema import is_prepared, prepare
from storage.sealing import MasterKeyMissing, MasterKeyWrong, Unreadable

T = TypeVar("T")

# Making the tables takes a second, and more on a small machine.
_ATTEMPTS = 50
_BETWEEN_ATTEMPTS = 0.1


@dataclass(frozen=True, slots=True)
class Opened:
    database: Database
    keys: Keyring


@asynccontextmanager
async def alone(settings: Settings, clock: Clock) -> AsyncIterator[None]:
    """Keep every other copy off these data. Raises SecondCopy.

    A command of the operator's has the data for itself for a moment only, and is waited for.
    """
    _make_folder(settings.data)
    with ExitStack() as stack:
        await patiently(clock, lambda: stack.enter_context(exclusive(settings.data)))
        yield


async def patiently(clock: Clock, attempt: Callable[[], T]) -> T:
    """Attempt it again for a while when another copy is in the way. Raises SecondCopy."""
    for _ in range(_ATTEMPTS - 1):
        try:
            return attempt()
        except SecondCopy:
            await clock.sleep(_BETWEEN_ATTEMPTS)
    return attempt()


@asynccontextmanager
async def opened(settings: Settings, master: MasterFile) -> AsyncIterator[Opened]:
    """The database of a trial, open for as long as the block lasts. Raises MasterKeyWrong, or
    RehearsalData.
    """
    async with _open(settings, master) as it:
        await it.database.read(rehearsals.require_none, settings.database_file)
        await erase_again(settings, it.database, it.keys)
        yield it


@asynccontextmanager
async def opened_for_rehearsal(
    settings: Settings, master: MasterFile, beginning: Rehearsal
) -> AsyncIterator[tuple[Opened, Rehearsal]]:
    """The database of a rehearsal: the one that goes on there, or else `beginning`. Raises
    MasterKeyWrong, or LiveData.
    """
    async with _open(settings, master) as it:
        found = await it.database.write(
            rehearsals.take_up, beginning=beginning, path=settings.database_file
        )
        yield it, found


@asynccontextmanager
async def _open(settings: Settings, master: MasterFile) -> AsyncIterator[Opened]:
    database = Database.open(settings.database)
    try:
        yield Opened(database, await _keyring(settings, database, master))
    finally:
        await database.close()


async def _keyring(settings: Settings, database: Database, master: MasterFile) -> Keyring:
    try:
        return await database.write(Keyring.open, master)
    except Unreadable:
        raise MasterKeyWrong(path=settings.master_key) from None


def make_ready(settings: Settings, at: datetime) -> tuple[MasterFile, Path | None]:
    """The master keys, and where they were made if this is the first run; then the tables.

    To be called by whoever is alone on the data.
    """
    with usable(settings.data):
        master, made = _master_keys(settings)
        settings.database_file.parent.mkdir(parents=True, exist_ok=True)
        prepare(settings.database_file, settings.backups, at)
    return master, made


def make_ready_beside(settings: Settings, at: datetime) -> tuple[MasterFile, Path | None]:
    """The same for a command beside a running service, which has made everything ready.

    Raises SecondCopy while another copy is still making it ready.
    """
    _make_folder(settings.data)
    try:
        with exclusive(settings.data):
            return make_ready(settings, at)
    except SecondCopy:
        if not is_prepared(settings.database_file):
            raise
    with usable(settings.data):
        return MasterFile(settings.master_key), None


def _master_keys(settings: Settings) -> tuple[MasterFile, Path | None]:
    path, database = settings.master_key, settings.database_file
    if path.exists():
        return MasterFile(path), None
    if database.exists() and database.stat().st_size:
        raise MasterKeyMissing(path=path)
    return MasterFile.create(path), path


def _make_folder(folder: Path) -> None:
    with usable(folder):
        if not folder.exists():
            folder.mkdir(parents=True, mode=0o700, exist_ok=True)
