"""Numbers, options and codes in what a person typed: an answer, or the problem with it.

Nothing is guessed: a text that can be meant in two ways is `Problem.AMBIGUOUS`.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise

import phonenumbers

from bot.language.lexicon import Lexicon, any_of
from bot.language.typed_text import Problem, compact, normalize, trimmed

Option = tuple[str, Sequence[str]]

_DIGITS = re.compile(r"[0-9]+")
_DECIMAL = re.compile(r"[0-9]*\.[0-9]+")
# Before a bare number; behind letters a dash is none.
_SIGNED = re.compile(r"[\W_]*[-+][\W_]*[0-9]")
_SEPARATORS = re.compile(r"[\n,،，;؛；]")
_PHONE = re.compile(r"\+?[0-9(][0-9() .-]*")
# A number of more digits is no answer to any question, and `int` refuses thousands of them.
_MOST_DIGITS = 9
_LAST_PARTICIPANT = 999


def read_number(text: str, *, units: Collection[str] = ()) -> int | Problem:
    """One whole number, with nothing beside it but one of the unit words ("7 days")."""
    typed = normalize(text).rstrip(" .!،,")
    if not _DIGITS.search(typed):
        return Problem.NOT_A_NUMBER
    if _DECIMAL.fullmatch(typed):
        return Problem.NOT_WHOLE
    unit = any_of(compact(normalize(unit)) for unit in units)
    match = re.fullmatch(f"([0-9]+){unit}?", compact(typed))
    return _whole(match[1]) if match else Problem.AMBIGUOUS


def read_choice(text: str, options: Sequence[Option], lexicon: Lexicon) -> str | Problem:
    """One option by its number in the list, by its words, or by the first of its words."""
    typed = trimmed(normalize(text))
    numbered = re.fullmatch(rf"(?:{any_of(lexicon.options)} ?)?([0-9]+)(?:[.): -]+(.+))?", typed)
    worded = _worded_exactly(typed, options)
    if numbered is None:
        return _only(worded or _begun_by(typed, options))
    number, words = numbered.groups()
    if words is not None:
        return _only(worded) if worded else _number_with_words(number, words, options)
    code = _numbered(number, options)
    return code if isinstance(code, Problem) and not worded else _only(worded | _codes(code))


def read_choices(
    text: str, options: Sequence[Option], lexicon: Lexicon
) -> tuple[str, ...] | Problem:
    """Several options, each once and in the list's order."""
    chosen: set[str] = set()
    for part in _SEPARATORS.split(text):
        if not trimmed(normalize(part)):
            continue
        codes = _choices_in(part, options, lexicon)
        if isinstance(codes, Problem):
            return codes
        chosen |= codes
    return tuple(code for code, _ in options if code in chosen) or Problem.NOT_AN_OPTION


def read_phone(text: str) -> str | Problem:
    """A mobile number in the form E.164; without a country code it is an Iranian one."""
    typed = normalize(text)
    if not _PHONE.fullmatch(typed):
        return Problem.NOT_A_PHONE
    try:
        number = phonenumbers.parse(typed, "IR")
    except phonenumbers.NumberParseException:
        return Problem.NOT_A_PHONE
    if not phonenumbers.is_valid_number(number):
        return Problem.NOT_A_PHONE
    if phonenumbers.number_type(number) not in _MOBILE_TYPES:
        return Problem.NOT_A_MOBILE
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def read_participant_code(text: str, lexicon: Lexicon) -> str | Problem:
    """The code as it is printed, "P-017", from any way of typing it."""
    prefix, typed = any_of(lexicon.participant_prefixes), normalize(text)
    match = re.fullmatch(f"(?:{prefix}-?)?([0-9]+)", compact(trimmed(typed)))
    if match is None or _SIGNED.match(typed):
        return Problem.NOT_A_CODE
    number = _whole(match[1])
    if isinstance(number, Problem) or not 1 <= number <= _LAST_PARTICIPANT:
        return Problem.OUT_OF_RANGE
    return f"P-{number:03d}"


