"""`make fuzz`: every target for a while, beginning from the corpus that is kept.

With `--keep` what reaches code that nothing in the corpus reaches is put into it, and what reaches
nothing that others do not is left out. An input that finds something is left in `found/`; it goes
into the corpus, under a name, together with what mends it.
"""

import argparse
import re
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.fuzz.targets import TARGETS

HERE = Path(__file__).parent
# No answer takes so many seconds: an input that does is a finding.
_SLOWEST = 20


def main() -> int:
    given = _arguments()
    found = [name for name in given.targets or TARGETS if not _fuzz(name, given)]
    print(f"found something in: {', '.join(found)}" if found else "nothing was found")
    return 1 if found else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("targets", nargs="*", metavar="target", choices=[*TARGETS, []])
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--keep", action="store_true")
    return parser.parse_args()


def _fuzz(name: str, given: argparse.Namespace) -> bool:
    """Whether nothing was found."""
    print(f"{name}: {given.seconds} seconds", flush=True)
    kept = HERE / "corpus" / name
    kept.mkdir(parents=True, exist_ok=True)
    (HERE / "found").mkdir(exist_ok=True)
    with TemporaryDirectory() as new:
        well = _run(
            name,
            new,
            str(kept),
            f"-max_total_time={given.seconds}",
            f"-timeout={_SLOWEST}",
            f"-artifact_prefix={HERE}/found/{name}-",
        )
        if given.keep and well:
            _keep(name, kept, new)
    return well


def _keep(name: str, kept: Path, new: str) -> None:
    """The fewest of all inputs that reach what all of them reach, and those that were named."""
    with TemporaryDirectory() as fewest:
        if _run(name, "-merge=1", fewest, str(kept), new):
            for it in filter(_is_unnamed, kept.iterdir()):
                it.unlink()
            shutil.copytree(fewest, kept, dirs_exist_ok=True)


def _is_unnamed(kept: Path) -> bool:
    return re.fullmatch("[0-9a-f]{12,}", kept.name) is not None


def _run(name: str, *given: str) -> bool:
    command = [sys.executable, "-m", "tests.fuzz.one", name, *given]
    return subprocess.run(command, cwd=HERE.parent.parent, check=False).returncode == 0


if __name__ == "__main__":
    sys.exit(main())
