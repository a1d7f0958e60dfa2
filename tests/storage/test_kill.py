"""Killed at any moment: every acknowledged write is there afterwards."""

import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from storage.lock import exclusive


def acknowledge_until_killed(folder: Path, seconds: float) -> list[str]:
    command = [sys.executable, "-m", "tests.storage.writing", str(folder)]
    writing = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert writing.stdout is not None
    acknowledged = [writing.stdout.readline()]
    time.sleep(seconds)
    writing.send_signal(signal.SIGKILL)
    acknowledged += writing.stdout.readlines()
    writing.stdout.close()
    assert writing.wait() == -signal.SIGKILL
    # A line that the kill cut short was not an acknowledgement.
    return [line.strip() for line in acknowledged if line.endswith("\n")]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
def test_acknowledged_writes_survive_a_kill(tmp_path: Path, seed: int) -> None:
    acknowledged = acknowledge_until_killed(tmp_path, random.Random(seed).uniform(0, 0.5))
    with closing(sqlite3.connect(tmp_path / "hamrah.sqlite3")) as connection:
        rows = {text for (text,) in connection.execute("SELECT text FROM notes")}
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert acknowledged
    assert rows >= set(acknowledged)
    with exclusive(tmp_path):
        """The killed process no longer holds the lock."""
