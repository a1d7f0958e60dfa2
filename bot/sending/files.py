"""Files that somebody sent, fetched from the channel that keeps them.

A reference names its channel's kind, such as "photo:AgAC…" or "web:12"; whatever is not of the web
chat is kept by Telegram.
"""

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


class Files:
    """Filled when the channels are put together."""

    def __init__(self) -> None:
        self.web: FileKeeper | None = None
        self.telegram: FileKeeper | None = None

    async def fetch(self, reference: str) -> File:
        """Raises NoFile."""
        kind, _, file = reference.partition(":")
        keeper = self.web if kind == "web" else self.telegram
        if keeper is None:
            raise FileAway
        return await keeper.fetch(file)
