"""How many parts a text takes as SMS, and where a long one is cut.

A text in the alphabet of GSM 03.38 has 160 letters to a part, or 153 when parts are joined; any
other, as Persian, goes in UCS-2: 70 units of UTF-16, or 67.
"""

import re

# So many joined parts arrive on old phones too, and no gateway's limit is met.
MOST_PARTS = 5

_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
# Each of these takes the place of two.
_GSM_EXTENDED = frozenset("^{}\\[~]|€")
# The end of a line, or of a sentence; the point behind a number in a list ends nothing.
_SENTENCE = re.compile(r".*?(?:\n+|(?<!\d)[.!?\u061f\u061b](?=\s)\s*|$)", re.DOTALL)
_WORD = re.compile(r"\S*\s*")


def is_gsm(text: str) -> bool:
    return all(letter in _GSM or letter in _GSM_EXTENDED for letter in text)


def count_parts(text: str) -> int:
    """How many parts the operator makes of it: a letter of two units is not torn apart."""
    in_gsm = is_gsm(text)
    alone, joined = (160, 153) if in_gsm else (70, 67)
    widths = [_width(letter, in_gsm) for letter in text]
    if sum(widths) <= alone:
        return 1
    parts, left = 1, joined
    for width in widths:
        if width > left:
            parts, left = parts + 1, joined
        left -= width
    return parts


def _width(letter: str, in_gsm: bool) -> int:
    if in_gsm:
        return 2 if letter in _GSM_EXTENDED else 1
    return len(letter.encode("utf-16-le")) // 2


def split(text: str, most: int = MOST_PARTS) -> list[str]:
    """SMS of so many parts at most, cut behind sentences; where one is too long, behind words."""
    if count_parts(text) <= most:
        return [text]
    return _joined(_SENTENCE.findall(text), most)


def _joined(pieces: list[str], most: int) -> list[str]:
    """As many pieces together as fit."""
    made: list[str] = []
    so_far = ""
    for piece in pieces:
        if count_parts((so_far + piece).strip()) <= most:
            so_far += piece
            continue
        made += [so_far.strip()]
        *whole, so_far = _cut(piece, most)
        made += whole
    return [piece for piece in [*made, so_far.strip()] if piece]


def _cut(piece: str, most: int) -> list[str]:
    if count_parts(piece.strip()) <= most:
        return [piece]
    words = _WORD.findall(piece)
    return _joined(words if len(words) > 2 else list(piece), most)
