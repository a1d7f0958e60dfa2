"""Files that somebody sent, fetched from the channel that keeps them.

A reference names what it is and where: "web:12", "photo:bale/1234…", and without the name of a
channel, such as "photo:AgAC…", what Telegram keeps.
"""

from dataclasses import dataclass
from typing import Protocol

from storage.web_chats import File


class NoFile(Exception):
    """The file is not there, or its channel is not."""


class FileAway(NoFile):
    """The channel does not hand it over now; it may do so later."""


class FileTooLarge(NoFile):
    """The channel hands over no file of this size."""


class FileKeeper(Protocol):
    async def fetch(self, file: str) -> File:
        """Raises NoFile."""


@dataclass(frozen=True, slots=True)
class Place:
    """Which channel keeps a file, what kind of file, and what the channel calls it."""

    channel: str
    kind: str
    file: str


def place_of(reference: str) -> Place:
    kind, _, name = reference.partition(":")
    if kind == "web":
        return Place("web", kind, name)
    channel, named, file = name.partition("/")
    return Place(channel, kind, file) if named else Place("telegram", kind, name)


class Files:
    """Filled when the channels are put together."""

    def __init__(self) -> None:
        self.keepers: dict[str, FileKeeper] = {}

    async def fetch(self, reference: str) -> File:
        """Raises NoFile."""
        place = place_of(reference)
        keeper = self.keepers.get(place.channel)
        if keeper is None:
            raise FileAway
        return await keeper.fetch(place.file)
