"""The queue of updates that the bot has not confirmed.

An update is confirmed only by a later offset, or by a webhook's 2xx. Updates can be held back, and
let go in any order, more than once, under their own ids or fresh ones.
"""

from dataclasses import dataclass, field
from typing import Any

from tests.botapi.schema import UPDATE_TYPES

Update = dict[str, Any]
SILENT_BY_DEFAULT = {"chat_member", "message_reaction", "message_reaction_count"}


@dataclass(slots=True)
class Updates:
    next_id: int
    allowed: frozenset[str] = UPDATE_TYPES - SILENT_BY_DEFAULT
    pending: list[Update] = field(default_factory=list)
    held: list[Update] = field(default_factory=list)
    history: dict[int, Update] = field(default_factory=dict)
    holding: bool = False

    def allow(self, types: list[str] | None) -> None:
        if types is not None:
            self.allowed = frozenset(types) or UPDATE_TYPES - SILENT_BY_DEFAULT

    def numbered(self, content: Update) -> Update:
        update = {"update_id": self.next_id, **content}
        self.next_id += 1
        return update

    def happened(self, kind: str, content: dict[str, Any]) -> Update | None:
        if kind not in self.allowed:
            return None
        update = self.numbered({kind: content})
        self.history[update["update_id"]] = update
        self.enqueue(update)
        return update

    def enqueue(self, update: Update) -> None:
        (self.held if self.holding else self.pending).append(update)

    def hold(self) -> None:
        self.holding = True

    def release(self, order: list[int] | None, *, renumber: bool) -> None:
        positions = range(len(self.held)) if order is None else order
        chosen = [self.held[position] for position in positions]
        self.pending += [self.renumbered(update) if renumber else update for update in chosen]
        self.held.clear()
        self.holding = False

    def renumbered(self, update: Update) -> Update:
        return self.numbered({name: part for name, part in update.items() if name != "update_id"})

    def confirm(self, offset: int) -> None:
        """Forgets what a poller has seen; an offset from an earlier numbering says nothing."""
        if offset < 0:
            self.pending = self.pending[offset:]
            return
        ids = [update.get("update_id", 0) for update in self.pending]
        if offset - 1 in ids:
            seen = len(ids) - ids[::-1].index(offset - 1)
            self.pending = self.pending[seen:]
        elif offset <= self.next_id:
            self.pending = [
                update for update in self.pending if update.get("update_id", 0) >= offset
            ]
