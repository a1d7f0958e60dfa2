"""The one-page report of a serious event as a PDF, in Persian from right to left or in English.

It is one page always: the type becomes smaller first, then the oldest assessments are left out, and
at last the narrative is cut, which the page says.
"""

import unicodedata
from collections.abc import Container, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from bot.reports.page import Line, Page

if TYPE_CHECKING:
    from fpdf import FPDF

FONTS = Path(__file__).parent / "fonts"

# A4 in millimetres; the signatures and the foot stand below BOTTOM.
_WIDTH, _MARGIN = 210, 16
_BOTTOM, _SIGNATURES, _FOOT = 245, 250, 284
_SIZES = (10.0, 9.0, 8.0, 7.0)
_LINE = 0.56  # of the type's size, in millimetres for a point
_LABEL = 0.26  # of the width
_MOST_VERSIONS = 6
# More than this does not fit in the smallest type, so it is not tried.
_MOST_CHARACTERS = 6000
_COLUMNS = (0.08, 0.3, 0.08, 0.09, 0.17, 0.28)
_GAP = 2.0
_NO_GLYPH = "?"
# Line ends, and the marks that keep codes in their direction.
_UNSEEN = "\n\u2066\u2067\u2068\u2069"
_INK, _PALE, _RULE = (20, 24, 32), (238, 241, 246), (150, 158, 172)


def pdf(page: Page) -> bytes:
    """The page as a file."""
    for drawing in _drawings(page):
        with closing(drawing):
            if drawing.fits:
                return drawing.finished()
    raise AssertionError("a page of no words fits")


def _drawings(page: Page) -> Iterator["_Drawing"]:
    """The page smaller and smaller, and then as much of the narrative as has room."""
    if len(page.narrative) <= _MOST_CHARACTERS:
        for size in _SIZES:
            yield _Drawing(page, size)
        yield _Drawing(_newest(page), _SIZES[-1])
    length = min(len(page.narrative), _MOST_CHARACTERS)
    while length:
        drawing = _shortened(page, length)
        yield drawing
        length = int(length * drawing.room * 0.97)


def _newest(page: Page) -> Page:
    head, *versions = page.timeline
    return replace(page, timeline=(head, *versions[-_MOST_VERSIONS:]))


def _shortened(page: Page, length: int) -> "_Drawing":
    narrative = f"{page.narrative[:length].rstrip()} …\n{page.cut}"
    return _Drawing(replace(_newest(page), narrative=narrative), _SIZES[-1])


