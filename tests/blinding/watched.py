"""A world that knows the arms it was sealed with, and notes which commands were given."""

import random
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bot.rehearsal.phones import Phone
from bot.rehearsal.stage import PIN
from bot.rehearsal.world import DATABASE, MASTER_KEY, World
from bot.turn import arms
from bot.turn.incoming import Content, Tapped, Typed
from flows.allocation_list import AllocationList, ArmPlan, Plan, generate_allocation_list
from storage.backup import backup

# What each arm's product is called wherever somebody names it.
PLANTED = {"A": "EXOLOT", "B": "DUOLOT", "C": "MEZLOT"}
MOST_QUESTIONS = 60


@dataclass
class Watched(World):
    drawn: tuple[str, ...] = ()
    retired: int = 0
    given: set[str] = field(default_factory=set)

    @property
    def copied(self) -> Path:
        return self.folder / "copied"

    def copy(self) -> None:
        """Keep the data as they are now, for what is typed on the command line afterwards."""
        self.copied.mkdir()
        backup(self.folder / DATABASE, self.copied, self.now).rename(self.copied / DATABASE)
        shutil.copy(self.folder / MASTER_KEY, self.copied)

    async def receive(
        self, phone: Phone, content: Content, *, update_id: int | None = None
    ) -> None:
        match content:
            case Typed(words) if words.startswith("/"):
                self.given.add(words[1:].split()[0])
            case Tapped(data) if data.startswith("r:"):
                self.given.add(data.split(":")[1])
            case _:
                pass
        await super().receive(phone, content, update_id=update_id)

    async def seal(self, permuted: Mapping[str, str]) -> None:
        self.draw(permuted)
        await self.at_desk(arms.seal_envelopes, AllocationList(self.drawn))

    def draw(self, permuted: Mapping[str, str]) -> None:
        trial = self.study.trial
        plan = Plan(
            tuple(ArmPlan(arm.code, frozenset({arm.code}), arm.weight) for arm in trial.arms),
            trial.allocation.block_size,
            trial.target,
        )
        drawn = generate_allocation_list(plan, random.Random(1).shuffle)
        self.drawn = tuple(permuted[arm] for arm in drawn.arms)

    async def fill_in(self, phone: Phone) -> None:
        """Answer whatever is asked with the first option, or "none of these", to the end."""
        for _ in range(MOST_QUESTIONS):
            data = [it for row in phone.shown[-1].buttons for _, it in row]
            if any(it.startswith("S:") for it in data):
                await phone.press("S")
                return
            if any(it.startswith("a:") for it in data):
                await phone.press("a")
            else:
                await phone.tap_data(next(it for it in reversed(data) if it.startswith("t:")))
                await phone.press("d")
        raise AssertionError("the form has no end")

    def letter(self, number: int) -> str:
        """The arm of this participant, who got the next envelope that was not retired."""
        return self.drawn[number - 1 + self.retired]

    def product(self, number: int) -> str:
        """What this participant was given, by the name of its batch."""
        return PLANTED[self.letter(number)]

    async def session(self, number: int, visit: str) -> None:
        """The clinician names the product in batch and notes."""
        clinician, product = self.phone("clinician"), self.product(number)
        code = f"P-{number:03}"
        if number == 3 and visit == "baseline":
            await self.say("clinician", f"/before_session {code} {visit}", "(NO)", "(NO)")
            await self.say("clinician", "(CHANGED)", f"no {product} elsewhere", "[S]")
        else:
            await self.check_before_session(code, visit)
        await clinician.send(f"/session P-{number:03} {visit} today {product}")
        await clinician.send(f"{product} was given")
        await clinician.press("S")
        await clinician.send(f"/arm P-{number:03}")
        await clinician.press("r")
        await clinician.send(f"/sessions P-{number:03}")
        await clinician.press("r")

    async def say(self, name: str, *lines: str) -> None:
        """Lines are typed; [X] presses a button of that kind, (X) chooses an option."""
        phone = self.phone(name)
        for line in lines:
            if line.startswith("["):
                await phone.press(line[1:-1])
            elif line.startswith("("):
                await phone.choose(line[1:-1])
            else:
                await phone.send(line)

    async def unblind_one(self, code: str) -> None:
        """The clinician is shown an arm that they know; the PI agrees to it unseen."""
        await self.say("clinician", f"/unblind {code}", "she is in hospital", PIN, "[S]")
        await self.say("pi", "[r]", PIN, "[S]")
        await self.say("clinician", "[r]")

    async def end_the_trial(self) -> None:
        await self.say("pi", "/trial_end", "/lock", "(YES)", "it ends here", PIN, "[S]")
        await self.say("pi", "/sign_off", "(YES)", PIN, "[S]", "/unblind_trial", "(YES)", PIN)
        await self.say("pi", "[S]")
        await self.say("clinician", "[r]", PIN, "[S]")
