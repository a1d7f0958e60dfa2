from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language.stop_words import is_start, is_stop
from tests.bot.words import lexicon


def phrases(name: str) -> list[str]:
    return (Path(__file__).parent / name).read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("phrase", phrases("stop_phrases.txt"))
def test_a_wish_to_stop_is_heard(phrase: str) -> None:
    assert is_stop(phrase, lexicon())


@pytest.mark.parametrize("phrase", phrases("mail_phrases.txt"))
def test_ordinary_mail_is_no_stop(phrase: str) -> None:
    assert not is_stop(phrase, lexicon())


@pytest.mark.parametrize("phrase", phrases("mail_phrases.txt"))
def test_ordinary_mail_is_no_start(phrase: str) -> None:
    assert not is_start(phrase, lexicon())


@pytest.mark.parametrize(
    "text", ["START", "start", "/start", "Start!", "شروع", "شروع کنید", "لطفا شروع کنید"]
)
def test_the_word_alone_starts_again(text: str) -> None:
    assert is_start(text, lexicon())


@pytest.mark.parametrize("text", ["", "when do we start?", "کی شروع می‌شود", "start the drops"])
def test_a_sentence_about_starting_is_no_start(text: str) -> None:
    assert not is_start(text, lexicon())


def test_a_wish_to_stop_on_a_line_of_its_own_is_heard() -> None:
    assert is_stop("سلام دکتر\nحالم خوب نیست\nتوقف", lexicon())


@given(st.text())
def test_every_text_is_either_a_stop_or_not(text: str) -> None:
    assert is_stop(text, lexicon()) in {True, False}


def test_a_very_long_message_is_read_quickly() -> None:
    assert not is_stop("پیام به من " * 2000 + "stop sending me any more " * 2000, lexicon())
