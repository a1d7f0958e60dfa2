"""Two pictures side by side, at one height, with what each is written above it.

The result is as wide as the largest photo that Telegram keeps, so that it shrinks nothing.
"""

import io
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont, features

from bot.sending.outgoing import Side

_FONT = Path(__file__).parent.parent / "web" / "page" / "fonts" / "vazirmatn-regular.woff2"
_WIDTH = 2560
_TALLEST = 2000
_GAP = 16
_STRIP = 120
_LETTERS = 64
_QUALITY = 90
# Nothing near the skin's own colours, so that neither side seems lighter or darker for it.
_GROUND, _INK = (38, 38, 38), (240, 240, 240)


def compose(left: Side, right: Side) -> bytes:
    """A JPEG of both. To be run in a thread."""
    pictures = [Image.open(io.BytesIO(side.content)) for side in (left, right)]
    height = _height(pictures)
    scaled = [it.resize((round(it.width * height / it.height), height)) for it in pictures]
    whole = Image.new("RGB", (sum(it.width for it in scaled) + _GAP, height + _STRIP), _GROUND)
    at = 0
    for picture, side in zip(scaled, (left, right), strict=True):
        whole.paste(picture, (at, _STRIP))
        _write(whole, side.caption, at, picture.width)
        at += picture.width + _GAP
    written = io.BytesIO()
    whole.save(written, "JPEG", quality=_QUALITY)
    return written.getvalue()


def _height(pictures: Sequence[Image.Image]) -> int:
    """The height at which both together are as wide as the whole. Nothing is made larger, so that
    neither looks sharper than the other by its camera alone.
    """
    together = sum(it.width / it.height for it in pictures)
    return min(int((_WIDTH - _GAP) / together), _TALLEST, *(it.height for it in pictures))


def _write(whole: Image.Image, caption: str, at: int, width: int) -> None:
    """Persian letters are joined by a library of the system's (fribidi). Where it is missing
    nothing is written here: the words below the picture say the same.
    """
    if not caption.isascii() and not features.check("raqm"):
        return
    font = ImageFont.truetype(_FONT, _LETTERS)
    shrunk = min(1.0, 0.9 * width / max(1.0, font.getlength(caption)))
    middle = (at + width // 2, _STRIP // 2)
    drawn = ImageDraw.Draw(whole)
    drawn.text(
        middle, caption, fill=_INK, font=font.font_variant(size=_LETTERS * shrunk), anchor="mm"
    )
