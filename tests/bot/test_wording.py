"""Catalogues are read strictly, and keys become words without a placeholder left over."""

from datetime import UTC, date, datetime, time
from hashlib import sha256
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language.catalogues import Entry
from bot.language.wording import (
    PLACEHOLDER,
    Language,
    UnknownWording,
    Wording,
    WordingProblem,
    WordingRefused,
)
from flows.text import Param, text

DIRECTIONS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
TEHRAN = ZoneInfo("Asia/Tehran")
HEADER = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
CALENDAR = {
    "fa": {
        "calendar.date": "{weekday} {day} {month} {year}",
        "calendar.moment": "{date}، ساعت {time}",
        "calendar.weekday.saturday": "شنبه",
        "calendar.month.jalali.5": "مرداد",
    },
    "en": {
        "calendar.date": "{weekday} {day} {month} {year}",
        "calendar.moment": "{date} at {time}",
        "calendar.weekday.saturday": "Saturday",
        "calendar.month.gregorian.8": "August",
    },
}


def wording_of(fa: dict[str, str], en: dict[str, str] | None = None) -> Wording:
    file = Path("common.po")
    catalogues: dict[Language, dict[str, Entry]] = {
        "fa": {key: Entry(words, file, 1) for key, words in (CALENDAR["fa"] | fa).items()},
        "en": {key: Entry(words, file, 1) for key, words in (CALENDAR["en"] | (en or fa)).items()},
    }
    return Wording(catalogues)


def write(folder: Path, name: str, body: str, header: str = HEADER) -> Path:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(header + body, encoding="utf-8")
    return file


def refused(folder: Path) -> tuple[WordingProblem, ...]:
    with pytest.raises(WordingRefused) as refusal:
        Wording.load([folder])
    return refusal.value.problems


