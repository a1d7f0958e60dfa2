"""Whoever types commands, and how they get at the data."""

import asyncio
import os
import secrets
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Concatenate, ParamSpec, TextIO, TypeVar

from bot.clock import SystemClock
from bot.opening import make_ready_beside, opened, patiently
from bot.settings import Settings
from bot.trial.study import Study
from bot.turn.desk import Desk
from bot.turn.desks import Desks
from flows.text import Text, text
from storage.audit import COMMAND_LINE
from storage.database import Database

ROLE = COMMAND_LINE

P = ParamSpec("P")
T = TypeVar("T")


def show(*paragraphs: str, on: TextIO | None = None) -> None:
    out = on or sys.stdout
    out.writelines(f"{paragraph}\n" for paragraph in paragraphs)
    out.flush()


@dataclass(frozen=True, slots=True)
class Operator:
    """Whoever types commands: the settings, the study, and the language of the answers."""

    settings: Settings
    study: Study
    language: str

    def tell(self, *words: Text) -> None:
        show(*(self.study.render(each, self.language) for each in words))

    def complain(self, *words: Text) -> None:
        show(*(self.study.render(each, self.language) for each in words), on=sys.stderr)

    async def read_file(self, name: str) -> bytes | None:
        """None, with a complaint, where there is none to read."""
        try:
            return await asyncio.to_thread(Path(name).read_bytes)
        except OSError as error:
            why = (error.strerror or "").lower()
            self.complain(text("cli.file_unreadable", file=name, why=why))
            return None

    async def write_file(self, name: str, content: bytes) -> bool:
        """Into a new file that its owner alone can read; one that is there is not written over.
        False, with a complaint, where it cannot be made."""
        try:
            await asyncio.to_thread(_write_new, name, content)
        except OSError as error:
            why = (error.strerror or "").lower()
            self.complain(text("cli.file_unwritable", file=name, why=why))
            return False
        return True

    @asynccontextmanager
    async def at_data(self) -> AsyncIterator["Data"]:
        clock = SystemClock()
        master, made = await patiently(clock, lambda: make_ready_beside(self.settings, clock.now()))
        if made is not None:
            self.tell(text("cli.key_made", file=str(made)))
        async with opened(self.settings, master) as it:
            yield Data(it.database, Desks(it.keys, self.study, clock))


def _write_new(name: str, content: bytes) -> None:
    descriptor = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)


@dataclass(frozen=True, slots=True)
class Data:
    database: Database
    desks: Desks

    async def write(
        self, function: Callable[Concatenate[Desk, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        nonce = f"cli:{secrets.token_hex(8)}"
        return await self.desks.write(self.database, nonce, function, *args, **kwargs)

    async def read(self, function: Callable[[Desk], T]) -> T:
        return await self.desks.read(self.database, function)
