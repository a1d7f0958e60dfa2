"""One running copy for one folder of data, and one command at a time that changes its keys."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from storage.failures import Failure


class SecondCopy(Failure):
    """Another copy of Hamrah already runs on the data in {folder}; stop it before starting this
    one.
    """


class KeysBeingChanged(Failure):
    """Another command changes the keys of the data in {folder} at this moment; wait until it ends,
    and give this one again.
    """


class FolderUnusable(Failure):
    """The data folder cannot be used: {path} ({why}). Mend that, or set HAMRAH_DATA to another
    folder.
    """


@contextmanager
def usable(folder: Path) -> Iterator[None]:
    """What the system refuses in the block is told as FolderUnusable."""
    try:
        yield
    except OSError as error:
        path, why = error.filename or folder, (error.strerror or "").lower()
        raise FolderUnusable(path=path, why=why) from None


@contextmanager
def exclusive(folder: Path) -> Iterator[None]:
    with _held(folder, "hamrah.lock", SecondCopy):
        yield


@contextmanager
def changing_keys(folder: Path) -> Iterator[None]:
    """One command at a time changes keys, also beside a running copy. Raises KeysBeingChanged."""
    with _held(folder, "keys.lock", KeysBeingChanged):
        yield


@contextmanager
def _held(folder: Path, name: str, taken: type[Failure]) -> Iterator[None]:
    """The system lets go of the lock when the process ends, however it ends."""
    with usable(folder):
        lock = os.open(folder / name, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _take(lock, folder, taken)
        yield
    finally:
        os.close(lock)


def _take(lock: int, folder: Path, taken: type[Failure]) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise taken(folder=folder) from None
