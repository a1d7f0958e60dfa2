"""A conversation played in the terminal, in a folder that is gone afterwards, and saved as a chat.

What is written, and what is answered, has the form of the golden chats, so that a saved one can be
put among them.
"""

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.operator import Operator, show
from bot.rehearsal.phones import NotPlayable
from bot.rehearsal.transcript import SPEAKER, Step, Writing, read
from bot.rehearsal.world import World
from flows.text import Text, text


class Terminal:
    def __init__(self, it: Operator, given: argparse.Namespace) -> None:
        self._it = it
        self._given = given
        self._speaker: str = given.speaker
        self._problems = 0

    async def play(self) -> int:
        """Play until the input ends; returns the exit code."""
        if (refused := self._refusal()) is not None:
            self._it.complain(refused)
            return 1
        steps = self._opening()
        if steps is None:
            return 1
        with TemporaryDirectory(prefix="hamrah-chat-") as folder:
            world = await World.begin(Path(folder), self._it.language, self._it.settings.trial)
            try:
                return await self._play(world, steps)
            finally:
                await world.end()

    def _refusal(self) -> Text | None:
        """Why it cannot begin: a file in the way, or nobody to speak."""
        save, file = self._given.save, self._given.file
        if save and Path(save).exists() and save != file:
            return text("cli.chat.exists", file=save)
        return None if _is_name(self._speaker) else text("cli.chat.no_name", code="P-001")

    def _opening(self) -> list[Step] | None:
        """What it begins with: a chat from a file, or a scene; None when the file is no chat."""
        file = self._given.file
        if not file:
            about = [Step("comment", lines=[f"# {self._given.about}"])] if self._given.about else []
            return [*about, Step("given", lines=[self._given.given])]
        try:
            return read(Path(file).read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            why = str(getattr(error, "strerror", None) or "not UTF-8").lower()
            self._it.complain(text("cli.file_unreadable", file=file, why=why))
            return None

    async def _play(self, world: World, steps: list[Step]) -> int:
        writing = Writing(world)
        for step in steps:
            await self._do(writing, step)
        while (line := self._line()) is not None:
            await self._hear(world, writing, line.strip())
        if self._given.save:
            return self._save(writing.text)
        return 1 if self._problems else 0

    def _line(self) -> str | None:
        """The next line; None at the end. On a terminal it can be edited, and called back."""
        if not sys.stdin.isatty():
            return sys.stdin.readline() or None
        import readline  # noqa: F401 - that it is imported is what makes lines editable

        try:
            return input(f"{self._speaker}> ")
        except (EOFError, KeyboardInterrupt):
            show("")
            return None

    async def _hear(self, world: World, writing: Writing, line: str) -> None:
        if not line or line.startswith(("= ", "bot to ", "pop-up for ")):
            return
        if line == "?":
            self._help(world)
        elif line.endswith(":") and " " not in line:
            self._change_speaker(line.removesuffix(":"))
        elif line.startswith("given "):
            self._complain(text("cli.chat.not_first"))
        elif line.startswith("~ "):
            await self._do(writing, Step("time", lines=[line]))
        else:
            await self._do(writing, Step("speech", self._speaker, [line]))

    async def _do(self, writing: Writing, step: Step) -> None:
        try:
            news = await writing.add(step)
        except NotPlayable as problem:
            self._complain(problem.why)
            return
        show(*news, "")

    def _change_speaker(self, name: str) -> None:
        if _is_name(name):
            self._speaker = name
        else:
            self._complain(text("cli.chat.no_name", code="P-001"))

    def _help(self, world: World) -> None:
        self._it.tell(text("cli.chat.help", span="3 days", code="P-001"))
        phone = world.phone(self._speaker)
        shown = next((it for it in reversed(phone.shown) if it.buttons), None)
        if shown is not None:
            show(*(" ".join(f"[{label}]" for label, _ in row) for row in shown.buttons))

    def _complain(self, why: Text) -> None:
        self._problems += 1
        self._it.complain(why)

    def _save(self, chat: str) -> int:
        try:
            Path(self._given.save).write_text(chat, encoding="utf-8")
        except OSError as error:
            why = (error.strerror or "").lower()
            self._complain(text("cli.chat.unsaved", file=self._given.save, why=why))
        else:
            self._it.tell(text("cli.chat.saved", file=self._given.save))
        return 1 if self._problems else 0


def _is_name(name: str) -> bool:
    return SPEAKER.fullmatch(f"{name}:") is not None and not name.startswith(("bot ", "pop-up "))
