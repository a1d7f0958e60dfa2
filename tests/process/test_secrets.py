"""Secrets stay out of what others on the machine can list, and out of what a crash leaves."""

import argparse
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.cli import _parser
from tests.botapi.client import ROOT, BotApi
from tests.process.hamrah import COMMAND, PATIENCE, Hamrah

pytestmark = pytest.mark.slow

SECRET = "a-webhook-secret-of-32-characters"
PR_GET_DUMPABLE = 3
NAMES_A_SECRET = re.compile(r"token|secret|passw|\bpin\b|key")


@pytest.fixture
def hamrah(tmp_path: Path, api: BotApi) -> Hamrah:
    """As it is written down: what is secret stands in a file that its owner alone can read."""
    given = Hamrah.at(tmp_path, api)
    given.settings |= {"WEBHOOK_URL": f"{given.url}/telegram", "WEBHOOK_SECRET": SECRET}
    file = tmp_path / ".env"
    lines = [f"HAMRAH_{name}={value}" for name, value in given.settings.items()]
    file.write_text("\n".join(lines), encoding="utf-8")
    file.chmod(0o600)
    given.settings.clear()
    return given


def test_no_secret_stands_in_a_process_listing_or_in_what_a_crash_leaves(
    hamrah: Hamrah, api: BotApi, tmp_path: Path
) -> None:
    (tmp_path / "data").mkdir()
    with (tmp_path / "log").open("wb") as log:
        service = subprocess.Popen(
            ["bash", "-c", 'ulimit -c unlimited; exec "$@"', "bash", *COMMAND, "run"],
            env=hamrah.environment | {"PYTHONPATH": str(ROOT)},
            cwd=tmp_path,
            stdout=log,
            stderr=log,
        )
    try:
        api.wait_until(lambda: api.calls("setWebhook"), timeout=PATIENCE)
        of_service = Path(f"/proc/{service.pid}")
        listed = b"".join((of_service / name).read_bytes() for name in ("cmdline", "environ"))
        limits = (of_service / "limits").read_text(encoding="ascii")
        service.send_signal(signal.SIGABRT)
        assert service.wait(PATIENCE) == -signal.SIGABRT
    finally:
        service.kill()
    assert b"-m\0bot\0run" in listed
    key = (tmp_path / "data" / "master.key").read_text(encoding="ascii").split()[1]
    seen = listed + (tmp_path / "log").read_bytes()
    assert not [it for it in (api.token, SECRET, key) if it.encode() in seen]
    assert re.search(r"Max core file size +0 +0 ", limits)
    assert not list(tmp_path.rglob("core*"))


@pytest.mark.skipif(sys.platform != "linux", reason="what Linux alone can do")
def test_no_other_program_of_the_same_user_reads_the_memory() -> None:
    asked = f"""
import ctypes
from bot.secrecy import keep_to_itself
def is_readable(): return ctypes.CDLL(None).prctl({PR_GET_DUMPABLE}, 0, 0, 0, 0)
print(is_readable())
keep_to_itself()
print(is_readable())
"""
    printed = subprocess.check_output([sys.executable, "-c", asked], cwd=ROOT, text=True)
    assert printed.split() == ["1", "0"]


def test_no_command_takes_a_secret_that_would_stay_in_the_history_of_the_terminal() -> None:
    taken = {name for parser in _parsers(_parser()) for name in _names(parser)}
    assert {"name", "role", "person"} <= taken
    assert not [name for name in taken if NAMES_A_SECRET.search(name)]


def _parsers(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for below in action.choices.values():
                yield from _parsers(below)


def _names(parser: argparse.ArgumentParser) -> Iterator[str]:
    for action in parser._actions:
        yield f"{action.dest} {action.metavar or ''}".replace("_", " ").strip().lower()
