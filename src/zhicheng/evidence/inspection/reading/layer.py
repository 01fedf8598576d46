"""The text that a PDF carries itself."""

from __future__ import annotations

import pypdfium2 as pdfium

from zhicheng.evidence.inspection.reading.lines import LONGEST_LINE, MOST_LINES, Line

_ENOUGH = 20
"""Characters of text: with fewer the page is a picture with a stamp or a page number on it."""
_READABLE = 0.7
"""Of the characters: a font without a table of its letters gives anything."""


def lines_of(page: pdfium.PdfPage) -> list[Line]:
    """The runs of text on the page with their boxes; none where there is too little of it, or where it is not text that can be read."""
    text = page.get_textpage()
    width, height = page.get_size()
    if not width or not height:
        return []
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
