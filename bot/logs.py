"""Logs without personal data: JSON lines on standard error.

Rules that hold here:
- An event is a fixed name with facts beside it. A fact has one of the names below and is a number,
  a truth value or a short code. Anything else is dropped, whatever it holds.
- Of an error only its type and the places it passed through are kept: its message, arguments and
  variables may hold names, texts or the bot's token.
- Of other libraries only that they warned is kept, and where.
"""

import logging
import re
import sys
import threading
from collections.abc import Iterator, MutableMapping
from pathlib import Path
from types import TracebackType
from typing import Any

import structlog

Event = MutableMapping[str, Any]
Fact = int | float | str

_CODE = re.compile(r"[a-z][a-z0-9_.:/-]{0,63}", re.ASCII)
_WRITTEN_HERE = {"event", "level", "at", "error", "frames"}
_NUMBERS = {"attempt", "count", "entry", "line", "message", "plan", "port", "seconds", "update"}
_CODES = {"kind", "library", "method", "module", "reason", "version"}
_MOST_FRAMES = 20


def set_up() -> None:
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            only_safe_facts,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.root.handlers = [_OtherLibraries(logging.WARNING)]
    logging.root.setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)


def take_crashes() -> None:
    """What nobody caught is told like any failure, and not with a traceback."""
    sys.excepthook = lambda _kind, error, _traceback: failure("crashed", error)
    threading.excepthook = lambda crash: failure("crashed", crash.exc_value or SystemExit())
    sys.unraisablehook = lambda crash: failure("crashed", crash.exc_value or SystemExit())


def log(event: str, **facts: Fact) -> None:
    structlog.get_logger().info(event, **facts)


def warn(event: str, **facts: Fact) -> None:
    structlog.get_logger().warning(event, **facts)


def failure(event: str, error: BaseException, **facts: Fact) -> None:
    """An error: what kind, and where it came through."""
    frames = list(_frames(error.__traceback__))[-_MOST_FRAMES:]
    kinds = " < ".join(type(it).__name__ for it in _causes(error))
    structlog.get_logger().error(event, error=kinds, frames=frames, **facts)


def only_safe_facts(_logger: object, _method: str, event: Event) -> Event:
    return {name: value for name, value in event.items() if _safe(name, value)}


def _safe(name: str, value: object) -> bool:
    if name in _CODES:
        return isinstance(value, str) and bool(_CODE.fullmatch(value))
    return name in _WRITTEN_HERE or (name in _NUMBERS and isinstance(value, int | float))


def _causes(error: BaseException) -> Iterator[BaseException]:
    found: BaseException | None = error
    while found is not None:
        yield found
        found = found.__cause__


def _frames(traceback: TracebackType | None) -> Iterator[str]:
    while traceback is not None:
        code = traceback.tb_frame.f_code
        yield f"{Path(code.co_filename).stem}:{traceback.tb_lineno} {code.co_name}"
        traceback = traceback.tb_next


class _OtherLibraries(logging.Handler):
    """Their words may hold addresses with the token, texts or rows, so they are not repeated."""

    def emit(self, record: logging.LogRecord) -> None:
        facts: dict[str, Fact] = {
            "library": record.name.split(".")[0].lower(),
            "line": record.lineno,
        }
        facts["module"] = record.module.lower()
        error = record.exc_info[1] if record.exc_info else None
        if error is None:
            warn("library_warned", **facts)
        else:
            failure("library_failed", error, **facts)
