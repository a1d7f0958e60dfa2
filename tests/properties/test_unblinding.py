"""An arm is shown to whoever asked for it, after somebody else agreed, within minutes, and to
nobody else: in whatever order people ask, agree, look, come late and tap again."""

import asyncio
import shutil
import tempfile
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Connection, func, select

from bot.rehearsal.phones import Phone
from bot.rehearsal.stage import PIN
from bot.rehearsal.world import World
from flows.roles import Role
from storage import tables
from tests.properties.people import add_participant, open_trial

WITHIN = timedelta(minutes=10)
PROOF_HOLDS = 5
MAY_ANSWER = ("mina", "clinician", "pi")
AUTHORISED = st.sampled_from(MAY_ANSWER)
ANYBODY = st.one_of(AUTHORISED, AUTHORISED, st.sampled_from(["coordinator", "allocator", "rater"]))
AGREED = st.sampled_from([True, True, True, False])
NEWEST = st.sampled_from([0, 0, 0, 1])
MINUTES = st.sampled_from([1, 1, 4, 9, 11])
TYPING = st.sampled_from([0, 0, 0, 4, 6])


@dataclass
class Expected:
    """A request as the rules have it."""

    asker: str
    asked_at: datetime
    agreed: bool | None = None
    answered_at: datetime | None = None

    def takes_answer(self, by: str, now: datetime) -> bool:
        return by != self.asker and self.agreed is None and now <= self.asked_at + WITHIN

    def shows_to(self, by: str, now: datetime) -> bool:
        in_time = self.answered_at is not None and now <= self.answered_at + WITHIN
        return by == self.asker and self.agreed is True and in_time


class Unblinding(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.runner = asyncio.Runner()
        self.requests: list[Expected] = []
        self.saw: set[str] = set()
        self.run(self._begin())

    async def _begin(self) -> None:
        self.world = await World.begin(self.folder)
        await open_trial(self.world)
        await self.world.add_staff("mina", Role.CLINICIAN)
        await add_participant(self.world)
        await self.world.randomize("P-001")
        for phone in self.world.phones.values():
            phone.popups.clear()

    def run(self, doing: Coroutine[Any, Any, Any]) -> Any:
        return self.runner.run(doing)

    def teardown(self) -> None:
        self.run(self.world.end())
        self.runner.close()
        shutil.rmtree(self.folder)

    @precondition(lambda self: len(self.requests) < 4)
    @rule(by=AUTHORISED)
    def ask(self, by: str) -> None:
        self.run(self._ask(self.world.phone(by)))
        self.requests.append(Expected(by, self.world.now))

    async def _ask(self, phone: Phone) -> None:
        for words in ("/unblind P-001", "In hospital.", PIN):
            await phone.send(words)
        await phone.press("S")

    @precondition(lambda self: self.requests)
    @rule(by=ANYBODY, before=NEWEST, agreed=AGREED, minutes=TYPING)
    def answer(self, by: str, before: int, agreed: bool, minutes: int) -> None:
        """They answer a request, and may take their time over it; a PIN holds for five minutes."""
        request, number = self._request(before)
        self.run(self._answer(self.world.phone(by), number, "YES" if agreed else "NO", minutes))
        takes = by in MAY_ANSWER and request.takes_answer(by, self.world.now)
        if takes and minutes <= PROOF_HOLDS:
            request.agreed, request.answered_at = agreed, self.world.now

    async def _answer(self, phone: Phone, number: int, code: str, minutes: int) -> None:
        await phone.tap_data(f"r:agree_unblinding:{number}:{code}")
        if phone.last.startswith("Write your PIN"):
            await phone.send(PIN)
            await self.world.pass_time(timedelta(minutes=minutes))
            await phone.press("S")
            await phone.send("/cancel")

    def _request(self, before: int) -> tuple[Expected, int]:
        """The newest request, or the one before it; and its number."""
        number = max(1, len(self.requests) - before)
        return self.requests[number - 1], number

    @precondition(lambda self: self.requests)
    @rule(by=ANYBODY, before=NEWEST, taps=st.integers(1, 2))
    def look(self, by: str, before: int, taps: int) -> None:
        request, number = self._request(before)
        self._look(by, request, number, taps)

    @precondition(lambda self: self.requests)
    @rule(before=NEWEST)
    def everybody_looks(self, before: int) -> None:
        request, number = self._request(before)
        for by in MAY_ANSWER:
            self._look(by, request, number, 1)

    def _look(self, by: str, request: Expected, number: int, taps: int) -> None:
        phone, shows = self.world.phone(by), request.shows_to(by, self.world.now)
        seen = len(phone.popups)
        for _ in range(taps):
            self.run(phone.tap_data(f"r:show_unblinded:{number}"))
        assert [*map(_holds_arm, phone.popups[seen:])].count(True) == (taps if shows else 0)
        self.saw |= {by} if shows else set()

    @rule(minutes=MINUTES)
    def wait(self, minutes: int) -> None:
        self.run(self.world.pass_time(timedelta(minutes=minutes)))

    @invariant()
    def nobody_else_saw_it(self) -> None:
        """Neither in a pop-up nor in a message, and whoever did rates this participant no more."""
        phones = self.world.phones.values()
        assert {it.name for it in phones if any(map(_holds_arm, it.popups))} == self.saw
        assert not any(_holds_arm(shown.words) for it in phones for shown in it.shown)
        assert self.run(self.world.database.read(_rows, "rating_exclusion")) == len(self.saw)

    @invariant()
    def each_request_and_answer_stands_once(self) -> None:
        answered = sum(it.agreed is not None for it in self.requests)
        assert self.run(self.world.database.read(_rows, "unblinding")) == len(self.requests)
        assert self.run(self.world.database.read(_rows, "unblinding_answer")) == answered


def _holds_arm(words: str) -> bool:
    return any(f"Group {arm}" in words for arm in "ABC")


def _rows(connection: Connection, table: str) -> int:
    return connection.execute(
        select(func.count()).select_from(tables.metadata.tables[table])
    ).scalar_one()


@pytest.mark.slow
def test_an_arm_is_seen_by_whoever_may_alone() -> None:
    run_state_machine_as_test(
        Unblinding,
        settings=settings(
            max_examples=15,
            stateful_step_count=25,
            deadline=None,
            phases=[Phase.generate],  # A run takes seconds, so it is not shrunk.
            suppress_health_check=list(HealthCheck),
        ),
    )
