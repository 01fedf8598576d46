"""One page of a file as lines of text."""

from __future__ import annotations

from zhicheng.evidence.inspection.drawing import open_document
from zhicheng.evidence.inspection.legibility.pages import page_of_image, page_of_pdf
from zhicheng.evidence.inspection.pdfs import readable
from zhicheng.evidence.inspection.reading.layer import lines_of
from zhicheng.evidence.inspection.reading.lines import PageText
from zhicheng.evidence.inspection.reading.recognition import lines_in
from zhicheng.evidence.inspection.verdicts import Bounds, Rejected

_KINDS = {"image/jpeg": "jpeg", "image/png": "png"}
_LEAST = 1200
"""Pixels a page is drawn wide at least: text may stand over a picture that has few of its own."""


def read(content: bytes, media_type: str, bounds: Bounds, *, number: int = 1) -> PageText:
    """The text of page ``number`` (from 1): that of the PDF where it carries any that is seen, else what is read of the picture.

    Raises ``Rejected`` when there is no such page.
    """
    if media_type in _KINDS:
        return PageText(1, tuple(lines_in(page_of_image(content, _KINDS[media_type], bounds))), recognised=True)
    with open_document(readable(content)) as document:
        if not 1 <= number <= len(document):
            raise Rejected("no_such_page")
        page = document[number - 1]
        if written := lines_of(page):
            return PageText(number, tuple(written))
        return PageText(number, tuple(lines_in(page_of_pdf(page, least=_LEAST))), recognised=True)
