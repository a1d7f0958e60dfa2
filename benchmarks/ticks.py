"""What the scheduler's look at the database costs while nothing is due."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from sqlalchemy import Connection, insert

from storage import planned, tables
from storage.database import Database
from storage.schema import prepare

_LOOKS = 200


async def seconds_a_tick(rows: int) -> float:
    """The median of many ticks beside so many planned rows."""
    now = datetime.now(UTC)
    with TemporaryDirectory(prefix="hamrah-benchmark-") as folder:
        path = Path(folder) / "hamrah.sqlite3"
        prepare(path, Path(folder) / "backups", now)
        database = Database.open(f"sqlite:///{path}")
        await database.write(_plan, rows, now + timedelta(days=1))
        looks = [await _look(database, now) for _ in range(_LOOKS)]
        await database.close()
    return median(looks)


async def _look(database: Database, now: datetime) -> float:
    began = perf_counter()
    assert await database.read(planned.due, at=now, limit=100) == []
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
