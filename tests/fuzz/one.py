"""Fuzzes one target until its time is over or something is found.

`python -m tests.fuzz.one NAME …`: what stands behind the name is libFuzzer's, folders of inputs,
the first of which takes what is new, and its flags.
"""

import sys

import atheris
import structlog

with atheris.instrument_imports(include=["bot", "flows", "storage"]):
    from tests.fuzz.targets import TARGETS, prepare

if __name__ == "__main__":
    _, name, *given = sys.argv
    # libFuzzer gives this to a shell when it begins itself anew, as merging does.
    program = f"{sys.executable} -m tests.fuzz.one {name}"
    # What is refused is logged, thousands of times a second.
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    prepare()
    atheris.Setup([program, *given], TARGETS[name])
    atheris.Fuzz()
