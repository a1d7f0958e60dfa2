"""A trial in a temporary folder: the real turns on a real database, with phones to type on.

Only the outside is stood in for: the phones are lists of what reached them, the clock is moved by
hand, and the secrets of invitations are numbered.
"""

import functools
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Concatenate, ParamSpec, Self, TypeVar

from sqlalchemy import Connection

from bot.photographs.keeping import Keeping
from bot.rehearsal import arriving, pictures, stage
from bot.rehearsal.phones import BY_SMS, Phone
from bot.rehearsal.pictures import DrawnFiles
from bot.sending.files import Files
from bot.sms.hearing import hear
from bot.sms.limits import Limits
from bot.trial.definitions import DEFAULT_TRIAL, load_study
from bot.trial.study import Study
from bot.turn import arms, showing
from bot.turn.desk import Desk
from bot.turn.desks import Desks
from bot.turn.incoming import Content, Incoming
from bot.turn.links import Links
from bot.turn.ticking import carry_out, plan_day, plan_summary
from bot.turn.turns import take_turn
from flows.allocation_list import ArmPlan, Plan, generate_allocation_list
from flows.roles import Role
from storage import departures, envelopes, participants, photographs, planned, shown
from storage.database import Database
from storage.keyring import Keyring
from storage.schema import prepare
from storage.sealing import MasterKeys

P = ParamSpec("P")
T = TypeVar("T")

# Saturday, 4 Mehr 1405, 09:00 in Tehran: the first working day of an Iranian week.
BEGINNING = datetime(2026, 9, 26, 5, 30, tzinfo=UTC)


DATABASE = "hamrah.sqlite3"
MASTER_KEY = "master.key"

# Read once: the wording of a trial takes longer to read than a chat to play.
study_in = functools.cache(load_study)


