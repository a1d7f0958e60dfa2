"""A trial under way on which every input is played, looked at, and taken back."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from sqlite3 import Connection as Driver
from typing import cast

from sqlalchemy import Connection

from bot.rehearsal import scenes
from bot.rehearsal.world import DATABASE, World
from bot.turn.desk import Desk
from bot.turn.incoming import Content
from storage.database import sqlite_engine
from tests.attacks.sandbox import Nth, is_sound, play, worded

_SCENES = (
    "a treated woman P-001",
    "another participant Omid",
    "SMS",
    "P-002 reached by SMS",
    "a web chat",
    "3 days later",
)


@dataclass
class Stage:
    world: World
    connection: Connection

    @classmethod
    def build(cls, folder: Path) -> "Stage":
        world = asyncio.run(_play(folder))
        connection = sqlite_engine(f"sqlite:///{folder / DATABASE}").connect()
        connection.begin()
        cast("Driver", connection.connection.driver_connection).execute("BEGIN IMMEDIATE")
        return cls(world, connection)

    def somebody(self, number: int) -> tuple[str, str]:
        """Channel and address of one of the people, or of somebody whom nobody knows."""
        phones = list(self.world.phones.values())
        if number % (len(phones) + 1) == len(phones):
            return "telegram", "a stranger"
        phone = phones[number % (len(phones) + 1)]
        return phone.channel, phone.address

    @contextmanager
    def taken_back(self) -> Iterator[None]:
        driver = cast("Driver", self.connection.connection.driver_connection)
        driver.execute("SAVEPOINT fuzzed")
        try:
            yield
        finally:
            driver.execute("ROLLBACK TO fuzzed")
            driver.execute("RELEASE fuzzed")

    def play(self, turn: Callable[[Desk], object]) -> None:
        with self.taken_back():
            turn(self.world.desk(self.connection, "fuzzed"))

    def converse(self, at: tuple[str, str], steps: Sequence[Content | Nth]) -> None:
        """Whatever is said can be worded and shown."""
        with self.taken_back():
            for _, outgoing in play(self.connection, self.world, at, steps):
                assert is_sound(worded(outgoing))


async def _play(folder: Path) -> World:
    world = await World.begin(folder)
    for scene in _SCENES:
        await scenes.given(world, scene)
    await world.pass_time(timedelta(hours=6))
    await world.end()
    return world