def read_pin(text: str) -> str | Problem:
    """A PIN of 6 to 12 digits, in any digits; one that anybody would try first is refused."""
    digits = compact(normalize(text))
    if not re.fullmatch(r"[0-9]{6,12}", digits):
        return Problem.NOT_A_PIN
    return Problem.WEAK_PIN if _is_obvious(digits) else digits


def _is_obvious(digits: str) -> bool:
    """Two digits at most, one run up or down, or one part said again."""
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(digits)}
    halves = {digits[: len(digits) // 2], digits[len(digits) // 2 :]}
    return len(set(digits)) <= 2 or steps in ({1}, {9}) or len(halves) == 1


# Where a country's numbers do not tell, a mobile and a landline look the same.
_MOBILE_TYPES = {
    phonenumbers.PhoneNumberType.MOBILE,
    phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE,
}


def _whole(digits: str) -> int | Problem:
    significant = digits.lstrip("0") or "0"
    return int(significant) if len(significant) <= _MOST_DIGITS else Problem.OUT_OF_RANGE


def _numbered(digits: str, options: Sequence[Option]) -> str | Problem:
    number = _whole(digits)
    if isinstance(number, Problem) or not 1 <= number <= len(options):
        return Problem.NOT_AN_OPTION
    return options[number - 1][0]


def _codes(code: str | Problem) -> set[str]:
    return set() if isinstance(code, Problem) else {code}


def _only(codes: Collection[str]) -> str | Problem:
    match list(codes):
        case []:
            return Problem.NOT_AN_OPTION
        case [code]:
            return code
        case _:
            return Problem.AMBIGUOUS


def _labels(words: Sequence[str]) -> set[str]:
    return {label for word in words if (label := trimmed(normalize(word)))}


def _worded_exactly(typed: str, options: Sequence[Option]) -> set[str]:
    same = compact(typed)
    return {code for code, words in options if same in map(compact, _labels(words))}


def _begun_by(typed: str, options: Sequence[Option]) -> set[str]:
    start = re.compile(rf"{re.escape(typed)}\b.")
    return {code for code, words in options if typed and any(map(start.match, _labels(words)))}


def _number_with_words(digits: str, words: str, options: Sequence[Option]) -> str | Problem:
    """A line copied from the list, such as "2. Improved", whose two halves have to agree."""
    code = _numbered(digits, options)
    agreed = _worded_exactly(words, options) & _codes(code)
    return _only(agreed) if agreed else Problem.AMBIGUOUS


def _choices_in(part: str, options: Sequence[Option], lexicon: Lexicon) -> set[str] | Problem:
    """The options of a part without separators: one alone, or several in a row."""
    one = read_choice(part, options, lexicon)
    if not isinstance(one, Problem):
        return {one}
    tokens = [token for word in normalize(part).split() if (token := trimmed(word))]
    fillers = frozenset({*lexicon.options, *lexicon.conjunctions})
    by_number = _row(tokens, _number_labels(options), fillers)
    by_words = _row(tokens, _word_labels(options), fillers)
    return by_number or by_words or one


def _number_labels(options: Sequence[Option]) -> Mapping[str, str]:
    return {str(number): code for number, (code, _) in enumerate(options, start=1)}


def _word_labels(options: Sequence[Option]) -> Mapping[str, str]:
    """The labels that belong to one option alone."""
    owners: dict[str, set[str]] = {}
    for code, words in options:
        for label in map(compact, _labels(words)):
            owners.setdefault(label, set()).add(code)
    return {label: codes.pop() for label, codes in owners.items() if len(codes) == 1}


def _row(tokens: Sequence[str], labels: Mapping[str, str], fillers: Collection[str]) -> set[str]:
    """The options whose labels follow each other, the longest label first; none if words remain."""
    codes: set[str] = set()
    start = 0
    longest = max(map(len, (*labels, *fillers)))
    while start < len(tokens):
        for end in range(min(len(tokens), start + longest), start, -1):
            label = compact(" ".join(tokens[start:end]))
            if label in labels or label in fillers:
                break
        else:
            return set()
        codes |= {labels[label]} if label in labels else set()
        start = end
    return codes