@dataclass
class World:
    """One trial with its people. Times move only by `pass_time`."""

    folder: Path
    language: str
    study: Study
    database: Database
    keys: Keyring
    now: datetime = BEGINNING
    links: Links = field(
        default_factory=lambda: Links({"telegram": "https://t.me/hamrah?start={}".format})
    )
    sms_limits: Limits = field(default_factory=Limits)
    phones: dict[str, Phone] = field(default_factory=dict)
    _updates: int = 0
    _taps: int = 0
    _messages: int = 0
    _secrets: int = 0

    @classmethod
    async def begin(cls, folder: Path, language: str = "en", trial: Path = DEFAULT_TRIAL) -> Self:
        folder.mkdir(parents=True, exist_ok=True)  # noqa: ASYNC240 - before anything is played
        path = folder / DATABASE
        prepare(path, folder / "backups", BEGINNING)
        master = MasterKeys.create(folder / MASTER_KEY)
        database = Database.open(f"sqlite:///{path}")
        keys = await database.write(Keyring.open, master)
        world = cls(folder, language, study_in(trial), database, keys)
        await world.at_desk(plan_summary)
        await world.at_desk(plan_day)
        return world

    async def end(self) -> None:
        await self.database.close()

    @property
    def counters(self) -> tuple[int, int, int, int]:
        """How many updates, taps, messages and secrets there were."""
        return self._updates, self._taps, self._messages, self._secrets

    @counters.setter
    def counters(self, counted: tuple[int, int, int, int]) -> None:
        self._updates, self._taps, self._messages, self._secrets = counted

    def desk(self, connection: Connection, nonce: str) -> Desk:
        self._secrets += 1
        secret = f"secret{self._secrets:010}"
        digits = f"{self._secrets:06}"
        return Desk(connection, self.keys, self.study, self.now, nonce, secret, digits, self.links)

    async def at_desk(
        self, function: Callable[Concatenate[Desk, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run something that works at a desk, in a transaction of its own."""
        self._updates += 1
        nonce = f"desk:{self._updates}"

        def run(connection: Connection) -> T:
            return function(self.desk(connection, nonce), *args, **kwargs)

        return await self.database.write(run)

    def next_tap(self) -> str:
        self._taps += 1
        return f"tap{self._taps}"

    def phone(self, name: str) -> Phone:
        """The phone of this name; a new one is a stranger's."""
        if name not in self.phones:
            self.phones[name] = Phone.named(self, name)
        return self.phones[name]

    def phone_at(self, address: str) -> Phone:
        """Whose phone it is; an SMS may be the first that is heard of one."""
        known = (it for it in self.phones.values() if it.address == address)
        return next(known, None) or self.phone(f"P-{address[-3:]}{BY_SMS}")

    async def receive(
        self, phone: Phone, content: Content, *, update_id: int | None = None
    ) -> None:
        """One update from a phone: its turn, and everything that leaves after it."""
        self._updates += 1
        number = self._updates if update_id is None else update_id
        incoming = Incoming(
            phone.channel, number, phone.address, content, self.language, message=str(number)
        )
        await self.at_desk(hear if phone.channel == "sms" else take_turn, incoming)
        await self.deliver()

    async def pass_time(self, span: timedelta) -> None:
        """Let time pass, minute by minute where something is due, as a running service would."""
        end = self.now + span
        while True:
            due_at = await self.database.read(planned.next_due_at)
            if due_at is None or due_at > end:
                break
            self.now = max(self.now, due_at)
            await self.tick()
        self.now = end
        await self.tick()

    async def tick(self) -> None:
        for plan in await self.database.read(planned.due, at=self.now, limit=1000):
            await self.at_desk(carry_out, plan)
        await self.deliver()

    async def deliver(self) -> None:
        """Everything that waits reaches its phone."""
        while lines := await self.database.read(
            departures.due_lines,
            at=self.now,
            busy=(),
            channels=("telegram", "web", "sms"),
            limit=100,
        ):
            for line in lines:
                while (it := await self.database.write(arriving.take, self, line)) is not None:
                    await arriving.show(self, it)
        if await self._check_photographs():
            await self.deliver()

    async def _check_photographs(self) -> bool:
        """What was received is checked as a running service would; False when there was nothing."""
        if (
            await self.database.read(photographs.due, at=self.now) is None
            and (await self.database.read(shown.oldest_at) or self.now) > self.now - showing.STAYS
        ):
            return False
        files = Files()
        files.keepers["telegram"] = DrawnFiles()
        clock = WorldClock(self)
        desks = Desks(self.keys, self.study, clock, self.links)
        await Keeping(self.database, desks, files, clock).do_due()
        return True

    def next_message(self) -> int:
        self._messages += 1
        return self._messages

    # What scenarios begin with

    async def add_staff(self, name: str, *roles: Role) -> Phone:
        """A member of staff who has entered already."""
        phone = self.phone(name)

        at = (phone.channel, phone.address)
        await self.at_desk(stage.add_staff, name.capitalize(), roles, self.language, at)
        return phone

    async def add_all_staff(self) -> None:
        """One person of each role that a trial cannot do without, named after it."""
        for role in Role:
            if role not in {Role.PARTICIPANT, Role.METHODOLOGIST}:
                await self.add_staff(role.value, role)

    async def seal_envelopes(self, seed: int = 1) -> None:
        trial = self.study.trial
        plan = Plan(
            tuple(ArmPlan(arm.code, frozenset({arm.code}), arm.weight) for arm in trial.arms),
            trial.allocation.block_size,
            trial.target,
        )
        # Nobody real is allocated here, and a chat must come out the same each time.
        shuffle = random.Random(seed).shuffle  # noqa: S311
        drawn = generate_allocation_list(plan, shuffle)
        await self.at_desk(arms.seal_envelopes, drawn)

    async def lay_paper_envelopes(self) -> None:
        trial = self.study.trial

        def lay(desk: Desk) -> None:
            envelopes.lay(
                desk.connection,
                commitments=[None] * trial.target,
                block_size=trial.allocation.block_size,
                at=desk.now,
            )

        await self.at_desk(lay)

    async def confirm_protocol(self) -> None:
        pi = self.phone("pi")
        await pi.send("/protocol")
        await pi.choose(self._first_option(pi))

    async def consent(self, name: str = "Sara", *, sex: str = "F", born: str = "1990-05-05") -> str:
        """The coordinator records a consent; returns the new code."""
        it = self.phone("coordinator")
        await it.send("/consent 1 today")
        await it.choose(self._first_option(it))
        for code in ("YES", "YES", "YES", sex):
            await it.choose(code)
        await it.send(born)
        await it.send(name)
        await it.press("s")
        await it.press("S")
        return f"P-{len([p for p in self.phones if p.startswith('P-')]) + 1:03}"

    def _first_option(self, phone: Phone) -> str:
        return phone.shown[-1].buttons[0][0][1].split(":")[-1]

    async def enter(self, code: str) -> Phone:
        """The participant opens their link, chooses the language and agrees to messages."""
        await self.phone("coordinator").send(f"/invite {code}")
        phone = self.phone(code)
        await phone.send(f"/start {self.phone('coordinator').invitation}")
        await phone.choose(self.language)
        await phone.choose("YES")
        return phone

    async def make_eligible(self, code: str, *, sex: str = "F") -> None:
        """Eligibility, its confirmation, the reference, photographs and the clinician."""
        coordinator, clinician = self.phone("coordinator"), self.phone("clinician")
        await coordinator.send(f"/eligibility {code}")
        answers = ["YES", "STILL_LOSING", "YES", *(["NO"] if sex == "F" else []), *["NO"] * 4]
        for answer in answers:
            await coordinator.choose(answer)
        await coordinator.press("S")
        await clinician.send(f"/confirm_eligibility {code}")
        await clinician.press("S")
        await clinician.send(f"/reference {code}")
        await clinician.choose("II_1" if sex == "F" else "III")
        await clinician.press("S")
        await self.photograph(code, "baseline")
        await clinician.send(f"/assign {code}")
        await clinician.choose(self._first_option(clinician))
        await clinician.press("S")

    async def photograph(self, code: str, visit: str) -> None:
        """The clinician sends a picture of every view, today."""
        clinician = self.phone("clinician")
        await clinician.send(f"/photographs {code} {visit} today")
        for _ in self.study.trial.views:
            await clinician.send_file("", pictures.reference("sharp picture"))

    async def randomize(self, code: str) -> None:
        allocator = self.phone("allocator")
        await allocator.send(f"/randomize {code}")
        await allocator.send(stage.PIN)
        await allocator.press("S")

    async def read_envelope(self, code: str, letter: str) -> None:
        """A paper envelope is bound, seen by the clinician, and read."""
        await self.randomize(code)
        clinician, allocator = self.phone("clinician"), self.phone("allocator")
        await clinician.send(f"/witness {code}")
        await clinician.press("a")
        await allocator.send(f"/letter {code}")
        for _ in ("first", "again"):
            await allocator.tap(letter)

    async def check_before_session(self, code: str, visit: str) -> None:
        """The clinician asks what is asked before a session, and nothing keeps from it."""
        clinician = self.phone("clinician")
        await clinician.send(f"/before_session {code} {visit}")
        sex = await self.at_desk(_sex_of, code)
        for answer in (*(["NO", "NO"] if sex == "F" else []), "SAME"):
            await clinician.choose(answer)
        await clinician.press("S")

    async def treat(self, code: str, visit: str, batch: str = "LOT-1") -> None:
        """The clinician records the session of this visit, today."""
        await self.check_before_session(code, visit)
        clinician = self.phone("clinician")
        await clinician.send(f"/session {code} {visit} today {batch}")
        await clinician.press("s")
        await clinician.press("S")


@dataclass(frozen=True)
class WorldClock:
    """The world's time, as a part of the service asks for it."""

    world: World

    def now(self) -> datetime:
        return self.world.now

    async def sleep(self, seconds: float) -> None:
        raise NotImplementedError


def _sex_of(desk: Desk, code: str) -> str:
    participant = participants.with_code(desk.connection, code)
    assert participant is not None
    return participants.chart(desk.connection, participant).sex
