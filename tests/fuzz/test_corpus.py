"""What fuzzing found, and what it began with, is played on every run; `make fuzz` finds more."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz.targets import TARGETS

CORPUS = Path(__file__).parent / "corpus"
# Each of them plays a conversation.
SLOW = {"conversations", "take_overs"}


def _marked(name: str) -> object:
    return pytest.param(name, marks=[pytest.mark.slow] if name in SLOW else [])


@pytest.mark.parametrize("name", [_marked(name) for name in TARGETS])
def test_everything_in_the_corpus_is_taken_or_refused(name: str) -> None:
    kept = sorted((CORPUS / name).iterdir())
    assert kept
    for it in kept:
        TARGETS[name](it.read_bytes())


@pytest.mark.slow
@pytest.mark.parametrize("name", TARGETS)
@settings(max_examples=30)
@given(
    data=st.binary(max_size=300) | st.text(max_size=100).map(lambda it: it.encode(errors="replace"))
)
def test_any_bytes_are_taken_or_refused(name: str, data: bytes) -> None:
    TARGETS[name](data)


def test_the_corpus_is_small_and_of_what_is_fuzzed() -> None:
    assert {it.name for it in CORPUS.iterdir()} == set(TARGETS)
    assert sum(it.stat().st_size for it in CORPUS.rglob("*") if it.is_file()) < 1_000_000
