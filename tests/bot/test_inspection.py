"""What would fail in front of somebody is said before the start."""

from pathlib import Path

import pytest

from bot.trial.definition_files import DefinitionRefused
from bot.trial.definitions import load_study
from bot.trial.inspection import inspect_study
from tests.bot.spoiling import spoil

PGAIS = "instruments/pgais.toml"


def inspected(folder: Path) -> list[str]:
    return [line.removeprefix(f"{folder}/") for line in inspect_study(load_study(folder))]


def test_the_trial_that_comes_with_the_program_is_well(folder: Path) -> None:
    assert inspected(folder) == []


def test_an_open_point_without_wording_is_named(folder: Path) -> None:
    spoil(folder, '"blinding"', '"blindness"')
    said = "trial.toml: open_points[2]: there is no wording protocol.point.blindness"
    assert said in inspected(folder)


def test_a_pregnancy_that_no_item_tells_of_is_named(folder: Path) -> None:
    spoil(folder, 'pregnancy = "pregnant"', 'pregnancy = "expecting"')
    said = 'trial.toml: before_session.pregnancy: pre_session has no item "expecting"'
    assert said in inspected(folder)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            'days_item = "days"',
            'days_item = "severity"',
            'days_item: side_effects.1 follows up with no number "severity"',
        ),
        (
            'no_problem_code = "NO"',
            'no_problem_code = "NEVER"',
            'no_problem_item: safety_check.1 has no answer "NEVER" to such an item',
        ),
    ],
)
def test_an_answer_that_cannot_be_compared_is_named(
    folder: Path, old: str, new: str, said: str
) -> None:
    spoil(folder, old, new)
    assert f"trial.toml: edit_checks.{said}" in inspected(folder)


@pytest.mark.parametrize(
    ("length", "well"), [(200 - len("Group A: "), True), (201 - len("Group A: "), False)]
)
def test_an_arm_that_does_not_fit_its_popup_is_named(folder: Path, length: int, well: bool) -> None:
    spoil(folder, 'en = "Exosome" }', f'en = "{"x" * length}" }}')
    said = "trial.toml: arms[1].name: en: with its code, longer than 200 characters"
    assert (said not in inspected(folder)) == well


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('id = "overall"', 'id = "over.all"', 'pgais.1: items: the id "over.all" must be of'),
        ('id = "overall"', 'id = ""', 'pgais.1: items: the id "" must be of'),
        ('code = "VMI"', 'code = "V:MI"', 'pgais.1: gais: the code "V:MI" must be of'),
        (
            'scale = "gais"',
            'options = [{ code = "خ" }]',
            'pgais.1: overall: the code "خ" must be of the characters A-Z, a-z, 0-9 and _',
        ),
    ],
)
def test_an_id_or_code_that_a_button_cannot_carry_is_named(
    folder: Path, old: str, new: str, said: str
) -> None:
    spoil(folder, old, new, PGAIS)
    assert any(line.startswith(said) for line in inspected(folder))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("items =", "published.toml: is not TOML: "),
        ('"pgais.1" = 3', "published.toml: [pgais.1]: does not fit here: a table"),
        ('["pgais.1"]\nitems = 3', "published.toml: [pgais.1][items]: must be a text in quotes"),
    ],
)
def test_fingerprints_that_cannot_be_read_are_refused_with_their_file(
    folder: Path, content: str, said: str
) -> None:
    (folder / "published.toml").write_text(content, encoding="utf-8")
    with pytest.raises(DefinitionRefused) as refused:
        inspected(folder)
    assert str(refused.value).removeprefix(f"{folder}/").startswith(said)
