from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language.stop_words import is_start, is_stop
from bot.language.wording import LANGUAGES
from bot.trial.definitions import DEFAULT_TRIAL, load_study
from flows.instruments import form
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


def test_no_answer_to_any_question_is_a_stop() -> None:
    """By number, by the option's words or by what stands on its button, in either language."""
    study = load_study(DEFAULT_TRIAL)
    items = [
        item
        for instrument in study.instruments.values()
        for any_time in (False, True)
        for item in form(instrument, any_time=any_time).items
    ]
    said = {
        study.render(label, language)
        for item in items
        for option in item.options
        for label in (option.label, option.button or option.label)
        for language in LANGUAGES
    }
    assert len(said) > 100
    assert [words for words in said if is_stop(words, study.lexicon)] == []
    assert [words for words in said if is_start(words, study.lexicon)] == []


@given(st.integers(0, 1000), st.sampled_from(["{}", "{}.", " {} ", "({})", "{} 11", "۱ و {}"]))
def test_no_number_is_a_stop(number: int, written: str) -> None:
    assert not is_stop(written.format(number), lexicon())


@given(st.text())
def test_every_text_is_either_a_stop_or_not(text: str) -> None:
    assert is_stop(text, lexicon()) in {True, False}


def test_a_very_long_message_is_read_quickly() -> None:
    assert not is_stop("پیام به من " * 2000 + "stop sending me any more " * 2000, lexicon())
