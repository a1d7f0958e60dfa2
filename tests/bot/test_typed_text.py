import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language.typed_text import compact, normalize, trimmed, words_of


@pytest.mark.parametrize(
    ("typed", "normalized"),
    [
        ("  ۱۲\t٣٤ \n5 ", "12 34 5"),
        ("كتاب علي", "کتاب علی"),
        ("أإآ", "أإآ"),
        ("قرة مؤثر خانۀ", "قره موثر خانه"),
        ("می‌خواهم", "می خواهم"),
        ("ســــلام", "سلام"),
        ("لطفاً", "لطفا"),
        ("\u200f\u2068P-017\u2069\u200e", "p-017"),
        ("۲٫۵", "2.5"),
        ("Very IMPROVED", "very improved"),
        ("ＯＫ", "ok"),
        ("7️⃣", "7"),
        ("۷ـ۸", "7-8"),
        ("7–8", "7-8"),
        ("7‌8", "7 8"),
    ],
)
def test_one_text_however_it_is_typed(typed: str, normalized: str) -> None:
    assert normalize(typed) == normalized


@given(st.text() | st.text(alphabet="يىكةۀؤأإآ۰٣٫ـ\u200c\u200f\u064b\u0654İſK\u1100\u1161 -7"))
def test_normalizing_again_changes_nothing(text: str) -> None:
    assert normalize(normalize(text)) == normalize(text)


@given(st.text())
def test_trimming_leaves_letters_or_digits_at_both_ends(text: str) -> None:
    left = trimmed(normalize(text))
    assert not left or (left[0].isalnum() and left[-1].isalnum())


@pytest.mark.parametrize("typed", ["✅ بله!", "«بله»", "- بله.", "(بله) 🙂"])
def test_marks_around_an_option_are_trimmed(typed: str) -> None:
    assert trimmed(normalize(typed)) == "بله"


def test_compact_text_keeps_numbers_apart() -> None:
    assert compact("11 مرداد ماه 14 04") == "11مردادماه14 04"


@pytest.mark.parametrize("typed", ["نمی‌خوام", "نمی خوام", "نمیخوام", "نمي‌خوام"])
def test_a_half_space_makes_no_other_word(typed: str) -> None:
    assert words_of(typed) == ("نمیخوام",)


def test_apostrophes_make_no_other_word() -> None:
    assert words_of("Don’t") == words_of("don't") == words_of("dont")
