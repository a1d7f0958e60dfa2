"""Erasing a person, on the operator's command line.

Study data stay: coded answers, dates, allocation, safety grades and the audit trail, by the
protocol and ICH E6(R3). Who a code was, what they said in words and their pictures are gone.
"""

import argparse
import asyncio
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from bot.erasing import carry_out
from bot.operator import Data, Operator
from bot.turn.desk import Desk
from flows.chart import Status
from flows.roles import Role
from flows.text import Text, text
from storage import (
    adverse_events,
    alerts,
    attempts,
    closing,
    erasures,
    mail,
    participants,
    people,
    pregnancies,
)
from storage.backup import copies, empty_journal, made_at
from storage.erasures import Erasure, fingerprint
from storage.lock import changing_keys

# Whoever is in none of these still takes part, until the data are locked.
_ENDED = {Status.NOT_ELIGIBLE, Status.LOST, Status.WITHDRAWN, Status.DIED}


@dataclass(frozen=True, slots=True)
class _Refused:
    why: Text


# Messages are on their way for moments; where it takes longer, somebody had better look.
_LEAVING = _Refused(text("cli.erase.leaving"))
_MOST_TRIES = 75
_SECONDS_BETWEEN = 0.2


async def erase(it: Operator, given: argparse.Namespace) -> int:
    code = given.code.upper()
    async with it.at_data() as data:
        found = await data.read(lambda desk: _look(desk, code, given.by))
        if isinstance(found, _Refused):
            it.complain(found.why)
            return 1
        it.tell(text("cli.erase.goes", code=code), text("cli.erase.stays"), *_until(it))
        it.tell(text("cli.erase.type", code=code))
        typed = await asyncio.to_thread(sys.stdin.readline)
        if typed.strip().upper() != code:
            it.complain(text("cli.erase.not_typed"))
            return 1
        with changing_keys(it.settings.data):
            erasures.note(it.settings.erased, found)
            refused = await _when_nothing_leaves(data, code, found)
            if refused is not None:
                erasures.take_back(it.settings.erased, found)
                it.complain(refused.why)
                return 1
        emptied = await asyncio.to_thread(empty_journal, it.settings.database_file)
    it.tell(text("cli.erase.done", code=code))
    if not emptied:
        it.tell(text("cli.erase.journal"))
    return 0


async def _when_nothing_leaves(data: Data, code: str, erasure: Erasure) -> _Refused | None:
    """What is leaving was worded before, and would be written down in a web chat afterwards."""
    for _ in range(_MOST_TRIES):
        refused = await data.write(_erase, code, erasure)
        if refused is not _LEAVING:
            return refused
        await asyncio.sleep(_SECONDS_BETWEEN)
    return _LEAVING


def _look(desk: Desk, code: str, by: int) -> Erasure | _Refused:
    person = participants.with_code(desk.connection, code)
    if person is None:
        return _Refused(text("cli.erase.unknown", code=code))
    if not desk.keys.has(desk.connection, person):
        return _Refused(text("cli.erase.again", code=code))
    if by not in people.holders(desk.connection, Role.PI):
        return _Refused(text("cli.erase.no_pi", person=str(by)))
    why = next(_reasons(desk, person, code), None)
    if why is not None:
        return _Refused(why)
    return Erasure(person, by, desk.now, fingerprint(desk.keys.of(desk.connection, person)))


def _reasons(desk: Desk, person: int, code: str) -> Iterator[Text]:
    """Why they cannot be erased yet, or at all."""
    connection = desk.connection
    chart = participants.chart(connection, person)
    if people.was_staff(connection, person):
        yield text("cli.erase.staff", code=code)
    if chart.status not in _ENDED and closing.locked_at(connection) is None:
        yield text("cli.erase.taking_part", code=code)
    if any(it.is_open for it in adverse_events.of_participant(connection, person)):
        yield text("cli.erase.event", code=code)
    if any(it.is_open for it in pregnancies.of_participant(connection, person)):
        yield text("cli.erase.pregnancy", code=code)
    if alerts.open_alerts(connection, participant=person):
        yield text("cli.erase.alert", code=code)
    if mail.is_waiting(connection, person_id=person):
        yield text("cli.erase.letter", code=code)


def _erase(desk: Desk, code: str, erasure: Erasure) -> _Refused | None:
    """What was looked at before is looked at again, in the transaction that erases. Another command
    that started meanwhile has erased them already, for they are in the list."""
    if not desk.keys.has(desk.connection, erasure.person):
        return None
    why = next(_reasons(desk, erasure.person, code), None)
    if why is not None:
        return _Refused(why)
    if attempts.are_under_way(desk.connection):
        return _LEAVING
    carry_out(desk.connection, desk.keys, erasure, desk.now)
    return None


def _until(it: Operator) -> Iterator[Text]:
    """Until when backups hold the key."""
    kept, days = copies(it.settings.backups), it.settings.backup_days
    for copy in kept:
        made, file = made_at(copy.path), str(copy.path)
        if made is None or days is None:
            yield text("cli.erase.copy", file=file)
        else:
            yield text("cli.erase.copy_until", file=file, day=it.study.today(made + days))
    yield text("cli.erase.copies_elsewhere")
