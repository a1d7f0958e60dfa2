"""A person is erased: by a command, and again on data that hold their key once more."""

import asyncio
import json
from datetime import datetime

from sqlalchemy import Connection

from bot.clock import SystemClock
from bot.settings import Settings
from bot.turn.bodies import message_body
from bot.turn.desk import LASTS
from bot.web.lines import file_in, removed_content
from flows.messages import say
from flows.roles import Role
from flows.text import text
from storage import erasures, outbox, participants, people
from storage.audit import COMMAND_LINE
from storage.backup import empty_journal
from storage.database import Database
from storage.erasing import Gone, erase
from storage.erasures import Erasure, fingerprint
from storage.keyring import Keyring
from storage.outbox import NewMessage, ToPerson, Urgency


def carry_out(connection: Connection, keys: Keyring, erasure: Erasure, at: datetime) -> None:
    """Erase them, and tell the PI, in one transaction. Whoever has no key any more was erased."""
    gone = Gone(message_body(say(text("erased"))), removed_content(), json.dumps([]), file_in)
    if erase(connection, keys=keys, erasure=erasure, role=COMMAND_LINE, gone=gone, at=at):
        for investigator in people.holders(connection, Role.PI):
            told = _told(participants.code_of(connection, erasure.person), investigator, at)
            outbox.put(connection, keys=keys, new=told, at=at)


def _told(code: str, investigator: int, at: datetime) -> NewMessage:
    return NewMessage(
        f"erased:{code}:{investigator}:{at.isoformat()}",
        "message",
        Urgency.NOTICE,
        ToPerson(investigator),
        message_body(say(text("erase.told", code=code))),
        at + LASTS[Urgency.NOTICE],
    )


async def erase_again(settings: Settings, database: Database, keys: Keyring) -> None:
    """Whoever was erased, or was to be, and has their key in these data: in a backup that was
    restored, or since the command was killed. Raises ErasuresGarbled."""
    noted, now = erasures.noted(settings.erased), SystemClock().now()
    back = [it for it in noted if await database.read(_is_back, keys, it)]
    for erasure in back:
        await database.write(_carry_out_if_back, keys, erasure, now)
    if back:
        await asyncio.to_thread(empty_journal, settings.database_file)


def _is_back(connection: Connection, keys: Keyring, erasure: Erasure) -> bool:
    if not keys.has(connection, erasure.person):
        return False
    return fingerprint(keys.of(connection, erasure.person)) == erasure.key


def _carry_out_if_back(
    connection: Connection, keys: Keyring, erasure: Erasure, at: datetime
) -> None:
    if _is_back(connection, keys, erasure):
        carry_out(connection, keys, erasure, at)
