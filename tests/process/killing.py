"""A command of the operator's that dies at a step that is chosen, as by a power cut."""

import signal
import subprocess
import sys

from tests.botapi.client import ROOT
from tests.process.hamrah import PATIENCE, Hamrah

# A step is a file that is renamed or forced to the disk, or a statement of the database. Those
# before the command has the keys for itself are not counted.
_DYING = """
import os, signal, sqlite3, sys
from sqlalchemy import Engine, event
left, counting = int(sys.argv.pop(1)), False
def step(*_):
    global left
    if counting:
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
def seen(name, arguments):
    global counting
    if name == "open" and str(arguments[0]).endswith("keys.lock"):
        counting = True
    if name == "os.rename":
        step()
forced = os.fsync
def fsync(file):
    step()
    forced(file)
os.fsync = fsync
sys.addaudithook(seen)
event.listen(Engine, "before_cursor_execute", step)
from bot.cli import main
ended = main()
sys.stdout.flush()
step()
os._exit(ended)
"""


def killed_at(hamrah: Hamrah, step: int, *words: str, typed: str = "") -> bool:
    """Whether the command died at this step; it ended well before it if not."""
    ended = subprocess.run(
        [sys.executable, "-c", _DYING, str(step), *words],
        env=hamrah.environment | {"PYTHONPATH": str(ROOT)},
        cwd=hamrah.data.parent,
        input=typed,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    if ended.returncode != -signal.SIGKILL:
        assert ended.returncode == 0, ended.stderr
        return False
    return True
