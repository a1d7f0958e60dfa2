"""Run as a process of its own: writes side by side without end, printing each acknowledgement."""

import asyncio
import sys
from itertools import count
from pathlib import Path

from storage.database import Database
from storage.lock import exclusive
from tests.storage.notes import create, note


async def write_on(database: Database, writer: int) -> None:
    for number in count():
        await database.write(note, f"{writer}-{number}")
        print(f"{writer}-{number}", flush=True)


async def main(folder: Path) -> None:
    with exclusive(folder):
        database = Database.open(f"sqlite:///{folder / 'hamrah.sqlite3'}")
        await database.write(create)
        await asyncio.gather(*(write_on(database, writer) for writer in range(16)))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
