from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage.database import Database
from tests.storage.notes import create


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "hamrah.sqlite3"


@pytest.fixture
async def database(path: Path) -> AsyncIterator[Database]:
    opened = Database.open(f"sqlite:///{path}")
    await opened.write(create)
    yield opened
    await opened.close()
