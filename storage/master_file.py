"""The file `master.key` in the hands of a process that goes on while it is replaced.

Once a rotation has said that it is done, no key is left under an old line, and none is under a line
that the file does not hold:
- The file is replaced whole, and has reached the disk, before a key is wrapped under its new line.
- Whoever wraps a key looks at the file inside of their write transaction. Writes go one by one, so
  theirs either came before the rotation's last look at the keys, which finds it, or began after the
  file was replaced.
- Whoever meets a line that they do not know reads the file again: it was there before the key was.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from storage.disk import sync
from storage.failures import Failure
from storage.sealing import Key, MasterKeys, MasterKeyUnknown


@dataclass(frozen=True, slots=True)
class _Known:
    """`stamp` is another one as soon as the file is."""

    stamp: tuple[int, ...]
    keys: MasterKeys = field(repr=False)


class MasterFile:
    def __init__(self, path: Path) -> None:
        self._path = path
        # Replaced as one value, for several threads look at it.
        self._known = _read(path)

    @classmethod
    def create(cls, path: Path) -> Self:
        MasterKeys.create(path)
        return cls(path)

    def wrap(self, key: Key) -> bytes:
        return self._newest().wrap(key)

    def unwrap(self, wrapped: bytes) -> Key:
        try:
            return self._known.keys.unwrap(wrapped)
        except MasterKeyUnknown:
            self._known = _read(self._path)
            return self._known.keys.unwrap(wrapped)

    def _newest(self) -> MasterKeys:
        try:
            if _stamp(self._path) != self._known.stamp:
                self._known = _read(self._path)
        except (OSError, Failure):
            # Somebody's hand is on the file. Whatever rotates needs it whole, so nothing does now.
            return self._known.keys
        return self._known.keys


def _read(path: Path) -> _Known:
    # Looked at first: a file that is replaced in between is then read once more.
    stamp = _stamp(path) if path.exists() else ()
    keys = MasterKeys.read(path)
    # Nothing may rest on a line that a power cut could still take away.
    sync(path.parent)
    return _Known(stamp, keys)


def _stamp(path: Path) -> tuple[int, ...]:
    found = path.stat()
    return (found.st_ino, found.st_mtime_ns, found.st_size)
