import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language.typed_answers import (
    read_choice,
    read_choices,
    read_number,
    read_participant_code,
    read_phone,
)
from bot.language.typed_text import Problem
from tests.bot.words import lexicon

DIGIT_SETS = ("0123456789", "۰۱۲۳۴۵۶۷۸۹", "٠١٢٣٤٥٦٧٨٩")
CHANGE = (
    ("VMI", ("خیلی بهتر شد", "Very much improved")),
    ("I", ("بهتر شد", "Improved")),
    ("NC", ("بدون تغییر", "No change")),
    ("W", ("بدتر شد", "Worse")),
    ("VMW", ("خیلی بدتر شد", "Very much worse")),
)
EFFECTS = (
    ("ITCH", ("خارش", "Itching")),
    ("RED", ("قرمزی و سوزش", "Redness and burning")),
    ("PAIN", ("درد", "Pain")),
    ("NONE", ("هیچ‌کدام", "None of these")),
)


@st.composite
def mixed_digits(draw: st.DrawFn) -> tuple[int, str]:
    number = draw(st.integers(0, 999_999_999))
    return number, "".join(draw(st.sampled_from(DIGIT_SETS))[int(digit)] for digit in str(number))


@given(mixed_digits())
def test_a_whole_number_is_read_in_any_mixture_of_digits(written: tuple[int, str]) -> None:
    number, text = written
    assert read_number(text) == number


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("7", 7),
        (" ۷. ", 7),
        ("٧!", 7),
        ("007", 7),
        ("7️⃣", 7),
        ("7-8", Problem.AMBIGUOUS),
        ("۷ـ۸", Problem.AMBIGUOUS),
        ("7 8", Problem.AMBIGUOUS),
        ("7,5", Problem.AMBIGUOUS),
        ("7/10", Problem.AMBIGUOUS),
        ("-7", Problem.AMBIGUOUS),
        ("about 7", Problem.AMBIGUOUS),
        ("7 days", Problem.AMBIGUOUS),
        ("2.5", Problem.NOT_WHOLE),
        ("۲٫۵", Problem.NOT_WHOLE),
        (".5", Problem.NOT_WHOLE),
        ("", Problem.NOT_A_NUMBER),
        ("seven", Problem.NOT_A_NUMBER),
        ("۷" * 5000, Problem.OUT_OF_RANGE),
    ],
)
def test_one_whole_number_and_nothing_else(text: str, expected: int | Problem) -> None:
    assert read_number(text) == expected


@pytest.mark.parametrize("text", ["7 days", "۷ روز", "7days", "۷ روز."])
def test_a_unit_may_stand_beside_the_number(text: str) -> None:
    assert read_number(text, units=("day", "days", "روز")) == 7


@pytest.mark.parametrize("text", ["7 weeks", "days", "7 days 2", "2.5 days"])
def test_any_other_word_is_refused(text: str) -> None:
    assert isinstance(read_number(text, units=("day", "days", "روز")), Problem)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1", "VMI"),
        ("۲", "I"),
        ("٣", "NC"),
        ("4.", "W"),
        ("5)", "VMW"),
        ("گزینه ۱", "VMI"),
        ("گزينه‌ي", Problem.NOT_AN_OPTION),
        ("option 2", "I"),
        ("Option2", "I"),
        ("2️⃣", "I"),
        ("improved", "I"),
        ("IMPROVED!", "I"),
        ("بهتر شد", "I"),
        ("خیلی بهترشد", "VMI"),
        ("بدون‌تغییر", "NC"),
        ("no", "NC"),
        ("very much improved", "VMI"),
        ("2. Improved", "I"),
        ("۲ - بهتر شد", "I"),
        ("very much", Problem.AMBIGUOUS),
        ("خیلی", Problem.AMBIGUOUS),
        ("1. Improved", Problem.AMBIGUOUS),
        ("1 2", Problem.AMBIGUOUS),
        ("7-8", Problem.AMBIGUOUS),
        ("2.5", Problem.AMBIGUOUS),
        ("1 or 2", Problem.AMBIGUOUS),
        ("6", Problem.NOT_AN_OPTION),
        ("0", Problem.NOT_AN_OPTION),
        ("12", Problem.NOT_AN_OPTION),
        ("", Problem.NOT_AN_OPTION),
        ("👍", Problem.NOT_AN_OPTION),
        ("not improved", Problem.NOT_AN_OPTION),
        ("بهتر نشد", Problem.NOT_AN_OPTION),
    ],
)
def test_an_option_by_number_or_words(text: str, expected: str | Problem) -> None:
    assert read_choice(text, CHANGE, lexicon()) == expected


def test_a_number_that_is_another_options_word_is_ambiguous() -> None:
    scale = (("none", ("0",)), ("little", ("1",)), ("much", ("2",)))
    assert read_choice("1", scale, lexicon()) is Problem.AMBIGUOUS
    assert read_choice("0", scale, lexicon()) == "none"


