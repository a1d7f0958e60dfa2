"""Options and fixtures that all tests share."""

import pytest
from hypothesis import HealthCheck, settings

# A loaded machine is slow now and then; how long an example takes is no property of the software.
settings.register_profile("hamrah", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("hamrah")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--rewrite-chats",
        action="store_true",
        help="write the golden chats anew, then read the diff",
    )
    parser.addoption("--rewrite-readme", action="store_true", help="write the README's tables anew")


@pytest.fixture
def rewrite_readme(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--rewrite-readme"))


@pytest.fixture
def rewrite_chats(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--rewrite-chats"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What tests counted is printed, also where they pass."""
    for report in terminalreporter.getreports("passed"):
        for name, counted in report.user_properties:
            if name == "counted":
                terminalreporter.write_line(str(counted))
