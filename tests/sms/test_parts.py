"""How many parts a text takes, and that nothing is lost where it is cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sms.parts import MOST_PARTS, count_parts, is_gsm, split


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("[" * 80, 1),
        ("a" * 152 + "[" * 5, 2),
        ("a" * 152 + "[" * 77, 3),
        ("س" * 70, 1),
        ("س" * 71, 2),
        ("س" * 134, 2),
        ("س" * 135, 3),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("😀" * 67, 3),
    ],
)
def test_parts_are_counted_as_an_operator_does(text: str, parts: int) -> None:
    """A letter of two units stands in one part: 33 emoji fit 67 units, not 33 and a half."""
    assert count_parts(text) == parts


def test_a_long_text_is_cut_behind_sentences_and_not_behind_a_number_in_a_list() -> None:
    sentence = "این یک جملهٔ نسبتاً بلند است که چند کلمه دارد. "
    made = split(sentence * 12 + "\n\n۱. بله\n۲. نه")
    assert len(made) == 2
    assert all(it.endswith((".", "۲. نه")) for it in made)
    assert made[-1].endswith("۱. بله\n۲. نه")


@given(
    st.lists(
        st.text(st.sampled_from("ab[سلام 😀.\n۱؟"), min_size=1) | st.just("کلمه. " * 30),
        max_size=40,
    ).map("".join)
)
def test_no_sms_is_too_long_and_none_is_empty_and_no_word_is_lost(text: str) -> None:
    made = split(text)
    assert all(count_parts(it) <= MOST_PARTS for it in made)
    assert "".join("".join(made).split()) == "".join(text.split())
    assert len(made) == 1 or all(it.strip() for it in made)


def test_only_what_every_phone_writes_is_in_the_small_alphabet() -> None:
    assert is_gsm("Hello, [you] & €5\n")
    assert not is_gsm("Hello…")