def test_a_word_of_two_options_is_ambiguous() -> None:
    options = (("A", ("بله", "yes")), ("B", ("بله", "yes, later")))
    assert read_choice("بله", options, lexicon()) is Problem.AMBIGUOUS


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1", ("ITCH",)),
        ("3 1", ("ITCH", "PAIN")),
        ("۱،۳", ("ITCH", "PAIN")),
        ("1, 1; 2", ("ITCH", "RED")),
        ("۱ و ۳", ("ITCH", "PAIN")),
        ("1 and 3", ("ITCH", "PAIN")),
        ("1\n3", ("ITCH", "PAIN")),
        ("گزینه‌های ۱ و ۳", ("ITCH", "PAIN")),
        ("options 1, 3", ("ITCH", "PAIN")),
        ("خارش و درد", ("ITCH", "PAIN")),
        ("خارش درد", ("ITCH", "PAIN")),
        ("قرمزی و سوزش", ("RED",)),
        ("خارش و قرمزی و سوزش", ("ITCH", "RED")),
        ("pain, itching", ("ITCH", "PAIN")),
        ("هیچکدام", ("NONE",)),
        ("1. خارش\n3. درد", ("ITCH", "PAIN")),
        ("1-3", Problem.AMBIGUOUS),
        ("7-8", Problem.AMBIGUOUS),
        ("1 درد", Problem.AMBIGUOUS),
        ("13", Problem.NOT_AN_OPTION),
        ("1, 9", Problem.NOT_AN_OPTION),
        ("خارش ندارم", Problem.NOT_AN_OPTION),
        ("itching but no pain", Problem.NOT_AN_OPTION),
        ("", Problem.NOT_AN_OPTION),
        (" , ", Problem.NOT_AN_OPTION),
        ("و", Problem.NOT_AN_OPTION),
    ],
)
def test_several_options(text: str, expected: tuple[str, ...] | Problem) -> None:
    assert read_choices(text, EFFECTS, lexicon()) == expected


@given(st.sets(st.integers(1, 4), min_size=1), st.sampled_from([" ", ",", "، ", " و ", ";", "\n"]))
def test_numbers_in_any_order_give_the_lists_order(numbers: set[int], separator: str) -> None:
    expected = tuple(EFFECTS[number - 1][0] for number in sorted(numbers))
    assert read_choices(separator.join(map(str, numbers)), EFFECTS, lexicon()) == expected


@pytest.mark.parametrize(
    "text",
    [
        "09123456789",
        "۰۹۱۲۳۴۵۶۷۸۹",
        "٠٩١٢٣٤٥٦٧٨٩",
        "9123456789",
        "+98 912 345 6789",
        "0098-912-345-6789",
        "989123456789",
        "\u200e+989123456789\u200e",
        "0912 345 67 89",
        "(0912) 345-6789",
    ],
)
def test_an_iranian_mobile_number_however_it_is_written(text: str) -> None:
    assert read_phone(text) == "+989123456789"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", Problem.NOT_A_PHONE),
        ("0912345678", Problem.NOT_A_PHONE),
        ("091234567890", Problem.NOT_A_PHONE),
        ("my number", Problem.NOT_A_PHONE),
        ("0912ABCDEFG", Problem.NOT_A_PHONE),
        ("09123456789 09351234567", Problem.NOT_A_PHONE),
        ("(", Problem.NOT_A_PHONE),
        ("02188776655", Problem.NOT_A_MOBILE),
    ],
)
def test_anything_else_is_no_mobile_number(text: str, problem: Problem) -> None:
    assert read_phone(text) is problem


@pytest.mark.parametrize(
    "text", ["P-017", "p17", "۱۷", "پ-۱۷", "P017", "P 017", "p–۰۱۷", "\u2068P-017\u2069", "پ۱۷."]
)
def test_a_participant_code_however_it_is_typed(text: str) -> None:
    assert read_participant_code(text, lexicon()) == "P-017"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", Problem.NOT_A_CODE),
        ("Q-017", Problem.NOT_A_CODE),
        ("P-017 P-018", Problem.NOT_A_CODE),
        ("17-18", Problem.NOT_A_CODE),
        ("-17", Problem.NOT_A_CODE),
        ("(\u2212 ۱۷)", Problem.NOT_A_CODE),
        ("+17", Problem.NOT_A_CODE),
        ("-.17", Problem.NOT_A_CODE),
        ("0", Problem.OUT_OF_RANGE),
        ("P-1000", Problem.OUT_OF_RANGE),
    ],
)
def test_anything_else_is_no_participant_code(text: str, problem: Problem) -> None:
    assert read_participant_code(text, lexicon()) is problem


def test_a_very_long_message_is_refused_quickly() -> None:
    assert read_choices("و " * 4000 + "نه", EFFECTS, lexicon()) is Problem.NOT_AN_OPTION


@given(st.text() | st.text(alphabet="۰۱٢7 -–.,،و()+پP\n"))
def test_every_text_gets_an_answer_or_a_problem(text: str) -> None:
    read_number(text, units=("روز",))
    read_choice(text, CHANGE, lexicon())
    read_choices(text, EFFECTS, lexicon())
    read_phone(text)
    read_participant_code(text, lexicon())
