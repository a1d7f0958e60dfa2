"""The operator's commands over the master key. No key's material is ever printed."""

import argparse
import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from bot.operator import ROLE, Data, Operator
from bot.turn.desk import Desk
from flows.text import Text, text
from storage import audit
from storage.backup import Copy, copies
from storage.disk import sync
from storage.keyring import wrap_anew, wrapped_under
from storage.lock import changing_keys
from storage.sealing import Key, MasterKeys

# The service writes between one such transaction and the next.
_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class _Uses:
    """What is wrapped under each master key: keys in the database, and copies of it."""

    keys: Mapping[int, int]
    copies: list[Copy]

    @classmethod
    async def found(cls, it: Operator, data: Data) -> "_Uses":
        keys = await data.database.read(wrapped_under)
        return cls(keys, await asyncio.to_thread(copies, it.settings.backups))

    @property
    def unknown(self) -> list[Copy]:
        return [copy for copy in self.copies if copy.needs is None]

    def copies_under(self, master: int) -> list[Copy]:
        return [copy for copy in self.copies if copy.needs and master in copy.needs]

    def highest(self) -> int:
        needed = (master for copy in self.copies for master in copy.needs or ())
        return max(*self.keys, *needed, 0)


async def list_keys(it: Operator, _given: argparse.Namespace) -> int:
    async with it.at_data() as data:
        uses = await _Uses.found(it, data)
    master = MasterKeys.read(it.settings.master_key)
    for key in master.keys:
        line = "cli.keys.current" if key == master.current else "cli.keys.old"
        it.tell(text(line, key=str(key.id), count=uses.keys.get(key.id, 0)))
        it.tell(*(text("cli.keys.copy", file=str(copy.path)) for copy in uses.copies_under(key.id)))
    it.tell(*(text("cli.keys.copy_unknown", file=str(copy.path)) for copy in uses.unknown))
    return 0


async def rotate(it: Operator, _given: argparse.Namespace) -> int:
    """A rotation that was interrupted left a key under an old line, and is gone on with."""
    path, count = it.settings.master_key, 0
    async with it.at_data() as data:
        with changing_keys(it.settings.data):
            master, uses = MasterKeys.read(path), await _Uses.found(it, data)
            if set(uses.keys) == {master.current.id}:
                number = max(uses.highest(), *(key.id for key in master.keys)) + 1
                master = MasterKeys((Key.generate(number), *master.keys))
                master.replace(path)
            else:
                it.tell(text("cli.keys.going_on", key=str(master.current.id)))
                # Who was interrupted may have been so before the file had reached the disk.
                sync(path)
                sync(path.parent)
            while await data.write(_wrap_some, master):
                pass
            count = (await data.database.read(wrapped_under))[master.current.id]
    it.tell(text("cli.keys.rotated", key=str(master.current.id), count=count, file=str(path)))
    return 0


def _wrap_some(desk: Desk, master: MasterKeys) -> bool:
    """False when that was all: it is recorded together with the last key."""
    before = sorted(wrapped_under(desk.connection).keys() - {master.current.id})
    if wrap_anew(desk.connection, master=master, most=_AT_ONCE):
        return True
    old = ", ".join(map(str, before))
    desk.record(audit.Act("rotate_keys", ROLE, detail={"old": old, "new": master.current.id}))
    return False


async def retire(it: Operator, _given: argparse.Namespace) -> int:
    path = it.settings.master_key
    async with it.at_data() as data:
        with changing_keys(it.settings.data):
            master, uses = MasterKeys.read(path), await _Uses.found(it, data)
            if uses.unknown:
                it.complain(*(_unknown(copy) for copy in uses.unknown))
                return 1
            why = {key: _why_kept(uses, key.id) for key in master.keys[1:]}
            gone = [key.id for key, reasons in why.items() if not reasons]
            if gone:
                kept = (master.current, *(key for key, reasons in why.items() if reasons))
                await data.write(_record_retired, gone)
                MasterKeys(kept).replace(path)
    it.complain(*(reason for reasons in why.values() for reason in reasons))
    if not gone:
        it.complain(text("cli.keys.none_retired"))
        return 1
    it.tell(text("cli.keys.retired", keys=", ".join(map(str, gone)), file=str(path)))
    return 0


def _why_kept(uses: _Uses, master: int) -> list[Text]:
    number = str(master)
    reasons = [
        text("cli.keys.needed_by_copy", key=number, file=str(copy.path))
        for copy in uses.copies_under(master)
    ]
    if count := uses.keys.get(master, 0):
        reasons.append(text("cli.keys.needed_by_keys", key=number, count=count))
    return reasons


def _unknown(copy: Copy) -> Text:
    return text("cli.keys.retire_unknown", file=str(copy.path))


def _record_retired(desk: Desk, gone: list[int]) -> None:
    old = ", ".join(map(str, gone))
    desk.record(audit.Act("retire_keys", ROLE, detail={"old": old}))
