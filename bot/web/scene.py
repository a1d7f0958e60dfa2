"""What a page is about: a person's own chat in a live service, or the phones of a rehearsal."""

from collections.abc import Collection, Mapping
from typing import Any, Protocol

from bot.turn.desk import Desk
from storage import personal_links

# What a browser is known by, after somebody entered on it.
COOKIE = "hamrah_session"


class Scene(Protocol):
    """`page` is the file of the page, `words` begin the keys of its wording, `epoch` tells one set
    of data from the next, so that an old page knows that it is old.
    """

    @property
    def page(self) -> str: ...

    @property
    def words(self) -> tuple[str, ...]: ...

    @property
    def epoch(self) -> str: ...

    async def prepare(self, language: str) -> None:
        """Called before a page is told of its phones."""

    def chats_of(self, desk: Desk, token: str) -> Collection[int] | None:
        """The chats of whoever has this token, none for nobody; None is every chat."""

    def beside(self, desk: Desk) -> Mapping[str, Any]:
        """What a page shows beside its phones."""


class Live:
    """People who entered by their personal link and its code: each sees one chat, their own."""

    page = "chat.html"
    words = ("web.",)
    epoch = "live"

    async def prepare(self, language: str) -> None:
        pass

    def chats_of(self, desk: Desk, token: str) -> Collection[int]:
        chat = personal_links.chat_of_session(
            desk.connection, keys=desk.keys, token=token, at=desk.now
        )
        return () if chat is None else (chat,)

    def beside(self, _desk: Desk) -> Mapping[str, Any]:
        return {"clock": None, "guide": None}
