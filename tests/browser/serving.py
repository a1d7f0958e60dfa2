"""A rehearsal as an operator starts it, in a folder of its own."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.botapi.client import ROOT
from tests.process.hamrah import PATIENCE, free_port


@dataclass
class Rehearsal:
    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    @classmethod
    def at(cls, folder: Path) -> "Rehearsal":
        return cls(folder, free_port())

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/chat/"

    @contextmanager
    def running(self) -> Iterator["Rehearsal"]:
        self.start()
        try:
            yield self
            assert self.stop() == 0, self.log
        finally:
            self.kill()

    def start(self) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("HAMRAH_")}
        settings = {"HAMRAH_LISTEN": f"127.0.0.1:{self.port}", "PYTHONPATH": str(ROOT)}
        with (self.folder / "log.jsonl").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "bot", "run"],
                env=kept | settings,
                cwd=self.folder,
                stdout=subprocess.DEVNULL,
                stderr=log,
            )
        until_served(self.url)

    def stop(self) -> int:
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait(PATIENCE)

    @property
    def log(self) -> str:
        return (self.folder / "log.jsonl").read_text(encoding="utf-8")


def until_served(url: str) -> None:
    """A machine that is busy takes its time to start a process."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            urllib.request.urlopen(url, timeout=5).close()
        except urllib.error.HTTPError:
            return
        except (urllib.error.URLError, ConnectionError):
            assert time.monotonic() < end
            time.sleep(0.05)
        else:
            return
