"""What the scheduler's look at the database costs while nothing is due."""

from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from sqlalchemy import Connection, insert

from benchmarks.hamrah_bot import study
from bot.clock import SystemClock
from bot.ticks import Ticks
from bot.turn.desks import Desks
from storage import tables
from storage.database import Database
from storage.keyring import Keyring
from storage.schema import prepare
from storage.sealing import MasterKeys

_TICKS = 200


async def seconds_a_tick(rows: int) -> float:
    """The median of many ticks beside so many planned rows."""
    clock = SystemClock()
    with TemporaryDirectory(prefix="hamrah-benchmark-") as folder:
        path = Path(folder) / "hamrah.sqlite3"
        prepare(path, Path(folder) / "backups", clock.now())
        database = Database.open(f"sqlite:///{path}")
        keys = await database.write(Keyring.open, MasterKeys.create(Path(folder) / "master.key"))
        await database.write(_plan, rows, clock.now() + timedelta(days=1))
        ticks = Ticks(database, Desks(keys, study(), clock), clock)
        seconds = [await _tick(ticks) for _ in range(_TICKS)]
        await database.close()
    return median(seconds)


async def _tick(ticks: Ticks) -> float:
    began = perf_counter()
    await ticks.tick()
    return perf_counter() - began


def _plan(connection: Connection, rows: int, first: datetime) -> None:
    """All rows in one statement: one by one, as they are planned in life, would take a minute."""
    connection.execute(
        insert(tables.planned),
        [
            {
                "key": f"plan:{number}",
                "kind": "form_reminder",
                "subject": {"visit": "month_1"},
                "due_at": first + timedelta(minutes=number),
                "state": "planned",
            }
            for number in range(rows)
        ],
    )
