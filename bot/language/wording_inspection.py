"""What is wrong with the wording beyond its form: what a reader or a channel would stumble over.

The rules of writing hold for what a catalogue says, not for what is put into its placeholders.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bot.language.wording import (
    LANGUAGES,
    PLACEHOLDER,
    Language,
    ProblemKind,
    Wording,
    WordingProblem,
)

# Telegram takes 4096 UTF-16 units in a message and 200 in a pop-up; a longer button is cut off.
MESSAGE_LIMIT = 4096
LIMITS = {".button": 64, ".popup": 200}


@dataclass(frozen=True, slots=True)
class _Rule:
    kind: ProblemKind
    languages: tuple[Language, ...]
    pattern: re.Pattern[str]
    detail: str


_RULES = (
    _Rule(
        "garbled",
        LANGUAGES,
        # Persian in UTF-8 that was read as Windows-1252 or Windows-1256, or lost altogether.
        re.compile(r"\uFFFD|[ØÙÚÛ]|[ÃÂ][\u0080-\u00BF]|â€|[طظعغ][¢-©¬®¯±-¹¼-¾ƒ„†‡€]|\?{3,}"),
        "is garbled; type it again and save the file as UTF-8",
    ),
    _Rule("garbled", ("fa",), re.compile("[يىك]"), "holds Arabic ي, ى or ك; write ی and ک"),
    _Rule("digits", ("fa",), re.compile("[0-9٠-٩]"), "holds foreign digits; write ۰-۹"),
    _Rule("digits", ("en",), re.compile("[٠-٩۰-۹]"), "holds foreign digits; write 0-9"),
    _Rule(
        "half_space",
        ("fa",),
        re.compile(r"\bن?می (?=\S)"),
        "has a space after می or نمی; write a half-space (U+200C)",
    ),
    _Rule(
        "half_space",
        ("fa",),
        re.compile(r"(?<=\w) ها(?:یی?|یم|یت|یش|یمان|یتان|یشان)?(?![\w\u200C])"),
        "has a space before the plural ها; write a half-space (U+200C)",
    ),
    _Rule("spacing", LANGUAGES, re.compile(r"\A\s|\s\Z"), "begins or ends with a space; remove it"),
    _Rule("spacing", LANGUAGES, re.compile(r"  | \n"), "has a space too many; remove it"),
    _Rule(
        "direction",
        LANGUAGES,
        re.compile(r"[\u202A-\u202E]"),
        "holds a direction mark that Telegram drops; remove it or use U+2068 and U+2069",
    ),
)

# Words that people type are written here as they type them.
_TYPED = "typed."

_PERSIAN = re.compile(r"[\u0620-\u064A\u066E-\u06D3]")
_LATIN = re.compile("[A-Za-z]")
# A code, command, address or file name: its digits stay Latin in Persian wording too.
_LATIN_CODE = re.compile("[A-Za-z][!-~]*")

_Finding = tuple[ProblemKind, str]


def inspect_wording(wording: Wording) -> list[WordingProblem]:
    return [
        WordingProblem(kind, language, key, entry.file, entry.line, detail)
        for language in LANGUAGES
        for key in sorted(wording.keys(language))
        for entry in (wording.entry(key, language),)
        for kind, detail in _inspect(wording, key, language)
    ]


def review_table(wording: Wording, keys: Iterable[str] | None = None) -> str:
    """Both languages side by side, in Markdown, for translators and clinicians to read."""
    shown = sorted(wording.keys("fa") | wording.keys("en")) if keys is None else keys
    return "\n".join(
        ("| key | fa | en |", "| --- | --- | --- |", *(_row(wording, k) for k in shown))
    )


def _row(wording: Wording, key: str) -> str:
    cells = (_written(wording, key, language) or "" for language in ("fa", "en"))
    shown = (cell.replace("|", r"\|").replace("\n", "⏎") for cell in (key, *cells))
    return f"| {' | '.join(shown)} |"


def _written(wording: Wording, key: str, language: Language) -> str | None:
    return wording.raw(key, language) if key in wording.keys(language) else None


def _inspect(wording: Wording, key: str, language: Language) -> Iterator[_Finding]:
    wrote = wording.raw(key, language)
    other_language: Language = "en" if language == "fa" else "fa"
    other = _written(wording, key, other_language)
    yield from _against_other(wrote, other, language, other_language)
    yield from _writing(key, wrote, language)
    yield from _script(wrote, other, language)
    yield from _length(key, wrote)


def _against_other(
    wrote: str, other: str | None, language: Language, other_language: Language
) -> Iterator[_Finding]:
    if other is None:
        yield "one_language", f"stands in {language} only; write it in {other_language} too"
    elif language == "en" and (odd := _placeholders(wrote) ^ _placeholders(other)):
        names = ", ".join(f"{{{name}}}" for name in sorted(odd))
        yield "placeholders", f"has {names} in one language only; use the same in both"
    if re.search("[{}]", PLACEHOLDER.sub("", wrote)):
        yield "placeholders", "has a brace that is no {name}; mend the placeholder"


def _placeholders(wrote: str) -> set[str]:
    return set(PLACEHOLDER.findall(wrote))


def _writing(key: str, wrote: str, language: Language) -> Iterator[_Finding]:
    plain = PLACEHOLDER.sub("{}", wrote)
    if language == "fa":
        plain = _LATIN_CODE.sub("A", plain)
    for rule in _RULES:
        as_typed = rule.kind == "half_space" and key.startswith(_TYPED)
        if language in rule.languages and not as_typed and rule.pattern.search(plain):
            yield rule.kind, rule.detail


def _script(wrote: str, other: str | None, language: Language) -> Iterator[_Finding]:
    words = [word for word in PLACEHOLDER.sub("", wrote).split() if re.search(r"[^\W\d_]", word)]
    persian, latin = bool(_PERSIAN.search(wrote)), any(map(_LATIN.search, words))
    if language == "fa" and not persian and len(words) > 3:
        yield "script", "has no Persian letter; translate it"
    # The same text in both languages is on purpose: a language's own name, a bilingual greeting.
    on_purpose = wrote == other and (latin or len(words) <= 3)
    if language == "en" and persian and not on_purpose:
        yield "script", "holds Persian; translate it"


def _length(key: str, wrote: str) -> Iterator[_Finding]:
    limit = next((limit for end, limit in LIMITS.items() if key.endswith(end)), MESSAGE_LIMIT)
    units = len(wrote.encode("utf-16-le")) // 2
    if units > limit:
        yield "length", f"is {units} characters long; shorten it to {limit}"
