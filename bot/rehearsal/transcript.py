"""Chats as plain text that a clinician can read, played on the real software.

    given a randomized participant P-001    what the chat begins with (see scenes.py)

    coordinator:                            who speaks, on a line of its own, without capitals
    /card P-001                             what they type; [Book] taps the button so labelled

    bot to coordinator:                     what reaches their phone, buttons in brackets
    …

    P-001-sms:                              the same participant's phone, by SMS alone

    pop-up for allocator:                   the answer to a tap that leaves nothing in the chat
    = response P-001 pgais.1 overall MI     what is kept
    ~ 3 days                                time passes

Only the lines of people, `given` and `~` are written by hand: everything else is written by the
software, and compared by the tests.
"""

import re
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from bot.rehearsal import pictures
from bot.rehearsal.phones import NotPlayable
from bot.rehearsal.scenes import given
from bot.rehearsal.watching import Watch
from bot.rehearsal.world import World
from flows.text import text

SPEAKER = re.compile(r"((?:bot to |pop-up for )?(?:P-\d+(?:-sms)?|[a-z][a-z-]*)):")
PASSING = re.compile(r"~ (\d+) (minute|hour|day)s?")

SetScene = Callable[[World, str], Awaitable[None]]


@dataclass
class Step:
    """Something done by hand: somebody speaks, time passes, or a scene is set."""

    kind: str
    who: str = ""
    lines: list[str] = field(default_factory=list)

    @property
    def words(self) -> str:
        return "\n".join(self.lines).strip("\n")


def read(chat: str) -> list[Step]:
    """The steps of a transcript; what the software wrote is left out."""
    steps: list[Step] = []
    speaking: Step | None = None
    for line in chat.splitlines():
        match = SPEAKER.fullmatch(line)
        if line.startswith(("# ", "= ")):
            speaking = Step("comment", lines=[line]) if line.startswith("# ") else None
            if speaking is not None:
                steps.append(speaking)
                speaking = None
        elif line.startswith("given "):
            speaking = None
            steps.append(Step("given", lines=[line.removeprefix("given ")]))
        elif line.startswith("~ "):
            speaking = None
            steps.append(Step("time", lines=[line]))
        elif match is not None:
            written = match[1].startswith(("bot to ", "pop-up for "))
            speaking = None if written else Step("speech", match[1])
            if speaking is not None:
                steps.append(speaking)
        elif speaking is not None:
            speaking.lines.append(line)
    return steps


async def play(world: World, chat: str, set_scene: SetScene = given) -> str:
    """Play a transcript and write it down anew, with all that the software said and kept.

    Raises NotPlayable.
    """
    writing = Writing(world, set_scene)
    for step in read(chat):
        await writing.add(step)
    return writing.text


class Writing:
    """A transcript that is written while it is played."""

    def __init__(self, world: World, set_scene: SetScene = given) -> None:
        self._world = world
        self._watch = Watch(world)
        self._set_scene = set_scene
        self._lines: list[str] = []

    @property
    def text(self) -> str:
        return "\n".join(_spaced(self._lines)) + "\n"

    async def add(self, step: Step) -> list[str]:
        """Play one step; returns what came of it. Raises NotPlayable, and nothing was done."""
        await self._do(step)
        news = await self._watch.news()
        if step.kind == "given":
            self._lines.append(f"given {step.words}")
            return []
        self._lines += [*_heading(step), *news]
        return news

    async def _do(self, step: Step) -> None:
        match step.kind:
            case "given":
                await self._set_scene(self._world, step.words)
            case "time":
                await self._world.pass_time(_span(step.words))
            case "speech":
                await _speak(self._world, step.who, step.words)
            case _:
                pass


def _span(words: str) -> timedelta:
    match = PASSING.fullmatch(words)
    if match is None:
        raise NotPlayable(text("cli.chat.no_span", span="3 days"))
    return timedelta(**{f"{match[2]}s": int(match[1])})


def _heading(step: Step) -> list[str]:
    match step.kind:
        case "speech":
            return ["", f"{step.who}:", step.words]
        case "time":
            return ["", step.words]
        case _:
            return [step.words]


def _spaced(lines: list[str]) -> Iterator[str]:
    """One empty line between two blocks, none twice."""
    before = ""
    for line in "\n".join(lines).splitlines():
        if line or before:
            yield line
        before = line


async def _speak(world: World, who: str, words: str) -> None:
    phone = world.phone(who)
    tapped = re.fullmatch(r"\[(.+)\]", words)
    if tapped is not None:
        await phone.tap(tapped[1])
    elif words == "(edits a message)":
        await phone.edit()
    elif (sent := re.fullmatch(r"\(sends a ([\w ]+)\)(?: (.*))?", words)) is not None:
        await phone.send_file(sent[2] or "", pictures.reference(sent[1]))
    elif words == "(opens the link)":
        last = next(it.invitation for it in reversed(world.phones.values()) if it.invitation)
        await phone.send(f"/start {last}")
    elif words == "(answers with the code)":
        await phone.answer_with_code()
    elif (data := re.fullmatch(r"\(taps by hand (.+)\)", words)) is not None:
        await phone.tap_data(data[1])
    else:
        await phone.send(words)
