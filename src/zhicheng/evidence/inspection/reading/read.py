"""One page of a file as lines of text."""

from __future__ import annotations

import pypdfium2 as pdfium
from pypdfium2 import raw

from zhicheng.evidence.inspection.drawing import open_document
from zhicheng.evidence.inspection.legibility.pages import page_of_image, page_of_pdf
from zhicheng.evidence.inspection.legibility.print import Page
from zhicheng.evidence.inspection.pdfs import readable
from zhicheng.evidence.inspection.reading.hands import with_ink
from zhicheng.evidence.inspection.reading.layer import lines_of
from zhicheng.evidence.inspection.reading.lines import COLOURLESS, SEALED, UNSEALED, PageText
from zhicheng.evidence.inspection.reading.recognition import lines_in, upright
from zhicheng.evidence.inspection.reading.seals import seal_of
from zhicheng.evidence.inspection.verdicts import Bounds, Rejected

_KINDS = {"image/jpeg": "jpeg", "image/png": "png"}
_LEAST = 1200
"""Pixels a page is drawn wide at least: text may stand over a picture that has few of its own."""
_DEPTH = 3


def read(content: bytes, media_type: str, bounds: Bounds, *, number: int = 1) -> PageText:
    """The text of page ``number`` (from 1): that of the PDF where it carries any that is seen, else what is read of the picture.

    Raises ``Rejected`` when there is no such page.
    """
    if media_type in _KINDS:
        return _seen(1, page_of_image(content, _KINDS[media_type], bounds))
    with open_document(readable(content)) as document:
        if not 1 <= number <= len(document):
            raise Rejected("no_such_page")
        page = document[number - 1]
        signed = raw.FPDF_GetSignatureCount(document) > 0
        drawn, written = page_of_pdf(page, least=_LEAST), lines_of(page)
        if not written:
            return _seen(number, drawn, signed=signed)
        return PageText(number, tuple(with_ink(written, drawn.ink)), seal=_seal(drawn, signed=signed, page_of_text=page))


def _seen(number: int, page: Page, *, signed: bool = False) -> PageText:
    """What is read of a picture. ``signed``: the file carries an electronic signature."""
    turned = upright(page)
    lines = with_ink(lines_in(page, turned), page.ink, turned)
    return PageText(number, tuple(lines), recognised=True, seal=_seal(page, signed=signed))


def _seal(page: Page, *, signed: bool, page_of_text: pdfium.PdfPage | None = None) -> str:
    if signed:
        return SEALED
    seal = seal_of(page)
    if (
        seal == COLOURLESS and page_of_text is not None
    ):  # letters are black where a seal would be red, unless it is a picture without colours
        pictures = page_of_text.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=_DEPTH)
        return COLOURLESS if any(True for _picture in pictures) else UNSEALED
    return seal
