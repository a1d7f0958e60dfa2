"""The list of who was erased, a file beside the master key: a backup that is restored may still
hold somebody's key, and the list is carried out on it again.

* A line is there before the key is destroyed, so that no kill in between forgets it.
* A line names the very key by its SHA-256: on other data the same number is somebody else.
"""

from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from storage.disk import replace
from storage.failures import Failure
from storage.sealing import Key


class ErasuresGarbled(Failure):
    """Line {line} of {path}, the list of who was erased, cannot be read; put the file back as it
    was, or else somebody who was erased could come back with a backup.
    """


@dataclass(frozen=True, slots=True)
class Erasure:
    """Whose key was to be destroyed, by whose decision, and when that was."""

    person: int
    by: int
    at: datetime
    key: str = field(repr=False)

    @property
    def line(self) -> str:
        return f"{self.person} {self.by} {self.at.isoformat()} {self.key}"


def fingerprint(key: Key) -> str:
    return sha256(key.material).hexdigest()


def noted(path: Path) -> list[Erasure]:
    """Everybody in the list. Raises ErasuresGarbled."""
    if not path.exists():
        return []
    lines = path.read_text(encoding="ascii", errors="replace").splitlines()
    return [_erasure(line, number, path) for number, line in enumerate(lines, start=1)]


def note(path: Path, erasure: Erasure) -> None:
    """It is on the disk when this returns."""
    _write(path, [*noted(path), erasure])


def take_back(path: Path, erasure: Erasure) -> None:
    """It was not to be, after all."""
    _write(path, [it for it in noted(path) if it != erasure])


def _write(path: Path, erasures: list[Erasure]) -> None:
    replace(path, "".join(f"{it.line}\n" for it in erasures).encode())


def _erasure(line: str, number: int, path: Path) -> Erasure:
    try:
        person, by, at, key = line.split()
        return Erasure(int(person), int(by), datetime.fromisoformat(at), key)
    except ValueError:
        raise ErasuresGarbled(line=number, path=path) from None
