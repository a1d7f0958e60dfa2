"""Makes the desk of each turn.

The nonce names what the turn answers, and never chance: a turn that is repeated after its commit
was lost gives its messages the same keys. Telegram's numbers may come again after a quiet week, so
the day belongs to them.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection

from bot.clock import Clock
from bot.trial.study import Study
from bot.turn.desk import Desk
from bot.turn.incoming import Incoming
from bot.turn.links import Links
from storage.database import Database
from storage.keyring import Keyring
from storage.planned import DuePlan

P = ParamSpec("P")
T = TypeVar("T")

SECRET_BYTES = 16
CODE_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Desks:
    keys: Keyring
    study: Study
    clock: Clock
    links: Links = field(default_factory=Links)

    def at(self, connection: Connection, nonce: str) -> Desk:
        return Desk(
            connection,
            self.keys.for_one_turn(),
            self.study,
            self.clock.now(),
            nonce,
            secrets.token_hex(SECRET_BYTES),
            f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}",
            self.links,
        )

    def nonce_of(self, incoming: Incoming) -> str:
        today = self.study.today(self.clock.now())
        return f"u:{incoming.channel}:{incoming.update_id}:{today.isoformat()}"

    @staticmethod
    def nonce_of_plan(plan: DuePlan) -> str:
        return f"p:{plan.id}:{plan.due_at.isoformat()}"

    async def read(
        self,
        database: Database,
        function: Callable[Concatenate[Desk, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Run something at a desk where nothing is written."""
        return await database.read(
            lambda connection: function(self.at(connection, "read"), *args, **kwargs)
        )

    async def write(
        self,
        database: Database,
        nonce: str,
        function: Callable[Concatenate[Desk, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Run something at a desk of its own, in a transaction of its own."""
        return await database.write(
            lambda connection: function(self.at(connection, nonce), *args, **kwargs)
        )
