"""The trial's folder, for tests that change something in it."""

import shutil
from pathlib import Path

import pytest

from bot.trial.definitions import DEFAULT_TRIAL


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The trial's folder, to be spoilt."""
    return Path(shutil.copytree(DEFAULT_TRIAL, tmp_path / "trial"))
