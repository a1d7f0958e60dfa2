"""What the disk must have taken before we go on."""

import os
from pathlib import Path


def sync(path: Path) -> None:
    """A new file survives a power cut only when its folder has reached the disk too."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def replace(path: Path, content: bytes) -> None:
    """The file, its owner's alone, holds the old content or the new at any moment."""
    beside = path.with_name(f"{path.name}.new")
    # What an interrupted run left there was in use nowhere yet.
    beside.unlink(missing_ok=True)
    file = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(file, "wb") as written:
        written.write(content)
        written.flush()
        os.fsync(file)
    beside.rename(path)
    sync(path.parent)