class _Drawing:
    """The page drawn at one size of type, down to the signatures."""

    def __init__(self, page: Page, size: float) -> None:
        self.page = page
        self.size = size
        self.paper = _paper(page)
        self._start = "R" if page.language == "fa" else "L"
        self._title()
        self._pairs(page.header, self.size - 1)
        self._rule()
        self._pairs(page.facts, self.size)
        self._heading(page.timeline_title)
        self._table(page.timeline)
        self._heading(page.narrative_title)
        self._told_from = self.paper.get_y()
        self._cell(self._whole, page.narrative, size)

    @property
    def fits(self) -> bool:
        return self.paper.get_y() <= _BOTTOM

    @property
    def room(self) -> float:
        """Which part of the narrative has room; at most all of it."""
        taken = self.paper.get_y() - self._told_from
        return max(0.0, min(1.0, (_BOTTOM - self._told_from) / taken))

    def finished(self) -> bytes:
        self._sign()
        return bytes(self.paper.output())

    def close(self) -> None:
        """The files of the type are read until the page is written, and no longer."""
        for font in self.paper.fonts.values():
            if hasattr(font, "ttfont"):
                font.ttfont.close()

    def _sign(self) -> None:
        """The lines for names, signatures and dates, and the foot."""
        half = self._inner / len(self.page.signatures)
        for place, words in enumerate(self.page.signatures):
            box = (place * half, half - 3 * _GAP)
            self.paper.set_y(_SIGNATURES)
            self._cell(box, words, self.size)
            left, line = self._left(*box), _SIGNATURES + 22
            self.paper.set_draw_color(*_RULE)
            self.paper.line(left, line, left + box[1], line)
        self.paper.set_y(_FOOT)
        self._cell(self._whole, self.page.footer, 7)

    @property
    def _inner(self) -> float:
        return _WIDTH - 2 * _MARGIN

    @property
    def _whole(self) -> tuple[float, float]:
        return 0, self._inner

    @property
    def _height(self) -> float:
        return self.size * _LINE

    def _left(self, offset: float, width: float) -> float:
        """Where something begins so far from the side at which reading begins."""
        if self._start == "L":
            return _MARGIN + offset
        return _WIDTH - _MARGIN - offset - width

    def _title(self) -> None:
        self.paper.set_y(_MARGIN)
        self._cell(self._whole, self.page.title, self.size + 5, bold=True)
        self.paper.ln(1)

    def _heading(self, words: str) -> None:
        self.paper.ln(self._height * 0.6)
        self._cell(self._whole, words, self.size + 1, bold=True)
        self.paper.ln(0.8)

    def _rule(self) -> None:
        self.paper.set_draw_color(*_RULE)
        y = self.paper.get_y() + 1.2
        self.paper.line(_MARGIN, y, _WIDTH - _MARGIN, y)
        self.paper.set_y(y + 1.6)

    def _pairs(self, lines: Iterable[Line], size: float) -> None:
        """Labels at the side where reading begins, values beside them."""
        label = self._inner * _LABEL
        for line in lines:
            y = self.paper.get_y()
            self._cell((0, label - _GAP), line.label, size, bold=True)
            below = self.paper.get_y()
            self.paper.set_y(y)
            self._cell((label, self._inner - label), line.value, size)
            self.paper.set_y(max(below, self.paper.get_y()) + 0.5)

    def _table(self, rows: Sequence[Sequence[str]]) -> None:
        for number, row in enumerate(rows):
            y, below, offset = self.paper.get_y(), self.paper.get_y(), 0.0
            if number == 0:
                self.paper.set_fill_color(*_PALE)
                self.paper.rect(_MARGIN, y, self._inner, self._height * 1.15, style="F")
            for share, words in zip(_COLUMNS, row, strict=True):
                width = self._inner * share
                self.paper.set_y(y)
                self._cell((offset, width - _GAP), words, self.size - 1, bold=number == 0)
                below, offset = max(below, self.paper.get_y()), offset + width
            self.paper.set_y(below + (0.8 if number else 1.6))

    def _cell(
        self, box: tuple[float, float], words: str, size: float, *, bold: bool = False
    ) -> None:
        """Words in a box: how far from the side at which reading begins, and how wide."""
        self.paper.set_font("Vazirmatn", "B" if bold else "", size)
        self.paper.set_x(self._left(*box))
        self.paper.multi_cell(
            box[1],
            size * _LINE,
            _drawn(self.paper, words),
            align=self._start,
            new_x="LMARGIN",
            new_y="NEXT",
        )


def _paper(page: Page) -> "FPDF":
    from fpdf import FPDF

    paper = FPDF(format="A4")
    paper.set_auto_page_break(auto=False)
    paper.set_margin(_MARGIN)
    paper.c_margin = 0
    paper.add_font("Vazirmatn", "", FONTS / "vazirmatn-regular.ttf")
    paper.add_font("Vazirmatn", "B", FONTS / "vazirmatn-bold.ttf")
    paper.set_font("Vazirmatn", "", 10)
    right_to_left = page.language == "fa"
    paper.set_text_shaping(
        use_shaping_engine=True,
        direction="rtl" if right_to_left else "ltr",
        script="arab" if right_to_left else "latn",
        language="fas" if right_to_left else "eng",
    )
    paper.set_lang(page.language)
    paper.set_title(page.title)
    paper.set_text_color(*_INK)
    paper.add_page()
    return paper


def _drawn(paper: "FPDF", words: str) -> str:
    """What the type has, or the same in plainer signs; a mark stands for anything else, so that
    nobody takes it for nothing."""
    from fpdf.fonts import TTFFont

    font = paper.fonts["vazirmatn"]
    known = {*_UNSEEN, *(map(chr, font.cmap) if isinstance(font, TTFFont) else ())}
    return "".join(it if it in known else _plainer(it, known) for it in words)


def _plainer(sign: str, known: Container[str]) -> str:
    plain = unicodedata.normalize("NFKC", sign)
    return plain if all(it in known for it in plain) else _NO_GLYPH
