"""The real process, as an operator starts it, with a played Telegram at the other end."""

import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.botapi.client import ROOT, BotApi, Phone

COMMAND = (sys.executable, "-m", "bot")
PATIENCE = 30


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Hamrah:
    """One set of data with the settings to run on it."""

    data: Path
    settings: dict[str, str] = field(default_factory=dict)

    @classmethod
    def at(cls, folder: Path, api: BotApi, **settings: str) -> "Hamrah":
        given = {
            "TELEGRAM_TOKEN": api.token,
            "TELEGRAM_API": api.url,
            "LISTEN": f"127.0.0.1:{free_port()}",
            "DATA": str(folder / "data"),
        }
        return cls(folder / "data", given | settings)

    @property
    def url(self) -> str:
        return f"http://{self.settings['LISTEN']}"

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("HAMRAH_")}
        return kept | {f"HAMRAH_{name}": value for name, value in self.settings.items()}

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """A command of the operator's, in a folder without a file .env."""
        return subprocess.run(
            [*COMMAND, *words],
            env=self.environment | {"PYTHONPATH": str(ROOT)},
            cwd=self.data.parent,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

    @contextmanager
    def running(self) -> Iterator["Running"]:
        """Starts the service; at the end of the block it is told to end, and must end well."""
        running = Running.start(self)
        try:
            yield running
            if running.process.poll() is None:
                assert running.end() == 0, running.log()
        finally:
            running.kill()

    def stored(self, query: str) -> list[tuple[Any, ...]]:
        """Rows as any other program reads them from the file."""
        with closing(sqlite3.connect(self.data / "hamrah.sqlite3", timeout=10)) as connection:
            return connection.execute(query).fetchall()

    def invite(self, *roles: str, name: str = "Someone") -> str:
        """The code that the command line prints for a new member of staff."""
        given = [word for role in roles for word in ("--role", role)]
        printed = self.command("staff", "invite", *given, "--name", name)
        assert printed.returncode == 0, printed.stderr
        found = re.search(r"/start (\S+)", printed.stdout)
        assert found, printed.stdout
        return found[1]


@dataclass
class Running:
    process: subprocess.Popen[bytes]
    log_file: Path

    @classmethod
    def start(cls, hamrah: Hamrah) -> "Running":
        log_file = hamrah.data.parent / "log.jsonl"
        with log_file.open("ab") as log:
            process = subprocess.Popen(
                [*COMMAND, "run"],
                env=hamrah.environment | {"PYTHONPATH": str(ROOT)},
                cwd=hamrah.data.parent,
                stdout=subprocess.DEVNULL,
                stderr=log,
            )
        return cls(process, log_file)

    def end(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)

    def kill(self) -> None:
        """As a power cut would."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(PATIENCE)

    def log(self) -> str:
        return self.log_file.read_text(encoding="utf-8")

    def events(self, name: str) -> list[dict[str, Any]]:
        """What was logged under this name; a line that is no JSON would fail here."""
        events: list[dict[str, Any]] = [json.loads(line) for line in self.log().splitlines()]
        return [event for event in events if event["event"] == name]


def until_polling(api: BotApi) -> None:
    """A machine that is busy takes its time to start a process."""
    api.wait_until(lambda: api.calls("getUpdates"), timeout=PATIENCE)


def tap(phone: Phone, words: str) -> None:
    """Tap the button whose label holds these words, as soon as it is there."""
    shown = phone.wait_for(lambda message: any(words in label for label in message.labels))
    phone.tap(next(label for label in shown.labels if words in label))


def enter(hamrah: Hamrah, phone: Phone, *roles: str, name: str = "Someone") -> None:
    """A member of staff opens their link, and chooses English."""
    phone.send(f"/start {hamrah.invite(*roles, name=name)}")
    tap(phone, "English")
    phone.api.wait_until(lambda: phone.spinning() == 0)
