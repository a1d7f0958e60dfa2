"""The trial that is attacked: begun once, and as it was after each attack."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from bot.rehearsal import scenes
from bot.rehearsal.phones import Phone
from bot.rehearsal.world import World
from bot.turn.desk import Desk
from bot.turn.incoming import Content
from flows.roles import Role
from tests.attacks.sandbox import Nth, Seen, attack

_SCENES = (
    "a treated woman P-001",
    "another participant Omid",
    "nader who is coordinator too",
    "ziba who is clinician too",
    "methodologist who is methodologist too",
    "a web chat",
    "SMS",
    "an appointment for month_1 in 30 days at 10:00",
    "another eligible participant Reza",
    "3 days later",
)


@dataclass
class Trial:
    """A world with the loop that it lives in, so that it outlives one test."""

    world: World
    runner: asyncio.Runner

    def attack(
        self,
        name: str,
        *steps: Content | Nth,
        after: Callable[[Desk], object] = lambda _desk: None,
    ) -> Seen:
        return self.runner.run(attack(self.world, self.world.phone(name), *steps, after=after))

    def phone(self, name: str) -> Phone:
        return self.world.phone(name)

    @staticmethod
    def holder(role: Role) -> str:
        """Whose phone it is that somebody with this role has."""
        return "P-001" if role is Role.PARTICIPANT else role.value


async def _play(folder: Path) -> World:
    world = await World.begin(folder)
    for scene in _SCENES:
        await scenes.given(world, scene)
    await world.pass_time(timedelta(hours=6))
    return world


@pytest.fixture(scope="session")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trial]:
    with asyncio.Runner() as runner:
        world = runner.run(_play(tmp_path_factory.mktemp("attacked")))
        yield Trial(world, runner)
        runner.run(world.end())
