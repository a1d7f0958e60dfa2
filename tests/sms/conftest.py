"""A service that is reached by SMS, behind a real Kannel."""

import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.rehearsal.world import World
from flows.roles import Role
from tests.process.hamrah import Hamrah, free_port
from tests.sms.line import Line
from tests.sms.operator import NUMBER, PASSWORD, PROGRAMS, USER, Operator

SECRET = "a-secret_of-at-least-16"


@pytest.fixture(scope="session")
def kannel() -> None:
    """Kannel's programs; where everything must run, they must be there."""
    if all(map(shutil.which, PROGRAMS)):
        return
    if os.environ.get("CI"):
        pytest.fail("there is no Kannel on this machine; install Debian's package kannel")
    pytest.skip("there is no Kannel on this machine")


@pytest.fixture
def operator(tmp_path: Path, kannel: None) -> Operator:
    return Operator(tmp_path, f"http://127.0.0.1:{free_port()}/sms/{SECRET}")


@pytest.fixture
def hamrah(tmp_path: Path, operator: Operator) -> Hamrah:
    settings = {
        "SMS_GATEWAY": "kannel",
        "SMS_URL": operator.url,
        "SMS_USER": USER,
        "SMS_PASSWORD": PASSWORD,
        "SMS_NUMBER": NUMBER,
        "SMS_SECRET": SECRET,
        "LISTEN": operator.callback.split("/")[2],
        "DATA": str(tmp_path / "data"),
    }
    return Hamrah(tmp_path / "data", settings)


@pytest.fixture
async def line(tmp_path: Path) -> AsyncIterator[Line]:
    """A trial with Sara, who is reached by SMS alone."""
    world = await World.begin(tmp_path)
    await world.add_staff("coordinator", Role.COORDINATOR)
    line = Line.to(world)
    line.sara = await line.enrol("Sara")
    yield line
    await world.end()
