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
