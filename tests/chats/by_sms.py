"""A golden chat whose participant has SMS alone: what was tapped is sent as its number."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from bot.language.calendars import to_persian_digits
from bot.rehearsal.phones import BY_SMS, NotPlayable, Phone
from bot.rehearsal.world import World
from bot.sms.plain import offered
from bot.turn.bodies import body_of, message_from_json
from bot.turn.desk import Desk
from flows.messages import Button, Message
from flows.text import text
from storage import fates, participants
from tests import scenes

WHO = "P-001"
_LONG = timedelta(days=400)
_OPTION, _TICK, _TICKED = "a:", "t:", "d:"


async def given(world: World, what: str) -> None:
    """Set a scene, and leave the participant SMS alone as soon as they have a phone."""
    await scenes.given(world, what)
    phone = world.phones.get(WHO)
    if phone is None or phone.channel == "sms":
        return
    await scenes.given(world, f"{WHO} reached by SMS")
    number = world.phones.pop(f"{WHO}{BY_SMS}").address
    world.phones[WHO] = ByNumbers(world, WHO, number, "sms")


@dataclass
class ByNumbers(Phone):
    """A phone without buttons. What is ticked is sent together, once it is said to be all."""

    world: World
    ticked: list[int] = field(default_factory=list)

    async def send(self, words: str) -> None:
        """Whatever is said is said of the question as it stands, with nothing ticked."""
        self.ticked = []
        await super().send(words)

    async def tap(self, label: str) -> None:
        await self._say(await self._meant(lambda words, _: label in words))

    async def choose(self, code: str) -> None:
        ends = (f":{code}", f":+{code}")
        await self._say(await self._meant(lambda _, data: data == code or data.endswith(ends)))

    async def press(self, what: str) -> None:
        await self._say(await self._meant(lambda _, data: data.startswith(f"{what}:")))

    async def _say(self, meant: "_Meant") -> None:
        if meant.data.startswith(_TICK):
            self.ticked = sorted({meant.number} ^ {*self.ticked})
        elif meant.data.startswith(_TICKED):
            await self.send(self._in_digits(self.ticked))
        elif meant.number and (meant.is_new or meant.data.startswith(_OPTION)):
            await self.send(self._in_digits([meant.number]))
        else:
            await self.send(meant.label)

    def _in_digits(self, numbers: list[int]) -> str:
        if self.world.language == "en":
            return " and ".join(map(str, numbers))
        return to_persian_digits(" و ".join(map(str, numbers)))

    async def _meant(self, fits: Callable[[str, str], bool]) -> "_Meant":
        study, language = self.world.study, self.world.language
        for age, message in enumerate(await self.world.at_desk(_messages)):
            for number, button in _numbers(message):
                label = study.render(button.label, language)
                if fits(label, button.data):
                    return _Meant(number, label, button.data, is_new=age == 0)
        raise NotPlayable(text("cli.chat.no_button", phone=self.name))


@dataclass(frozen=True)
class _Meant:
    """A choice. Its number says what is meant only in the newest message; later, or where it has
    none, its words do."""

    number: int
    label: str
    data: str
    is_new: bool


def _messages(desk: Desk) -> list[Message]:
    person = participants.with_code(desk.connection, WHO)
    assert person is not None
    newest = fates.newest_by(
        desk.connection,
        keys=desk.keys,
        person_id=person,
        channel="sms",
        since=desk.now - _LONG,
        limit=20,
    )
    return [message_from_json(body_of(it.body)) for it in newest]


def _numbers(message: Message) -> Iterator[tuple[int, Button]]:
    """The choices of a message with the numbers that they have there; 0 where one has none."""
    buttons = [button for row in message.buttons for button in row]
    options = [it for it in buttons if it.data.startswith((_OPTION, _TICK))]
    numbered = {**dict(enumerate(options, start=1)), **offered(message)}
    yield from numbered.items()
    yield from ((0, it) for it in buttons if it not in numbered.values())
