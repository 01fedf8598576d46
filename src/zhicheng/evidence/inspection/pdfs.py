"""PDF: structure with pikepdf (qpdf), pages with pypdfium2. Nothing is executed: neither library runs scripts, and a file
that carries any is refused before a page is drawn.
"""

from __future__ import annotations

import io
import time
from collections.abc import Iterator

import pikepdf
import pypdfium2 as pdfium
from pypdfium2 import raw

from zhicheng.evidence.inspection.quality import LEGIBLE_PIXELS, looks_blank
from zhicheng.evidence.inspection.verdicts import Bounds, Finding, Rejected

_LARGEST_PAGE = 14_400  # points; the limit of the format for readers (200 inches)
_MOST_VALUES = 2_000_000  # dictionaries and arrays looked at before a file counts as too complex
_DEEPEST = 60
_QUALITY_SECONDS = 4.0
_DRAW_WIDTH = 320
_SCRIPTS = {"/JavaScript"}
_LAUNCHES = {"/Launch", "/ImportData", "/SubmitForm", "/GoToE", "/Rendition", "/Movie", "/Sound"}
_MEDIA_ANNOTATIONS = {"/RichMedia", "/Screen", "/Movie", "/Sound", "/3D"}


def inspect_pdf(content: bytes, bounds: Bounds) -> Finding:
    """Warnings: ``blank`` and ``low_resolution`` per page.

    Raises ``Rejected``: ``encrypted``, ``restricted``, ``damaged``, ``no_pages``, ``too_many_pages``, ``script``, ``launch``,
    ``attachment``, ``form_xfa``, ``too_many_pixels``, ``absurd_size``, ``too_complex``.
    """
    try:
        with pikepdf.open(io.BytesIO(content), suppress_warnings=True) as pdf:
            _check_structure(pdf, bounds)
            count = len(pdf.pages)
    except pikepdf.PasswordError as error:
        raise Rejected("encrypted") from error
    except pikepdf.PdfError as error:
        raise Rejected("damaged", kind="pdf") from error
    return Finding(media_type="application/pdf", pages=count, warnings=_look_at_pages(content, count))


def _check_structure(pdf: pikepdf.Pdf, bounds: Bounds) -> None:
    if pdf.is_encrypted:
        raise Rejected("restricted")
    # qpdf repairs what it can and says so; a repaired file is a file of which something may be missing.
    if pdf.get_warnings():
        raise Rejected("damaged", kind="pdf")
    count = len(pdf.pages)
    if count == 0:
        raise Rejected("no_pages")
    if count > bounds.max_pages:
        raise Rejected("too_many_pages", pages=count)
    _check_objects(pdf, bounds)
    _check_page_sizes(pdf)
    complaints = pdf.check_pdf_syntax()
    if any("bad_alloc" in line for line in complaints):
        raise Rejected("too_complex")
    if any("error decoding stream data" in line or "damaged" in line for line in complaints) or pdf.get_warnings():
        raise Rejected("damaged", kind="pdf")


def _check_objects(pdf: pikepdf.Pdf, bounds: Bounds) -> None:
    """Refuse what could act by itself wherever it hangs: every dictionary of the file is looked at, not only the known places."""
    budget = _MOST_VALUES
    for top in pdf.objects:
        for value in _dictionaries(top):
            budget -= 1
            if budget < 0:
                raise Rejected("too_complex")
            _check_dictionary(value, bounds)


def _dictionaries(top: pikepdf.Object) -> Iterator[pikepdf.Object]:
    """``top`` and everything written directly inside it. What is referred to is met on its own."""
    waiting: list[tuple[pikepdf.Object, int]] = [(top, 0)]
    while waiting:
        value, depth = waiting.pop()
        if depth > _DEEPEST:
            raise Rejected("too_complex")
        if isinstance(value, (pikepdf.Dictionary, pikepdf.Stream)):
            yield value
            inside = [child for _key, child in value.items()]
        elif isinstance(value, pikepdf.Array):
            inside = list(value)
        else:
            continue
        waiting.extend((child, depth + 1) for child in inside if isinstance(child, pikepdf.Object) and not child.is_indirect)


