"""A trial with staff, sealed envelopes and a confirmed plan, into which nobody is enrolled yet."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from bot.rehearsal import scenes
from bot.rehearsal.world import World
from bot.taking_over.checking import Examined, examine
from bot.taking_over.storing import load
from bot.turn.desk import Desk
from flows.roles import Role
from storage import people, tables
from storage.database import Database
from tests.taking_over.files import Row, trial_file, written


@dataclass
class Site:
    world: World
    clinician: int
    coordinator: int
    rater: int

    def rows(self, participants: int = 60) -> list[Row]:
        world = self.world
        today = world.study.today(world.now)
        return trial_file(world.study.trial, today, self.clinician, participants)

    async def check(self, raw: bytes) -> Examined:
        return await self.world.at_desk(examine, raw)

    async def load(self, raw: bytes, by: int | None = None) -> Examined | None:
        return await self.world.at_desk(load, raw, self.coordinator if by is None else by)

    async def problems(self, *rows: Row, separator: str = ",") -> list[tuple[int, str, str]]:
        """Line, column and kind of everything that is to be mended."""
        return places(await self.check(written(rows, separator)))


def places(examined: Examined) -> list[tuple[int, str, str]]:
    return [(it.line, it.column, it.what.key.rpartition(".")[2]) for it in examined.problems]


async def tables_of(database: Database) -> dict[str, list[object]]:
    """Every row of every table."""
    return await database.read(_rows)


async def open_site(folder: Path, scene: str = "an open trial") -> Site:
    world = await World.begin(folder)
    await scenes.given(world, scene)
    return Site(world, *[await world.at_desk(_holder, it) for it in _ROLES])


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    site = await open_site(tmp_path)
    yield site
    await site.world.end()


_ROLES = (Role.CLINICIAN, Role.COORDINATOR, Role.RATER)


def _holder(desk: Desk, role: Role) -> int:
    return people.holders(desk.connection, role)[0]


def _rows(connection: Connection) -> dict[str, list[object]]:
    return {
        name: [tuple(row) for row in connection.execute(select(table)).all()]
        for name, table in tables.metadata.tables.items()
    }
