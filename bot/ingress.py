"""What comes in, whatever the way: each update is a turn of its own, acknowledged once committed.

Rules that hold here:
- What returns was committed; what raises was not, and must be brought again.
- An update that cannot be read, or whose turn fails by our own fault, is set aside and counts as
  taken, so that the rest is served. Whoever sent it is told, if that is possible.
- A disk that is full or a commit that was lost is nobody's update's fault: it raises.
"""

import json
from collections.abc import Callable

from bot.logs import failure
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

Turn = Callable[[Desk, Incoming], None]


class Ingress:
    def __init__(self, database: Database, desks: Desks) -> None:
        self._database = database
        self._desks = desks

    async def take(self, incoming: Incoming, raw: object, turn: Turn = take_turn) -> bool:
        """Take one update; False when its turn failed and it was set aside as it came."""
        nonce = self._desks.nonce_of(incoming)
        try:
            await self._desks.write(self._database, nonce, turn, incoming)
        except Exception as error:
            if is_passing(error):
                raise
            await self.set_aside(incoming.channel, incoming.update_id, raw, error)
            await self._tell(incoming, nonce)
            return False
        return True

    async def set_aside(
        self, channel: str, number: int | None, raw: object, error: Exception
    ) -> None:
        failure("update_set_aside", error)
        await self._desks.write(
            self._database,
            "quarantine",
            _quarantine,
            channel,
            number,
            _dumped(raw),
            type(error).__name__,
        )

    async def _tell(self, incoming: Incoming, nonce: str) -> None:
        """The person must not believe that it was taken."""
        if isinstance(incoming.content, AddedToGroup | BlockedBot):
            return
        try:
            await self._desks.write(self._database, f"{nonce}:failed", _tell_of_failure, incoming)
        except Exception as error:  # noqa: BLE001 - the update is set aside; nothing more to be done
            failure("failure_not_told", error)


def _quarantine(desk: Desk, channel: str, number: int | None, raw: str, failed: str) -> None:
    """Set an update aside once, however often it is brought."""
    if number is not None and not updates.is_new(
        desk.connection, channel=channel, update_id=number, at=desk.now
    ):
        return
    updates.quarantine(
        desk.connection,
        keys=desk.keys,
        channel=channel,
        update_id=number,
        failure=failed,
        raw=raw,
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
