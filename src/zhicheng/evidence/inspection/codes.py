"""The QR codes on the pages of a file: what each says, and which way up its page lies. A code that cannot be read is one that is not there."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

import pypdfium2 as pdfium
import zxingcpp
from PIL import Image, ImageFilter, ImageOps

from zhicheng.evidence.inspection.drawing import draw_page, open_document
from zhicheng.evidence.inspection.images import open_image, orientation, shrunk, upright
from zhicheng.evidence.inspection.pdfs import readable
from zhicheng.evidence.inspection.verdicts import Bounds

LONGEST_CODE = 300
"""Characters of a code that are told; of one that says more, nothing."""
MOST_CODES = 8
"""Of one page."""
_KINDS = {"image/jpeg": "jpeg", "image/png": "png"}
_WIDTHS = (1654, 2480)  # pixels of a page of A4 at 200 and at 300 dpi
_LARGEST = 4000  # pixels of the longer edge of a photograph: a larger one is reduced
_QUARTER = 90
_QR = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)


@dataclass(frozen=True, slots=True)
class Codes:
    """What was found, each ``{"page", "text", "turn"}`` (``turn``: degrees clockwise that put the page upright), and the page (from 1) up to
    which was looked: fewer than asked for when the time was over.
    """

    found: list[dict[str, int | str]]
    up_to: int


def read_codes(content: bytes, media_type: str, bounds: Bounds, *, first: int = 1, most: int = 1000) -> Codes:
    """Read the codes of up to ``most`` pages from ``first`` on, for at most two thirds of ``bounds.cpu_seconds``; always of one."""
    if media_type in _KINDS:
        return Codes(list(_told(_of_image(content, _KINDS[media_type], bounds), 1)), 1)
    until = time.process_time() + bounds.cpu_seconds * 2 / 3
    found: list[dict[str, int | str]] = []
    with open_document(readable(content)) as document:
        number = first
        for number in range(first, min(first + most, len(document) + 1)):
            found += _told(_of_page(document[number - 1]), number)
            if time.process_time() > until:
                break
    return Codes(found, number)


def _told(codes: list[zxingcpp.Barcode], number: int) -> Iterator[dict[str, int | str]]:
    for code in codes[:MOST_CODES]:
        if len(code.text) <= LONGEST_CODE:
            yield {"page": number, "text": code.text, "turn": turn_of(code.orientation)}


def turn_of(orientation: int) -> int:
    """How far, in quarters, a page is turned back whose code lies ``orientation`` degrees clockwise from upright."""
    return -round(orientation / _QUARTER) * _QUARTER % 360


def _of_page(page: pdfium.PdfPage) -> list[zxingcpp.Barcode]:
    for width in _WIDTHS:
        if codes := codes_in(draw_page(page, width, grayscale=True)):
            return codes
    return []


def _of_image(content: bytes, kind: str, bounds: Bounds) -> list[zxingcpp.Barcode]:
    with open_image(content, kind, bounds.max_pixels) as opened:
        opened.draft("L", (_LARGEST, _LARGEST))
        opened.load()
        turned = orientation(opened)
        picture = upright(shrunk(opened, _LARGEST, _LARGEST), turned)
    return codes_in(picture.convert("L"))


def codes_in(picture: Image.Image) -> list[zxingcpp.Barcode]:
    """The codes of a grey picture: as it is; then with its contrast drawn out and its grain smoothed, as a photograph or copy needs it."""
    for seen in (
        lambda: picture,
        lambda: ImageOps.autocontrast(picture.filter(ImageFilter.GaussianBlur(1)), cutoff=2),
        lambda: picture.resize((picture.width * 2, picture.height * 2), Image.Resampling.BICUBIC),
    ):
        if codes := zxingcpp.read_barcodes(seen(), formats=_QR):
            return list(codes)
    return []
