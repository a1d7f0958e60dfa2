"""A morning's reminders by SMS: how fast they leave, beside the gateway taken directly.

The pace that a real line asks for, 10 a second, is let go: it would be all that is measured.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import httpx
from sqlalchemy import Connection, func, select

from benchmarks.hamrah_bot import AS_FAST_AS_POSSIBLE, study
from benchmarks.kavenegar import KEY, LINE
from bot.clock import SystemClock
from bot.sending.delivery import SIDE_BY_SIDE, Delivery, Outlet
from bot.sending.pacing import ChatPace, Pace
from bot.sms.channel import CHANNEL, SmsChannel
from bot.sms.kavenegar import Kavenegar
from bot.sms.limits import Limits
from bot.sms.polling import Polling
from bot.sms.receiving import Receiving
from bot.turn.desk import Desk
from bot.turn.desks import Desks
from flows.messages import say
from flows.text import text
from storage import participants, people, tables
from storage.database import Database
from storage.keyring import Keyring
from storage.outbox import Urgency
from storage.schema import prepare
from storage.sealing import MasterKeys

# So many are put into the outbox by one transaction, and so many are sent without us.
_AT_ONCE = 500
_DIRECTLY = 4000
_LOOKS = 5


@dataclass(frozen=True, slots=True)
class Reminded:
    """`directly` is the rate of the gateway alone, `reports` what came of some SMS meanwhile, and
    `memory` the MiB in use from the first to the last SMS."""

    seconds: float
    a_second: float
    directly: float
    failures: int
    reports: int
    memory: Sequence[float]


async def remind(count: int) -> Reminded:
    """Everybody is reminded once; raises AssertionError where it is not so."""
    with TemporaryDirectory(prefix="hamrah-benchmark-") as folder:
        async with _operator() as url, _service(Path(folder)) as (database, desks):
            for first in range(0, count, _AT_ONCE):
                numbers = range(first, min(first + _AT_ONCE, count))
                await desks.write(database, f"seed:{first}", _put, numbers)
            sent_directly = min(count, _DIRECTLY)
            directly = await _a_second_directly(url, sent_directly)
            seconds, memory = await _send_all(database, desks, url, count)
            async with httpx.AsyncClient(trust_env=False) as client:
                counts = (await client.get(f"{url}/counts")).json()
            reports = await database.read(_reports)
    assert counts["most"] == 1, "somebody was reminded twice"
    assert counts["phones"] == count + sent_directly, "somebody was not reminded"
    return Reminded(seconds, count / seconds, directly, counts["failures"], reports, memory)


def told(it: Reminded, count: int) -> str:
    memory = ", ".join(f"{mib:.0f}" for mib in it.memory)
    return (
        f"{count:,} reminders by SMS, each once: {it.a_second:.0f} a second "
        f"({it.failures:,} calls failed, {it.reports:,} reports came in)\n"
        f"  bare httpx to the same gateway, {SIDE_BY_SIDE} at once: {it.directly:.0f} a second\n"
        f"  memory from the first to the last: {memory} MiB"
    )


@asynccontextmanager
async def _operator() -> AsyncIterator[str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.kavenegar", stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        yield f"http://127.0.0.1:{int(await process.stdout.readline())}"
    finally:
        process.terminate()
        await process.wait()


@asynccontextmanager
async def _service(folder: Path) -> AsyncIterator[tuple[Database, Desks]]:
    clock = SystemClock()
    path = folder / "hamrah.sqlite3"
    prepare(path, folder / "backups", clock.now())
    database = Database.open(f"sqlite:///{path}")
    keys = await database.write(Keyring.open, MasterKeys.create(folder / "master.key"))
    try:
        yield database, Desks(keys, study(), clock)
    finally:
        await database.close()


def _put(desk: Desk, numbers: Sequence[int]) -> None:
    """Participants whom SMS alone reach, each with a reminder that may leave now."""
    connection, keys, at = desk.connection, desk.keys, desk.now
    message = say(text("reminder.forms", last=desk.today))
    for number in numbers:
        person = people.create(connection, keys=keys, language="fa", name="Sara", at=at)
        code = f"P-{number:05}"
        participants.take_over(connection, person_id=person, code=code, sex="F", age=36, at=at)
        address = f"+98912{number:07}"
        people.bind_address(
            connection, keys=keys, person_id=person, channel=CHANNEL, address=address, at=at
        )
        key = f"reminder:{number}"
        lasts = timedelta(hours=12)
        desk.notify(person, message, key=key, urgency=Urgency.REMINDER, lasts=lasts)


async def _a_second_directly(url: str, count: int) -> float:
    """As many calls under way at once as the service has, and nothing around them."""
    numbers = iter(range(count))
    async with httpx.AsyncClient(base_url=f"{url}/v1/{KEY}/", trust_env=False) as client:

        async def send() -> None:
            for number in numbers:
                given = {
                    "receptor": f"directly:{number}",
                    "message": "…",
                    "sender": LINE,
                    # None of these is one that fails.
                    "localid": f"9{number:09}1",
                }
                await client.post("sms/send.json", data=given)

        began = perf_counter()
        await asyncio.gather(*(send() for _ in range(SIDE_BY_SIDE)))
    return count / (perf_counter() - began)


async def _send_all(
    database: Database, desks: Desks, url: str, count: int
) -> tuple[float, Sequence[float]]:
    """How long it took until the last had left, and the memory meanwhile."""
    clock, gateway = desks.clock, Kavenegar(url, KEY, LINE)
    # Without quiet hours and limits, which are not about speed.
    channel = SmsChannel(database, desks, gateway, Limits())
    outlet = Outlet(channel, Pace(clock, AS_FAST_AS_POSSIBLE), ChatPace(clock, AS_FAST_AS_POSSIBLE))
    receiving = Receiving(database, desks, gateway.name)
    polling = Polling(database, gateway, receiving, clock, asyncio.Event())
    delivery = Delivery(database, desks, clock)
    delivery.open(CHANNEL, outlet)
    began = perf_counter()
    delivering, asking = asyncio.create_task(delivery.run()), asyncio.create_task(_ask(polling))
    memory = [_memory()]
    for look in range(1, _LOOKS + 1):
        while await database.read(_sent) < count * look // _LOOKS:
            assert not delivering.done()
            await asyncio.sleep(0.2)
        memory.append(_memory())
    seconds = perf_counter() - began
    asking.cancel()
    with suppress(asyncio.CancelledError):
        await asking
    delivery.stop()
    await delivering
    await gateway.close()
    return seconds, memory


async def _ask(polling: Polling) -> None:
    while True:
        await polling.ask()
        await asyncio.sleep(1)


def _sent(connection: Connection) -> int:
    sent = select(func.count()).where(tables.outbox.c.state == "sent")
    return connection.execute(sent).scalar_one()


def _reports(connection: Connection) -> int:
    return connection.execute(select(func.count()).select_from(tables.sms_report)).scalar_one()


def _memory() -> float:
    """The MiB that this process has in memory now."""
    status = Path("/proc/self/status").read_text("ascii")
    line = next(it for it in status.splitlines() if it.startswith("VmRSS:"))
    return int(line.split()[1]) / 1024