class TestLoading:
    def test_every_folder_and_file_is_merged(self, tmp_path: Path) -> None:
        write(tmp_path / "locales", "fa/common.po", 'msgid "yes"\nmsgstr "بله"\n')
        write(tmp_path / "locales", "fa/staff.po", 'msgid "no"\nmsgstr "خیر"\n')
        write(tmp_path / "site", "fa/site.po", 'msgid "address"\nmsgstr "نشانی"\n')
        write(tmp_path / "site", "en/site.po", 'msgid "address"\nmsgstr "Address"\n')
        wording = Wording.load([tmp_path / "locales", tmp_path / "site"])
        assert wording.keys("fa") == {"yes", "no", "address"}
        assert wording.keys("en") == {"address"}
        assert wording.has("address")
        assert not wording.has("yes")

    def test_long_wording_may_be_continued_and_old_entries_are_passed_over(
        self, tmp_path: Path
    ) -> None:
        body = 'msgid ""\n"visit."\n"due"\nmsgstr ""\n"one \\"two\\"\\n"\n"three"\n'
        write(tmp_path, "en/a.po", f'{body}\n#~ msgid "old"\n#~ msgstr ""\n')
        assert Wording.load([tmp_path]).raw("visit.due", "en") == 'one "two"\nthree'

    def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(self, tmp_path: Path) -> None:
        file = tmp_path / "en" / "a.po"
        file.parent.mkdir()
        file.write_bytes(b'\xef\xbb\xbfmsgid "yes"\r\nmsgstr "Yes"\r\n')
        assert Wording.load([tmp_path]).raw("yes", "en") == "Yes"

    def test_a_key_written_twice_in_a_file_is_told_with_both_places(self, tmp_path: Path) -> None:
        entry = 'msgid "yes"\nmsgstr "Yes"\n\n'
        file = write(tmp_path, "en/a.po", entry * 2)
        (problem,) = refused(tmp_path)
        assert (problem.kind, problem.key, problem.line) == ("duplicate", "yes", 7)
        assert str(problem) == f"{file}:7: en yes: stands already in {file}:4; keep one of the two"

    def test_a_key_in_two_catalogues_of_a_language_is_told(self, tmp_path: Path) -> None:
        write(tmp_path, "en/a.po", 'msgid "yes"\nmsgstr "Yes"\n')
        write(tmp_path, "en/b.po", 'msgid "yes"\nmsgstr "Aye"\n')
        assert [problem.kind for problem in refused(tmp_path)] == ["duplicate"]

    @pytest.mark.parametrize(
        ("kind", "body"),
        [
            ("fuzzy", '#, fuzzy\nmsgid "a"\nmsgstr "A"\n'),
            ("empty", 'msgid "a"\nmsgstr ""\n'),
            ("empty", 'msgid "a"\nmsgstr "  "\n'),
            ("plural", 'msgid "a"\nmsgid_plural "as"\nmsgstr[0] "A"\nmsgstr[1] "As"\n'),
        ],
    )
    def test_wording_that_is_not_final_is_told(self, tmp_path: Path, kind: str, body: str) -> None:
        write(tmp_path, "fa/a.po", body)
        (problem,) = refused(tmp_path)
        assert (problem.kind, problem.language, problem.key) == (kind, "fa", "a")

    @pytest.mark.parametrize(
        ("line", "body"),
        [
            (5, 'msgid "a"\nmsgstr "cut off\n'),
            (5, 'msgid "a"\nmsgstr "a "quote" inside"\n'),
            (6, 'msgid "a"\nmsgstr "A"\nmsgstr "B"\n'),
            (4, 'msgctxt "menu"\nmsgid "a"\nmsgstr "A"\n'),
            (4, 'words out of place\nmsgid "a"\nmsgstr "A"\n'),
            (5, 'msgid "a"\nmsgid "b"\nmsgstr "B"\n'),
            (4, 'msgid "a"\n'),
            (4, 'msgid "a"\n#~ msgstr "A"\n'),
        ],
    )
    def test_what_babel_would_cut_or_drop_is_told(
        self, tmp_path: Path, line: int | None, body: str
    ) -> None:
        write(tmp_path, "fa/a.po", body)
        first, *_ = refused(tmp_path)
        assert (first.kind, first.line) == ("unreadable", line)

    def test_a_file_that_is_not_utf_8_is_told(self, tmp_path: Path) -> None:
        file = tmp_path / "fa" / "a.po"
        file.parent.mkdir()
        file.write_bytes('msgid "a"\nmsgstr "سلام"\n'.encode("cp1256"))
        (problem,) = refused(tmp_path)
        assert str(problem) == f"{file}: fa: not in UTF-8; save the file as UTF-8"

    def test_a_folder_that_is_not_there_is_told(self, tmp_path: Path) -> None:
        assert [problem.kind for problem in refused(tmp_path / "nowhere")] == ["missing_folder"]

    def test_one_reading_tells_every_problem_on_a_line_of_its_own(self, tmp_path: Path) -> None:
        write(tmp_path, "fa/a.po", 'msgid "a"\nmsgstr ""\n\n#, fuzzy\nmsgid "b"\nmsgstr "ب"\n')
        write(tmp_path, "en/a.po", 'msgid "a"\nmsgstr "cut\n')
        with pytest.raises(WordingRefused) as refusal:
            Wording.load([tmp_path])
        assert len(str(refusal.value).splitlines()) == len(refusal.value.problems) == 3


