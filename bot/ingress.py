"""Updates come in, whatever the way: each is a turn of its own, and acknowledged after its commit.

Rules that hold here:
- What returns was committed; what raises was not, and must be brought again.
- An update that cannot be read, or whose turn fails by our own fault, is set aside and counts as
  taken, so that the rest is served. Whoever sent it is told, if that is possible.
- A disk that is full or a commit that was lost is nobody's update's fault: it raises.
"""

import asyncio
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from bot.logs import failure
from bot.telegram.updates import CHANNEL, read_update
from bot.turn.bodies import message_body
from bot.turn.desk import Desk
from bot.turn.desks import Desks
from bot.turn.incoming import AddedToGroup, BlockedBot, Incoming
from bot.turn.turns import take_turn
from flows.messages import say
from flows.text import text
from storage import people, updates
from storage.database import Database
from storage.outbox import ToPerson, ToStranger
from storage.passing import is_passing

Raw = Mapping[str, Any]

_LARGEST_NUMBER = 2**63 - 1


class Ingress:
    def __init__(self, database: Database, desks: Desks) -> None:
        self._database = database
        self._desks = desks

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
            await self._take_turn(raw, incoming)

    async def _take_in_order(self, chat: Sequence[tuple[Raw, Incoming]]) -> None:
        for raw, incoming in chat:
            await self._take_turn(raw, incoming)

    async def _read(self, raw: Any) -> Incoming | None:
        try:
            return read_update(raw)
        except Exception as error:  # noqa: BLE001 - a malformed update may raise anything
            await self._set_aside(raw, error)
            return None

    async def _take_turn(self, raw: Raw, incoming: Incoming) -> None:
        nonce = self._desks.nonce_of(incoming)
        try:
            await self._desks.write(self._database, nonce, take_turn, incoming)
        except Exception as error:
            if is_passing(error):
                raise
            await self._set_aside(raw, error)
            await self._tell(incoming, nonce)

    async def _set_aside(self, raw: object, error: Exception) -> None:
        number = _number_of(raw)
        failure("update_set_aside", error)
        await self._desks.write(
            self._database, "quarantine", _quarantine, raw, number, type(error).__name__
        )

    async def _tell(self, incoming: Incoming, nonce: str) -> None:
        """The person must not believe that it was taken."""
        if isinstance(incoming.content, AddedToGroup | BlockedBot):
            return
        try:
            await self._desks.write(self._database, f"{nonce}:failed", _tell_of_failure, incoming)
        except Exception as error:  # noqa: BLE001 - the update is set aside; nothing more to be done
            failure("failure_not_told", error)


def _quarantine(desk: Desk, raw: object, number: int | None, failed: str) -> None:
    """Set an update aside once, however often it is brought."""
    if number is not None and not updates.is_new(
        desk.connection, channel=CHANNEL, update_id=number, at=desk.now
    ):
        return
    updates.quarantine(
        desk.connection,
        keys=desk.keys,
        channel=CHANNEL,
        update_id=number,
        failure=failed,
        raw=_dumped(raw),
        at=desk.now,
    )


def _dumped(raw: object) -> str:
    try:
        return json.dumps(raw)
    except (ValueError, RecursionError):
        return ""


def _tell_of_failure(desk: Desk, incoming: Incoming) -> None:
    speaker = people.speaker_at(
        desk.connection, keys=desk.keys, channel=incoming.channel, address=incoming.address
    )
    site = desk.study.trial.site
    words = text("turn.failed", emergency=site.emergency, phone=site.clinic_phone)
    if speaker is not None:
        to = ToPerson(speaker.person_id, speaker.address_id)
        desk.reply(to, "message", message_body(say(words)))
    else:
        language = "en" if (incoming.language or "fa").startswith("en") else "fa"
        stranger = ToStranger(incoming.channel, incoming.address)
        desk.reply(stranger, "message", message_body(say(words), language=language))


def _number_of(raw: object) -> int | None:
    number = raw.get("update_id") if isinstance(raw, Mapping) else None
    return number if type(number) is int and abs(number) <= _LARGEST_NUMBER else None


def next_offset(batch: Sequence[Raw]) -> int | None:
    """Behind the last update of a batch; Telegram numbers every one."""
    numbers = [number for raw in batch if (number := _number_of(raw)) is not None]
    return max(numbers) + 1 if numbers else None
