"""What readers and channels would stumble over is told before anyone reads it."""

from pathlib import Path

import pytest

from bot.language.catalogues import Entry
from bot.language.wording import Language, Wording
from bot.language.wording_inspection import inspect_wording, review_table


def wording_of(fa: dict[str, str], en: dict[str, str]) -> Wording:
    written: tuple[tuple[Language, dict[str, str]], ...] = (("fa", fa), ("en", en))
    return Wording(
        {
            language: {
                key: Entry(words, Path(f"{language}/common.po"), line)
                for line, (key, words) in enumerate(entries.items(), start=4)
            }
            for language, entries in written
        }
    )


def kinds(fa: str, en: str = "Hello", key: str = "hello") -> list[str]:
    return [problem.kind for problem in inspect_wording(wording_of({key: fa}, {key: en}))]


@pytest.mark.parametrize(
    ("fa", "en"),
    [
        ("سلام", "Hello"),
        ("می‌خواهم و نمی‌توانم", "Hello"),
        ("قدیمی است، کمی هم هست", "Hello"),
        ("دارو‌ها و روزهای خوب", "Hello"),
        ("ویزیت {day} ساعت ۱۰", "Visit on {day}"),
        ("کد شما P-017 است", "Hello"),
        ("نشانی: https://example.org/a/12?b=3", "Hello"),
        ("بنویسید /visit2", "Hello"),
        ("شرط» و لفظ… و شمع؛", "Hello"),
        ("بیمارستان «شفاء» – تهران", "Hello"),
        ("{a} {b} {c} {d} {e}", "{a} {b} {c} {d} {e}"),
        ("\u2068P-017\u2069، درست؟؟", "Hello"),
        ("خط ۱\n\nخط ۲", "Hello"),
        ("OK", "Hello"),
    ],
)
def test_sound_persian_is_let_be(fa: str, en: str) -> None:
    assert kinds(fa, en) == []


@pytest.mark.parametrize("en", ["Hello", "Café — 3 of 4", "It's 10:30, OK? Yes!", "P-017\n• two"])
def test_sound_english_is_let_be(en: str) -> None:
    assert kinds("سلام", en) == []


@pytest.mark.parametrize(
    ("fa", "kind"),
    [
        ("سل\ufffdم", "garbled"),
        ("سلام".encode().decode("cp1252"), "garbled"),
        ("شما".encode().decode("cp1256"), "garbled"),
        ("???? سلام", "garbled"),
        ("علي", "garbled"),
        ("كد", "garbled"),
        ("روز 3", "digits"),
        ("روز ٣", "digits"),
        ("5mg دارو", "digits"),
        ("می خواهم", "half_space"),
        ("(نمی دانم)", "half_space"),
        ("دارو ها", "half_space"),
        ("دارو های شما", "half_space"),
        ("دارو هایتان", "half_space"),
        (" سلام", "spacing"),
        ("سلام\n", "spacing"),
        ("سلام  شما", "spacing"),
        ("سلام \nشما", "spacing"),
        ("\u202bسلام\u202c", "direction"),
        ("This was never translated", "script"),
        ("سلام {name}}", "placeholders"),
        ("سلام {Name}", "placeholders"),
    ],
)
def test_persian_one_would_stumble_over_is_told(fa: str, kind: str) -> None:
    assert kind in kinds(fa)


@pytest.mark.parametrize(
    ("en", "kind"),
    [
        ("Hello سلام", "script"),
        ("Day ۳", "digits"),
        ("Itâ€™s", "garbled"),
        ("CafÃ©", "garbled"),
        ("Hello ", "spacing"),
        ("Hello {name}", "placeholders"),
    ],
)
def test_english_one_would_stumble_over_is_told(en: str, kind: str) -> None:
    assert kinds("سلام", en) == [kind]


def test_placeholders_that_differ_are_told_once_with_their_place() -> None:
    (problem,) = inspect_wording(wording_of({"a": "روز {day}"}, {"a": "Day {date}"}))
    assert str(problem) == (
        "en/common.po:4: en a: has {date}, {day} in one language only; use the same in both"
    )


def test_a_key_in_one_language_only_is_told() -> None:
    problems = inspect_wording(wording_of({"a": "بله"}, {"b": "No"}))
    assert [(problem.kind, problem.language, problem.key) for problem in problems] == [
        ("one_language", "fa", "a"),
        ("one_language", "en", "b"),
    ]


def test_the_same_text_in_both_languages_may_hold_persian_on_purpose() -> None:
    assert kinds("فارسی", "فارسی") == []
    assert kinds("زبان / Language", "زبان / Language") == []
    assert kinds("این متن ترجمه نشده", "این متن ترجمه نشده") == ["script"]


def test_words_that_people_type_are_written_as_they_type_them() -> None:
    assert kinds("نمی خواهم", "no", key="typed.no") == []


@pytest.mark.parametrize(("key", "limit"), [("a", 4096), ("a.button", 64), ("a.popup", 200)])
def test_what_the_channel_would_cut_off_is_told(key: str, limit: int) -> None:
    assert kinds("س" * limit, "a" * limit, key) == []
    assert kinds("س" * (limit + 1), "a" * (limit + 1), key) == ["length", "length"]
    assert kinds("س", "😀" * (limit // 2 + 1), key) == ["length"]


def test_a_review_table_shows_both_languages_side_by_side() -> None:
    wording = wording_of({"b": "بله|آری", "a": "یک\nدو"}, {"b": "yes"})
    assert review_table(wording).splitlines() == [
        "| key | fa | en |",
        "| --- | --- | --- |",
        "| a | یک⏎دو |  |",
        r"| b | بله\|آری | yes |",
    ]
    assert review_table(wording, ["b"]).splitlines()[2:] == [r"| b | بله\|آری | yes |"]
