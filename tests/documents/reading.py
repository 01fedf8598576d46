"""What can be read from a PDF: its text, and where on the page it stands."""

from __future__ import annotations

import re
from typing import Any

import pypdfium2

from tests.documents import examples
from zhicheng.documents.base import PaperBase
from zhicheng.documents.rendering import render_pdf

MM = 72 / 25.4
FOOT = 30 * MM


def printed(paper: PaperBase, **marks: Any) -> bytes:
    """The PDF of an example."""
    return render_pdf(paper, marks=examples.marks(**marks))


def lines_of(pdf: bytes) -> list[list[str]]:
    """The lines of each page as a reader of PDFs takes them out, without the spaces around them."""
    with pypdfium2.PdfDocument(pdf) as document:
        pages = [page.get_textpage().get_text_range() for page in document]
    return [[line.strip() for line in re.split(r"[\r\n]+", page)] for page in pages]


def whole_text(pdf: bytes) -> str:
    """All of it, lines one below the other."""
    return "\n".join(line for page in lines_of(pdf) for line in page)


def letters_with_places(pdf: bytes, page: int) -> list[tuple[str, tuple[float, float, float, float]]]:
    """Every letter above the foot of the page that can be seen, and its box (left, bottom, right, top, in points)."""
    with pypdfium2.PdfDocument(pdf) as document:
        text = document[page].get_textpage()
        letters = ((text.get_text_range(n, 1), text.get_charbox(n)) for n in range(text.count_chars()))
        return [(letter, box) for letter, box in letters if letter.strip() and box[1] > FOOT]