def _check_dictionary(value: pikepdf.Object, bounds: Bounds) -> None:
    action = str(value.get("/S", ""))
    if action in _SCRIPTS or "/JS" in value or "/JavaScript" in value:
        raise Rejected("script")
    if action in _LAUNCHES:
        raise Rejected("launch")
    kind, subtype = str(value.get("/Type", "")), str(value.get("/Subtype", ""))
    if "/EmbeddedFiles" in value or "/EmbeddedFile" in (kind, subtype) or subtype == "/FileAttachment" or "/Collection" in value:
        raise Rejected("attachment")
    if subtype in _MEDIA_ANNOTATIONS:
        raise Rejected("launch")
    if "/XFA" in value:
        raise Rejected("form_xfa")
    if subtype == "/Image" and _pixels(value) > bounds.max_pixels:
        raise Rejected("too_many_pixels")


def _pixels(image: pikepdf.Object) -> int:
    try:
        return int(image.get("/Width", 0)) * int(image.get("/Height", 0))
    except (TypeError, ValueError) as error:
        raise Rejected("damaged", kind="pdf") from error


def _check_page_sizes(pdf: pikepdf.Pdf) -> None:
    for page in pdf.pages:
        try:
            left, bottom, right, top = (float(edge) for edge in page.mediabox)
        except (TypeError, ValueError, AttributeError) as error:
            raise Rejected("damaged", kind="pdf") from error
        width, height = abs(right - left), abs(top - bottom)
        if not (1 <= width <= _LARGEST_PAGE and 1 <= height <= _LARGEST_PAGE):
            raise Rejected("absurd_size", width=round(width), height=round(height))


def _look_at_pages(content: bytes, count: int) -> list[dict[str, int | str]]:
    """Draw every page small. A page that cannot be drawn is damage; what is found about legibility is a warning.

    Long files stop being judged after a few seconds: the person is waiting, and a warning is only a courtesy.
    """
    notes: list[dict[str, int | str]] = []
    until = time.process_time() + _QUALITY_SECONDS
    try:
        with pdfium.PdfDocument(content) as document:
            if len(document) != count:
                raise Rejected("damaged", kind="pdf")
            for index in range(count):
                if time.process_time() > until:
                    break
                notes.extend(_look_at_page(document[index], index + 1))
    except pdfium.PdfiumError as error:
        raise Rejected("damaged", kind="pdf") from error
    return notes


def _look_at_page(page: pdfium.PdfPage, number: int) -> list[dict[str, int | str]]:
    notes: list[dict[str, int | str]] = []
    if looks_blank(draw_page(page, _DRAW_WIDTH, grayscale=True)):
        notes.append({"code": "blank", "page": number})
    elif 0 < _scanned_pixels(page) < LEGIBLE_PIXELS:
        notes.append({"code": "low_resolution", "page": number})
    page.close()
    return notes


def _scanned_pixels(page: pdfium.PdfPage) -> int:
    """Pixels of all pictures on a page that consists of pictures only; 0 when there is anything else (text, lines)."""
    total = 0
    for thing in page.get_objects(max_depth=3):
        if thing.type == raw.FPDF_PAGEOBJ_IMAGE:
            width, height = thing.get_px_size()
            total += width * height
        elif thing.type != raw.FPDF_PAGEOBJ_FORM:
            return 0
    return total


def draw_page(page: pdfium.PdfPage, width: int, *, grayscale: bool = False, tallest: int | None = None):  # type: ignore[no-untyped-def]
    """The page as a Pillow image, ``width`` pixels wide and never taller than ``tallest`` (default 4 × width)."""
    page_width, page_height = page.get_size()
    scale = min(width / max(page_width, 1), (tallest or 4 * width) / max(page_height, 1))
    return page.render(scale=scale, grayscale=grayscale, may_draw_forms=False).to_pil()
