"""The text that a PDF carries itself, where it is what the page shows. What a copier or scanner read and laid under or over its picture is not:
nobody knows how sure it was of it.
"""

from __future__ import annotations

from itertools import islice

import pypdfium2 as pdfium
from pypdfium2 import raw

from zhicheng.evidence.inspection.legibility.pages import scanned_at
from zhicheng.evidence.inspection.reading.lines import LONGEST_LINE, MOST_LINES, Line

_ENOUGH = 20
"""Characters of text: with fewer the page is a picture with a stamp or a page number on it."""
_READABLE = 0.7
"""Of the characters: a font without a table of its letters gives anything."""
_UNSEEN = (raw.FPDF_TEXTRENDERMODE_INVISIBLE, raw.FPDF_TEXTRENDERMODE_CLIP)
_PARTS_LOOKED_AT, _DEPTH = 2000, 3


def lines_of(page: pdfium.PdfPage) -> list[Line]:
    """The runs of text on the page with their boxes; none where there is too little of it, where it is not text that can be read, and where
    the page is a picture or any of its text invisible: then what is seen may be something else.
    """
    width, height = page.get_size()
    if not width or not height or scanned_at(page) or _hides_text(page):
        return []
    text = page.get_textpage()
    found = []
    for number in range(min(text.count_rects(), MOST_LINES)):
        left, bottom, right, top = text.get_rect(number)
        said = " ".join(text.get_text_bounded(left, bottom, right, top).split())[:LONGEST_LINE]
        if said:
            found.append(Line(said, *_box(left / width, 1 - top / height, right / width, 1 - bottom / height)))
    whole = "".join(line.text for line in found)
    readable = sum(character.isalnum() and _is_known(character) for character in whole)
    shown = sum(not character.isspace() for character in whole)
    return found if readable >= _ENOUGH and readable >= _READABLE * 0.8 * shown else []


def _hides_text(page: pdfium.PdfPage) -> bool:
    parts = page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT], max_depth=_DEPTH)
    return any(raw.FPDFTextObj_GetTextRenderMode(part.raw) in _UNSEEN for part in islice(parts, _PARTS_LOOKED_AT))


def _is_known(character: str) -> bool:
    """Whether it is a letter, digit or hanzi that papers are written with, and no private one."""
    code = ord(character)
    return (
        code < 0x0250
        or 0x0600 <= code < 0x0700
        or 0x3400 <= code < 0xA000
        or 0x20000 <= code < 0x33500
        or 0xFF00 <= code < 0xFF60
    )


def _box(left: float, top: float, right: float, bottom: float) -> tuple[int, int, int, int]:
    x, y, to_x, to_y = (min(max(round(part * 1000), 0), 1000) for part in (left, top, right, bottom))
    return x, y, max(to_x - x, 0), max(to_y - y, 0)
