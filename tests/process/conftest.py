"""A played Telegram and a trial for each test; each starts real processes, so all are slow."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.trial.definitions import DEFAULT_TRIAL, load_study
from bot.trial.publishing import FILE, publish
from tests.botapi.client import BotApi
from tests.process.hamrah import Hamrah

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.slow)


@pytest.fixture
def api() -> Iterator[BotApi]:
    with BotApi.start() as api:
        yield api


@pytest.fixture(scope="session")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The trial as a site keeps it beside the program, published as it is now."""
    folder = tmp_path_factory.mktemp("site") / "trial"
    shutil.copytree(DEFAULT_TRIAL, folder)
    (folder / FILE).unlink(missing_ok=True)
    publish(load_study(folder))
    return folder


@pytest.fixture
def hamrah(tmp_path: Path, api: BotApi, trial: Path) -> Hamrah:
    return Hamrah.at(tmp_path, api, TRIAL=str(trial))
