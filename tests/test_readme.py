"""The README's tables are made from the code, and its commands exist."""

import re
import shlex
from pathlib import Path

import pytest

from bot.cli import _parser
from bot.settings import PREFIX, SETTINGS, _default
from bot.trial.definitions import DEFAULT_TRIAL, load_study
from flows.commands import COMMANDS
from flows.commands.command import Reach
from flows.text import text

README = Path(__file__).parent.parent / "README.md"


def _settings_table() -> str:
    rows = [
        f"| `{PREFIX}{it.name}` | {it.help} | {_default(it).removeprefix(' (default: ')[:-1]} |"
        for it in SETTINGS
    ]
    return "\n".join(["| name | what it is | default |", "|---|---|---|", *rows])


def _commands_table() -> str:
    study = load_study(DEFAULT_TRIAL)
    rows = [
        f"| `/{command.name}` | {command.reach.value} "
        f"| {', '.join(sorted(role.value for role in command.roles))} "
        f"| {study.render(text(f'command.{command.name}.help'), 'en')} "
        f"| {study.render(text(f'command.{command.name}.help'), 'fa')} |"
        for command in COMMANDS
        if command.reach is not Reach.BUTTON
    ]
    return "\n".join(
        ["| command | where | who | English | فارسی |", "|---|---|---|---|---|", *rows]
    )


@pytest.mark.parametrize("name", ["settings", "commands"])
def test_a_table_is_that_of_the_code(name: str, rewrite_readme: bool) -> None:
    """Settings and commands are listed as they are; --rewrite-readme writes them anew."""
    table = {"settings": _settings_table, "commands": _commands_table}[name]()
    readme = README.read_text(encoding="utf-8")
    block = re.compile(rf"<!-- {name} -->\n.*?<!-- /{name} -->", re.DOTALL)
    written = block.sub(lambda _: f"<!-- {name} -->\n{table}\n<!-- /{name} -->", readme)
    if rewrite_readme:
        README.write_text(written, encoding="utf-8")
    assert written == README.read_text(encoding="utf-8")


def _command_lines() -> list[str]:
    lines = README.read_text(encoding="utf-8").splitlines()
    given = [line.strip() for line in lines if line.strip().startswith(".venv/bin/hamrah ")]
    return [re.split(" [#>]", line.removeprefix(".venv/bin/hamrah "))[0].strip() for line in given]


@pytest.mark.parametrize("line", _command_lines())
def test_a_command_of_the_readme_exists(line: str) -> None:
    """Each `hamrah` line of the README is one that the command line takes."""
    assert _parser().parse_args(shlex.split(line)).command


def test_the_files_that_the_readme_names_exist() -> None:
    readme = README.read_text(encoding="utf-8")
    linked = re.findall(r"\]\(([^):#]+)\)", readme)
    named = re.findall(r"`((?:bot|flows|storage|tests|locales)/[\w./-]+)`", readme)
    here = [path for path in linked + named if "NAME" not in path]
    assert [path for path in here if not (README.parent / path).exists()] == []
