"""Updates of a messenger, as they come from its polling or its webhook."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from bot.ingress import Ingress
from bot.telegram.dialects import Dialect
from bot.telegram.updates import number_of, read_update
from bot.turn.incoming import Incoming

Raw = Mapping[str, Any]


class Receiving:
    """What returns was committed, and may be acknowledged; what raises must be brought again."""

    def __init__(self, ingress: Ingress, dialect: Dialect) -> None:
        self._ingress = ingress
        self._dialect = dialect

    async def take_all(self, batch: Sequence[Raw]) -> None:
        """Take a batch: the updates of one chat in their order, the chats side by side."""
        chats: dict[str, list[tuple[Raw, Incoming]]] = defaultdict(list)
        for raw in batch:
            incoming = await self._read(raw)
            if incoming is not None:
                chats[incoming.address].append((raw, incoming))
        outcomes = await asyncio.gather(
            *(self._take_in_order(chat) for chat in chats.values()), return_exceptions=True
        )
        for error in filter(None, outcomes):
            raise error

    async def take(self, raw: Any) -> None:
        """Take one update, which may be anything."""
        incoming = await self._read(raw)
        if incoming is not None:
            await self._ingress.take(incoming, raw)

    async def _take_in_order(self, chat: Sequence[tuple[Raw, Incoming]]) -> None:
        for raw, incoming in chat:
            await self._ingress.take(incoming, raw)

    async def _read(self, raw: Any) -> Incoming | None:
        try:
            return read_update(raw, self._dialect)
        except Exception as error:  # noqa: BLE001 - a malformed update may raise anything
            await self._ingress.set_aside(self._dialect.channel, number_of(raw), raw, error)
            return None


def next_offset(batch: Sequence[Raw]) -> int | None:
    """Behind the last update of a batch; the messenger numbers every one."""
    numbers = [number for raw in batch if (number := number_of(raw)) is not None]
    return max(numbers) + 1 if numbers else None
