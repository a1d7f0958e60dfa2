"""The data are opened: folder, master key, database, keyring.

On the first run they are made. A master key is never made beside a database that is there already:
what was sealed would stay closed for good.
"""

from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.clock import Clock
from bot.settings import Settings
from storage.database import Database
from storage.keyring import Keyring
from storage.lock import SecondCopy, exclusive
from storage.schema import prepare
from storage.sealing import MasterKeyMissing, MasterKeys

_ATTEMPTS = 20
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
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                stack.enter_context(exclusive(settings.data))
                break
            except SecondCopy:
                if attempt == _ATTEMPTS:
                    raise
                await clock.sleep(_BETWEEN_ATTEMPTS)
        yield


@asynccontextmanager
async def opened(settings: Settings, master: MasterKeys) -> AsyncIterator[Opened]:
    """The database, open for as long as the block lasts."""
    database = Database.open(settings.database)
    try:
        yield Opened(database, await database.write(Keyring.open, master))
    finally:
        await database.close()


def make_ready(settings: Settings, at: datetime) -> tuple[MasterKeys, Path | None]:
    """The master keys, and where they were made if this is the first run; then the tables.

    To be called by whoever is alone on the data.
    """
    master, made = _master_keys(settings)
    settings.database_file.parent.mkdir(parents=True, exist_ok=True)
    prepare(settings.database_file, settings.backups, at)
    return master, made


def make_ready_beside(settings: Settings, at: datetime) -> tuple[MasterKeys, Path | None]:
    """The same for a command beside a running service, which has made everything ready."""
    _make_folder(settings.data)
    with suppress(SecondCopy), exclusive(settings.data):
        return make_ready(settings, at)
    return MasterKeys.read(settings.master_key), None


def _master_keys(settings: Settings) -> tuple[MasterKeys, Path | None]:
    path, database = settings.master_key, settings.database_file
    if path.exists():
        return MasterKeys.read(path), None
    if database.exists() and database.stat().st_size:
        raise MasterKeyMissing(path=path)
    return MasterKeys.create(path), path


def _make_folder(folder: Path) -> None:
    if not folder.exists():
        folder.mkdir(parents=True, mode=0o700)
