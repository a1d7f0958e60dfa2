"""Files that a played phone can send: pictures that are drawn here, and what is taken for one."""

import io
from collections.abc import Callable, Mapping
from functools import cache
from random import Random

from bot.sending.files import FileAway, FileTooLarge, NoFile
from storage.web_chats import File

_STRANDS = 900


def _picture(width: int, height: int, *, blur: float = 0) -> bytes:
    """Something like hair on a scalp; the same each time."""
    from PIL import Image, ImageDraw, ImageFilter

    # Nobody real is drawn here, and a chat must come out the same each time.
    chance = Random(1)  # noqa: S311
    drawn = Image.new("RGB", (width, height), (224, 190, 166))
    strands = ImageDraw.Draw(drawn)
    for _ in range(_STRANDS):
        x, y = chance.uniform(0, width), chance.uniform(0, height)
        across, down = chance.uniform(-30, 30), chance.uniform(30, 120)
        dark = chance.randrange(20, 80)
        strands.line(((x, y), (x + across, y + down)), fill=(dark, dark // 2, dark // 3), width=2)
    written = io.BytesIO()
    drawn.filter(ImageFilter.GaussianBlur(blur)).save(written, "JPEG")
    return written.getvalue()


def _too_large() -> bytes:
    raise FileTooLarge


def _away() -> bytes:
    raise FileAway


_CONTENTS: Mapping[str, Callable[[], bytes]] = {
    "sharp picture": lambda: _picture(720, 960),
    "blurred picture": lambda: _picture(720, 960, blur=6),
    "small picture": lambda: _picture(300, 400),
    "broken picture": lambda: _picture(720, 960)[:5000],
    "large picture": _too_large,
    "lost picture": _away,
    "heic": lambda: b"\0\0\0\x18ftypheic\0\0\0\0",
    "pdf": lambda: b"%PDF-1.7\n",
}


def reference(name: str) -> str:
    """As a channel names such a file; a kind that is no picture has a file of no importance."""
    return f"document:{name}" if name in _CONTENTS else f"{name}:file-1"


@cache
def _content(name: str) -> bytes:
    return _CONTENTS[name]()


class DrawnFiles:
    """Where a played chat keeps what was sent there."""

    @staticmethod
    async def fetch(file: str) -> File:
        if file not in _CONTENTS:
            raise NoFile
        return File("", file, _content(file))
