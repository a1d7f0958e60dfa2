"""What is new on the phones, and in what is kept, since it was last looked at."""

import re
from collections.abc import Iterator

from bot.rehearsal.phones import Phone, Shown
from bot.rehearsal.world import World
from storage.kept import Kept

# A digest of the audit trail covers ciphertexts, which are new each time.
DIGEST = re.compile(r"\b[0-9a-f]{16}\b")


class Watch:
    """Notices what is new on the phones and in the tables since it last looked."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.seen: dict[str, tuple[list[Shown], int, str, int, int]] = {}
        self.kept = Kept()

    async def news(self) -> list[str]:
        kept = await self.world.database.read(self.kept.news)
        said = [line for phone in self.world.phones.values() for line in self._said(phone)]
        return [*kept, *said]

    def _said(self, phone: Phone) -> Iterator[str]:
        unseen: tuple[list[Shown], int, str, int, int] = ([], 0, "", 0, 0)
        before, popups, invitation, removed, taken = self.seen.get(phone.name, unseen)
        known = {(shown.number, shown.words, str(shown.buttons)) for shown in before}
        for words in phone.popups[popups:]:
            yield from ("", f"pop-up for {phone.name}:", words)
        for shown in phone.shown:
            if (shown.number, shown.words, str(shown.buttons)) not in known:
                yield from ("", f"bot to {phone.name}:", *_written(shown))
        if phone.invitation != invitation:
            yield from ("", f"bot to {phone.name}:", "(a picture with a one-time link)")
        if len(phone.removed) > removed:
            yield from ("", f"bot to {phone.name}:", "(what was sent leaves the chat)")
        if phone.taken_back > taken:
            yield from ("", f"bot to {phone.name}:", "(the pictures leave the chat)")
        self.seen[phone.name] = (
            list(phone.shown),
            len(phone.popups),
            phone.invitation,
            len(phone.removed),
            phone.taken_back,
        )


def _written(shown: Shown) -> Iterator[str]:
    yield from DIGEST.sub("(digest)", shown.words).splitlines()
    for row in shown.buttons:
        yield " ".join(f"[{words}]" for words, _ in row)
