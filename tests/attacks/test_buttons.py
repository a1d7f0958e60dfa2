"""Every kind of button that a trial offers, replayed: by others while it is offered, by its owner
when it is answered, and by everybody once the data are locked.
"""

from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path

import pytest

from bot.rehearsal.phones import Phone
from bot.turn.incoming import Content, Tapped, Typed
from flows import commands
from flows.roles import Role
from tests.attacks.sandbox import Seen, attack
from tests.blinding import on_paper, played
from tests.blinding.watched import Watched

# Who replays a button, beside the one to whom it was shown.
COLLEAGUE, ANOTHER_ROLE, PARTICIPANT, STRANGER = "colleague", "another role", "P-002", "stranger"
STAFF = tuple(it for it in Role if it not in {Role.PARTICIPANT, Role.METHODOLOGIST})
# So many updates of its owner later a button is an old one.
LATER = 3
# What goes on although the data are locked: a participant enters anew, and an arm is shown to
# whoever may see it, which is written down and stands in the record.
AFTER_THE_LOCK = {"conversation", "invitation", "arm_told", "record"}
# So is a call, which stands among what was done with a participant.
CALLED_AFTER_THE_LOCK = AFTER_THE_LOCK | {"milestone"}
# Whoever had blocked the bot and taps something lets it write again.
ASKED_AGAIN = {"conversation", "address"}


@dataclass(frozen=True)
class Offered:
    """A button and its owner. `kind` is what it does, and in what."""

    data: str
    owner: str
    kind: tuple[str, str, str]

    @property
    def command(self) -> str | None:
        """The command that it begins; None when it belongs to a question."""
        what, _, rest = self.data.partition(":")
        return rest.partition(":")[0] if what == "r" else None


@dataclass
class Replayed(Watched):
    """A trial in which each new kind of button is replayed as soon as it is offered."""

    offered: dict[tuple[str, str, str], Offered] = field(default_factory=dict)
    found: list[str] = field(default_factory=list)
    replays: int = 0
    _asked: dict[str, str] = field(default_factory=dict)
    _old: dict[str, deque[tuple[int, Offered]]] = field(default_factory=lambda: defaultdict(deque))
    _count: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    _outsiders: Iterator[str] = field(default_factory=lambda: cycle((PARTICIPANT, STRANGER)))

    async def add_all_staff(self) -> None:
        await super().add_all_staff()
        for role in STAFF:
            await self.add_staff(f"{role.value}-2", role)

    async def receive(
        self, phone: Phone, content: Content, *, update_id: int | None = None
    ) -> None:
        self._note_command(phone, content)
        await super().receive(phone, content, update_id=update_id)
        self._count[phone.name] += 1
        for it in list(self._new()):
            self.offered[it.kind] = it
            self._old[it.owner].append((self._count[it.owner], it))
            await self._replay_by_others(it)
        await self._replay_old(phone.name)

    def _note_command(self, phone: Phone, content: Content) -> None:
        match content:
            case Typed(words) if words.startswith("/"):
                self._asked[phone.name] = words[1:].split()[0]
            case Tapped(data) if data.startswith("r:"):
                self._asked[phone.name] = data.split(":")[1]
            case _:
                pass

    def _new(self) -> Iterator[Offered]:
        for phone in self.phones.values():
            for row in phone.shown[-1].buttons if phone.shown else ():
                for _, data in row:
                    what, _, rest = data.partition(":")
                    begun = rest.partition(":")[0] if what == "r" else self._asked.get(phone.name)
                    kind = (what, begun or "", _role_of(phone.name))
                    if kind not in self.offered:
                        yield Offered(data, phone.name, kind)

    async def _replay_by_others(self, it: Offered) -> None:
        """By a colleague and by another role, and by a participant and a stranger in turn."""
        for who in (COLLEAGUE, ANOTHER_ROLE, next(self._outsiders)):
            name = _name(who, it.owner)
            # Participants come one after the other.
            name = name if name in self.phones else STRANGER
            seen = await self.replay(name, it)
            if it.command is None or not _may(name, it.command):
                self._must_be_refused(name, it, seen)
            elif "unblind_trial" not in self.given:
                self.expect("arm_told" not in seen.changed, it, name, seen)

    async def _replay_old(self, owner: str) -> None:
        """Its owner taps a button again when it was answered, or set aside."""
        old = self._old[owner]
        while old and old[0][0] <= self._count[owner] - LATER:
            _, it = old.popleft()
            if it.command is None:
                seen = await self.replay(owner, it)
                self.expect(seen.changed <= ASKED_AGAIN, it, owner, seen)

    async def replay(self, name: str, it: Offered) -> Seen:
        self.replays += 1
        return await attack(self, self.phone(name), Tapped(it.data, "replayed", "1"))

    def _must_be_refused(self, name: str, it: Offered, seen: Seen) -> None:
        verbs = {"refused_role", "refused"} if name != STRANGER else set()
        self.expect(seen.changed == frozenset(), it, name, seen)
        self.expect(bool(seen.verbs & verbs) or not verbs, it, name, seen)

    def expect(self, what: bool, it: Offered, by: str, seen: Seen) -> None:
        if not what:
            self.found.append(f"{it} by {by}: {sorted(seen.changed)} {seen.verbs}")


def _role_of(name: str) -> str:
    return "participant" if name.startswith("P-") else name.removesuffix("-2")


def _name(who: str, owner: str) -> str:
    """The phone of this one of the others."""
    if who == COLLEAGUE:
        other = "P-001" if owner == "P-003" else "P-003"
        return other if owner.startswith("P-") else f"{_role_of(owner)}-2"
    if who == ANOTHER_ROLE:
        return "rater-2" if _role_of(owner) != "rater" else "coordinator-2"
    return who if owner != who else "P-001"


def _may(name: str, command: str) -> bool:
    role = _role_of(name)
    return name != STRANGER and commands.find(command, {Role(role)}) is not None


@pytest.mark.slow
@pytest.mark.parametrize(
    ("play", "kinds"), [(played.play, 300), (on_paper.play, 130)], ids=["digital", "paper"]
)
async def test_a_button_counts_for_its_owner_while_it_is_offered_and_for_nobody_else(
    tmp_path: Path, play: Callable[[Watched, Mapping[str, str]], Awaitable[None]], kinds: int
) -> None:
    world = await Replayed.begin(tmp_path, "en")
    await play(world, {"A": "A", "B": "B", "C": "C"})
    for number, it in enumerate(world.offered.values()):
        name = _name(COLLEAGUE, it.owner) if number % 2 else it.owner
        seen = await world.replay(name, it)
        may = CALLED_AFTER_THE_LOCK if it.command == "called" else AFTER_THE_LOCK
        world.expect(seen.changed <= may, it, name, seen)
    await world.end()
    assert len(world.offered) > kinds
    assert world.found == []