class TestRendering:
    @pytest.mark.parametrize(
        ("param", "fa", "en"),
        [
            (17, "۱۷", "17"),
            (-5, "-۵", "-5"),
            ("سارا", "سارا", "\u2068سارا\u2069"),
            ("P-017", "\u2068P-017\u2069", "P-017"),
            ("۰۹۱۲", "\u2068۰۹۱۲\u2069", "۰۹۱۲"),
            (date(2025, 8, 2), "شنبه ۱۱ مرداد ۱۴۰۴", "Saturday 2 August 2025"),
            (time(17, 5), "۱۷:۰۵", "17:05"),
            (
                datetime(2025, 8, 1, 21, 0, tzinfo=UTC),
                "شنبه ۱۱ مرداد ۱۴۰۴، ساعت ۰۰:۳۰",
                "Saturday 2 August 2025 at 00:30",
            ),
            (text("inner", x=2), "<۲>", "<2>"),
            ((text("inner", x=1), text("inner", x="a")), "<۱>\n<\u2068a\u2069>", "<1>\n<a>"),
            ((), "", ""),
        ],
    )
    def test_each_parameter_is_shown_the_way_of_the_language(
        self, param: Param, fa: str, en: str
    ) -> None:
        wording = wording_of({"outer": "[{x}]", "inner": "<{x}>"})
        assert wording.render(text("outer", x=param), "fa", TEHRAN) == f"[{fa}]"
        assert wording.render(text("outer", x=param), "en", TEHRAN) == f"[{en}]"

    def test_digits_the_wording_itself_holds_are_left_alone(self) -> None:
        wording = wording_of({"a": "کد P-001 یا ۲"})
        assert wording.render(text("a"), "fa", TEHRAN) == "کد P-001 یا ۲"

    def test_only_plain_placeholders_are_filled(self) -> None:
        wording = wording_of({"a": "{x} {x!r} {x.y} {x:>9} {X} {} {{x}}"})
        assert wording.render(text("a", x=1), "en", TEHRAN) == "1 {x!r} {x.y} {x:>9} {X} {} {1}"

    def test_an_unknown_key_is_named(self) -> None:
        with pytest.raises(UnknownWording, match=r"^no wording hello in fa$"):
            wording_of({}).render(text("hello", name="Sara"), "fa", TEHRAN)

    def test_a_missing_parameter_is_named_and_no_other_is_shown(self) -> None:
        wording = wording_of({"hello": "{name} {day}"})
        with pytest.raises(UnknownWording, match=r"^wording hello in en needs day$"):
            wording.render(text("hello", name="Sara"), "en", TEHRAN)

    @given(
        pieces=st.lists(st.sampled_from(("{a}", "{b}", "{c_2}", " ", "و", "text"))),
        language=st.sampled_from(("fa", "en")),
        a=st.text(alphabet="ab ۱", max_size=5),
        b=st.integers(),
    )
    def test_no_placeholder_is_left(
        self, pieces: list[str], language: Language, a: str, b: int
    ) -> None:
        wording = wording_of({"outer": "".join(pieces), "inner": "{a}{b}"})
        value = text("outer", a=a, b=b, c_2=text("inner", a=a, b=b))
        assert not PLACEHOLDER.search(wording.render(value, language, TEHRAN))

    @given(
        language=st.sampled_from(("fa", "en")),
        typed=st.text(alphabet=st.sampled_from(r"{}ab%\!:.0[]1ا "))
        | st.text(st.characters(exclude_categories=["Cc", "Cs"], exclude_characters=DIRECTIONS)),
    )
    def test_what_a_person_wrote_is_shown_as_written_braces_and_all(
        self, language: Language, typed: str
    ) -> None:
        wording = wording_of({"said": "[{words}]"})
        shown = wording.render(text("said", words=typed, a="no"), language, TEHRAN)
        assert shown in {f"[{typed}]", f"[\u2068{typed}\u2069]"}

    @given(
        language=st.sampled_from(("fa", "en")),
        typed=st.text(alphabet=st.sampled_from(DIRECTIONS + "\x00\x1b\u200caب1")),
    )
    def test_what_a_person_wrote_turns_nothing_round(self, language: Language, typed: str) -> None:
        wording = wording_of({"said": "[{words}]"})
        shown = wording.render(text("said", words=typed), language, TEHRAN)
        letters = "".join(it for it in typed if it in "\u200caب1")
        assert shown in {f"[{letters}]", f"[\u2068{letters}\u2069]"}


class TestLookingUp:
    def test_variants_are_the_words_between_bars(self) -> None:
        wording = wording_of({"typed.today": "امروز | امروزه|همین امروز"})
        assert wording.variants("typed.today", "fa") == ("امروز", "امروزه", "همین امروز")

    def test_a_digest_is_of_the_wording_as_written(self) -> None:
        wording = wording_of({"consent": "موافقم {name}"})
        assert wording.digest("consent", "fa") == sha256("موافقم {name}".encode()).hexdigest()

    def test_looking_up_what_is_not_there_is_a_bug(self) -> None:
        for look_up in (Wording.raw, Wording.variants, Wording.digest):
            with pytest.raises(UnknownWording, match=r"^no wording nothing in en$"):
                look_up(wording_of({}), "nothing", "en")
