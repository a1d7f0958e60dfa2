"""Rules of the house that no import contract can state."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

from bot.turn.performing import PERFORMERS
from flows.effects import Effect
from flows.effects.following import Following
from flows.effects.speaking import Saying

HOUSE = Path(__file__).parent.parent
PERSIAN = re.compile("[\u0600-\u06ff]")
# Modules whose work is the script itself: letters to be folded, digits to be mapped.
ABOUT_THE_SCRIPT = {
    "bot/language/calendars.py",
    "bot/language/stop_words.py",
    "bot/language/typed_answers.py",
    "bot/language/typed_text.py",
    "bot/language/typed_times.py",
    "bot/language/wording.py",
    "bot/language/wording_inspection.py",
    "flows/list_formats.py",
}


def _code() -> Iterator[tuple[str, str]]:
    for room in ("bot", "flows", "storage"):
        for path in sorted((HOUSE / room).rglob("*.py")):
            yield path.relative_to(HOUSE).as_posix(), path.read_text(encoding="utf-8")


def test_only_the_arms_module_names_the_tables_of_arms() -> None:
    """No other query can read an arm, what can name one, or what is written of an event."""
    named = re.compile(
        r"tables\.(sealed_arm|session_note|safety_note|arm_told|arm_guess|incident_words)\b"
    )
    naming = {path for path, code in _code() if named.search(code)}
    assert naming == {"storage/arms.py"}


def test_no_wording_stands_in_code() -> None:
    """What people read is in the catalogues: no Persian sentence stands in a module."""
    worded = {
        path
        for path, code in _code()
        if path not in ABOUT_THE_SCRIPT and PERSIAN.search(code) is not None
    }
    assert worded == set()


def test_no_wording_stands_in_a_page() -> None:
    """A page is given its words; what it holds itself is digits and marks to be matched."""
    letters = re.compile("[\u0622-\u063a\u0641-\u064a\u067e-\u06cc]{2}")
    pages = sorted((HOUSE / "bot/web/page").glob("*.*"))
    worded = {it.name for it in pages if letters.search(it.read_text("utf-8"))}
    assert worded == set()


def test_sql_stands_in_storage_alone() -> None:
    """Queries are made in storage; the shell only passes the connection on."""
    building = re.compile(r"from sqlalchemy import [^\n]*\b(select|insert|update|delete|text)\b")
    assert {path.split("/")[0] for path, code in _code() if building.search(code)} == {"storage"}


def test_lock_files_name_no_index() -> None:
    """A lock file holds versions and hashes; where packages come from is the machine's business."""
    for name in ("requirements.lock", "requirements-dev.lock", "requirements-fuzz.lock"):
        lines = (HOUSE / name).read_text(encoding="utf-8").splitlines()
        assert not [line for line in lines if "://" in line or line.startswith("--index")]


def test_every_locked_package_has_a_hash() -> None:
    lock = (HOUSE / "requirements.lock").read_text(encoding="utf-8")
    blocks = re.split(r"\n(?=[a-z0-9])", lock.strip())
    assert [block.split("\n")[0] for block in blocks if "--hash=sha256:" not in block] == []


def test_dependencies_are_those_that_are_used() -> None:
    """Each package that the project asks for is imported somewhere in it."""
    project = tomllib.loads((HOUSE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = {re.split(r"[\[><=]", it)[0] for it in project["dependencies"]}
    module = {
        "pillow": "PIL",
        "argon2-cffi": "argon2",
        "fpdf2": "fpdf",
        "prometheus-client": "prometheus_client",
        "python-dotenv": "dotenv",
        "python-telegram-bot": "telegram",
    }
    code = "\n".join(text for _, text in _code())
    # tzdata is data that zoneinfo reads; aiosqlite is named in the engine's URL; uharfbuzz shapes
    # the text of fpdf.
    unused = {
        name
        for name in asked - {"tzdata", "aiosqlite", "uharfbuzz"}
        if not re.search(rf"^\s*(from|import) {module.get(name, name)}\b", code, re.MULTILINE)
    }
    assert unused == set()


def test_every_effect_is_performed_by_one_module() -> None:
    named = {*get_args(Effect)} - {*get_args(Saying), *get_args(Following)}
    assert named == {*PERFORMERS}
