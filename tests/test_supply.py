"""What comes from others: pinned by its digests, looked up for known holes, and listed."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LOCKS = ("requirements.lock", "requirements-dev.lock")


def pinned(lock: str) -> dict[str, str]:
    """Each package with what stands behind its name, up to the next."""
    text = (ROOT / lock).read_text(encoding="utf-8")
    entries = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE | re.ASCII)[1:]
    return {entry.split()[0]: entry for entry in entries}


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_is_pinned_with_its_digests_and_to_no_index(lock: str) -> None:
    entries = pinned(lock)
    assert len(entries) > 30
    for package, entry in entries.items():
        assert re.fullmatch(r"[a-z0-9.-]+(\[[a-z,]+\])?==[^;]+", package)
        assert "--hash=sha256:" in entry
        assert "://" not in entry


def told_of(report: object) -> subprocess.CompletedProcess[str]:
    """What is said of a report of pip-audit's; of none where it reached nobody."""
    return subprocess.run(
        [sys.executable, ".ci/known_holes.py"],
        input="" if report is None else json.dumps(report),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_known_hole_fails_the_check_and_is_named() -> None:
    hole = {"id": "PYSEC-2026-1", "fix_versions": ["1.2"], "aliases": [], "description": ""}
    holed = {"name": "holed", "version": "1.1", "vulns": [hole]}
    sound = {"name": "sound", "version": "2.0", "vulns": []}
    told = told_of({"dependencies": [sound, holed], "fixes": []})
    assert told.returncode == 1
    assert told.stderr == "holed 1.1: PYSEC-2026-1, mended in 1.2\n"
    assert told_of({"dependencies": [sound], "fixes": []}).returncode == 0


@pytest.mark.parametrize(
    "report", [None, {"dependencies": [{"name": "x", "skip_reason": "not found"}]}]
)
def test_an_index_that_does_not_tell_is_said_and_no_failure(report: object) -> None:
    told = told_of(report)
    assert told.returncode == 0
    assert "not checked" in told.stdout


@pytest.mark.slow
def test_the_bill_of_materials_lists_what_the_service_runs_on(tmp_path: Path) -> None:
    made = tmp_path / "sbom.json"
    subprocess.run(["make", "sbom", f"SBOM={made}"], cwd=ROOT, check=True, capture_output=True)
    bill = json.loads(made.read_text(encoding="utf-8"))
    assert bill["bomFormat"] == "CycloneDX"
    assert bill["metadata"]["component"]["name"] == "hamrah"
    listed = {f"{it['name']}=={it['version']}" for it in bill["components"]}
    assert listed == {re.sub(r"\[.*\]", "", package) for package in pinned("requirements.lock")}
