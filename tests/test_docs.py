"""The pages in docs/ tell of what is there."""

import ast
import re
from pathlib import Path

HOUSE = Path(__file__).parent.parent
REQUIREMENTS = HOUSE / "docs" / "requirements.md"
# What is required, by the letters of its subject and how many there are of each.
SUBJECTS = {"A": 5, "B": 5, "C": 7, "D": 6, "E": 1}


def test_every_requirement_stands_in_the_table_once_and_in_order() -> None:
    found = re.findall(r"^\| ([A-E]\d) \|", REQUIREMENTS.read_text(encoding="utf-8"), re.MULTILINE)
    assert found == [
        f"{subject}{it + 1}" for subject, many in SUBJECTS.items() for it in range(many)
    ]


def test_what_is_said_to_prove_a_requirement_is_a_test() -> None:
    rows = [it for it in REQUIREMENTS.read_text(encoding="utf-8").splitlines() if "::" in it]
    assert len(rows) == sum(SUBJECTS.values())
    named = {it for row in rows for it in re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", row)}
    assert {(path, name) for path, name in named if name not in _tests(HOUSE / path)} == set()


def _tests(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {it.name for it in ast.walk(tree) if isinstance(it, functions)}
