"""What a person typed, made comparable; the raw text is kept beside it by whoever calls.

The same word or number typed on any keyboard becomes the same text: Persian and Arabic digits and
letters, half-spaces, marks of direction, letter case. Everything here accepts every text and
never raises. A text that cannot be read is answered by a `Problem`, which is a value.
"""

import enum
import re
import unicodedata


class Problem(enum.Enum):
    """Why a text was not taken for an answer; wording for it is keyed by the value."""

    NOT_A_NUMBER = "not_a_number"
    NOT_WHOLE = "not_whole"
    NOT_AN_OPTION = "not_an_option"
    NOT_A_DATE = "not_a_date"
    NOT_A_TIME = "not_a_time"
    NOT_A_PHONE = "not_a_phone"
    NOT_A_MOBILE = "not_a_mobile"
    NOT_A_CODE = "not_a_code"
    NOT_A_PIN = "not_a_pin"
    WEAK_PIN = "weak_pin"
    AMBIGUOUS = "ambiguous"
    OUT_OF_RANGE = "out_of_range"
    IMPOSSIBLE_DATE = "impossible_date"
    FUTURE_DATE = "future_date"


_FOLDED = str.maketrans(
    {
        **{persian: str(digit) for digit, persian in enumerate("۰۱۲۳۴۵۶۷۸۹")},
        **{arabic: str(digit) for digit, arabic in enumerate("٠١٢٣٤٥٦٧٨٩")},
        **dict.fromkeys("يى", "ی"),
        **dict.fromkeys("ةۀ", "ه"),
        **dict.fromkeys("‐‒–—−", "-"),
        "ك": "ک",
        "ؤ": "و",
        "٫": ".",
        "\u200c": " ",
    }
)
# A tatweel between digits stands for a dash: dropping it would join two numbers into one.
_TATWEEL_AS_DASH = re.compile(r"(?<=\d)\s*ـ+\s*(?=\d)")
_TATWEEL = "ـ"
_DROPPED_CATEGORIES = frozenset({"Mn", "Me", "Cf"})
_WORD_OR_NUMBER = re.compile(r"[^\W\d_]+|\d+")
_APOSTROPHES = re.compile("['’`´]")
# The prefix of the Persian present is typed joined, spaced or with a half-space.
_PRESENT_PREFIX = re.compile(r"\b(ن?می) (?=\w)")
_SPACE_OUTSIDE_NUMBERS = re.compile(r"(?<!\d) | (?!\d)")


def normalize(text: str) -> str:
    """The text as it is compared; normalizing again changes nothing."""
    folded = _fold(text)
    # Dropping a mark can bring together what Unicode composes, so folding goes on to its end.
    while folded != text:
        text, folded = folded, _fold(folded)
    return folded


def sound(text: str) -> str:
    """Halves of letters, which no database keeps, become a mark that something was there."""
    return text.encode(errors="replace").decode()


def trimmed(text: str) -> str:
    """A normalized text without the punctuation and emoji around it, for matching options."""
    start, end = 0, len(text)
    while start < end and not text[start].isalnum():
        start += 1
    while end > start and not text[end - 1].isalnum():
        end -= 1
    return text[start:end]


def compact(text: str) -> str:
    """A normalized text without spaces, save those which keep two numbers apart."""
    return _SPACE_OUTSIDE_NUMBERS.sub("", text)


def words_of(text: str) -> tuple[str, ...]:
    """The words and numbers of a text, however its half-spaces and apostrophes were typed."""
    joined = _PRESENT_PREFIX.sub(r"\1", _APOSTROPHES.sub("", normalize(text)))
    return tuple(_WORD_OR_NUMBER.findall(joined))


def _fold(text: str) -> str:
    dashed = _TATWEEL_AS_DASH.sub("-", unicodedata.normalize("NFKC", text))
    mapped = dashed.translate(_FOLDED)
    kept = "".join(character for character in mapped if not _is_dropped(character))
    return " ".join(unicodedata.normalize("NFKC", kept.casefold()).split())


def _is_dropped(character: str) -> bool:
    return character == _TATWEEL or unicodedata.category(character) in _DROPPED_CATEGORIES
