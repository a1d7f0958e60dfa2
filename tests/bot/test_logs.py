"""Nothing personal reaches the log, whatever is thrown at it."""

import json
import logging
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog

from bot import logs

TOKEN = "5000000001:AAFakeTokenOfThePlayedBotApi0000001"
PLANTED = (TOKEN, "سارا محمدی", "sara", "+989121234567", "۰۹۱۲", "987654321", "my hair falls out")

Logged = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def logged(capfd: pytest.CaptureFixture[str]) -> Iterator[Logged]:
    root = logging.root
    before = (list(root.handlers), root.level)
    logs.set_up()

    def read() -> list[dict[str, Any]]:
        written = capfd.readouterr().err
        assert all(planted not in written for planted in PLANTED)
        return [json.loads(line) for line in written.splitlines()]

    yield read
    logging.captureWarnings(capture=False)
    root.handlers, root.level = before
    structlog.reset_defaults()


def fail_with(words: str) -> None:
    name = words
    try:
        int(f"{name}!")
    except ValueError as error:
        raise RuntimeError(f"could not send {name}", name) from error


@pytest.mark.parametrize("words", PLANTED)
def test_of_an_error_only_its_kind_and_places_are_kept(logged: Logged, words: str) -> None:
    try:
        fail_with(words)
    except RuntimeError as error:
        logs.failure("sending_failed", error, message=7)
    (line,) = logged()
    assert line["event"] == "sending_failed"
    assert line["error"] == "RuntimeError < ValueError"
    assert line["message"] == 7
    assert [frame.split()[1] for frame in line["frames"]][-1] == "fail_with"


@pytest.mark.parametrize("words", PLANTED)
def test_facts_of_another_name_or_kind_are_dropped(logged: Logged, words: str) -> None:
    logs.log("turn_taken", update=5, chat=987654321, name=words, kind=f"{words} ", count=words)
    (line,) = logged()
    assert line.keys() == {"event", "level", "at", "update"}


@pytest.mark.parametrize("words", PLANTED)
def test_other_libraries_are_not_quoted(logged: Logged, words: str) -> None:
    logging.getLogger("httpx").info("POST https://api.telegram.org/bot%s/sendMessage", words)
    logging.getLogger("telegram.ext").warning("refused: %s", words)
    try:
        fail_with(words)
    except RuntimeError:
        logging.getLogger("apscheduler.executors").exception("Job %s failed", words)
    warned, failed = logged()
    assert (warned["event"], warned["library"]) == ("library_warned", "telegram")
    assert (failed["event"], failed["error"]) == ("library_failed", "RuntimeError < ValueError")


def test_a_warning_is_told_without_its_words(logged: Logged) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=True)
        warnings.warn(TOKEN, stacklevel=1)
    assert [line["event"] for line in logged()] == ["library_warned"]
