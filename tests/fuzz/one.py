"""Fuzzes one target until its time is over or something is found.

`python -m tests.fuzz.one NAME …`: what stands behind the name is libFuzzer's: folders of inputs, the first of which takes what is new,
and its flags.
"""

import sys

import atheris
import structlog

with atheris.instrument_imports(include=["bot", "flows", "storage"]):
    from tests.fuzz.targets import TARGETS

if __name__ == "__main__":
    program, name, *given = sys.argv
    target = TARGETS[name]
    # What is refused is logged, thousands of times a second.
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    target(b"")  # What it plays on is built before its time begins.
    atheris.Setup([program, *given], target)
    atheris.Fuzz()
