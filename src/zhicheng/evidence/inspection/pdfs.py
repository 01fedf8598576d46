"""PDF: structure with pikepdf (qpdf), pages with pypdfium2. Nothing is executed: neither library runs scripts.

A sound file is one that a reader opens and every page of which is there. What a reader mends without a word (a wrong length, a pointer
two bytes off) is mended here too; where the table of contents had to be pieced together, everything it names must have been found.
"""

from __future__ import annotations

import io
import re
import time
import warnings
from typing import Any

import pikepdf
import pypdfium2 as pdfium
from pikepdf.jbig2 import JBIG2DecoderInterface, set_decoder

from zhicheng.evidence.inspection.active import dictionaries, has_active_content, write_safe_copy
from zhicheng.evidence.inspection.drawing import draw_page, open_document
from zhicheng.evidence.inspection.expansion import check_expansion
from zhicheng.evidence.inspection.kinds import forgotten_before, without_lead
from zhicheng.evidence.inspection.verdicts import MENDED_COPY, Bounds, Finding, Rejected


class _DrawnElsewhere(JBIG2DecoderInterface):
    """Scans in black and white (JBIG2) are decoded by what draws the pages. qpdf's own way, another program for each picture, is never
    taken: no program can be started in a cell, and this one reads strangers' bytes. Set here, so that nothing is loaded in the cell."""

    def check_available(self) -> None:
        raise pikepdf.DependencyError("no decoder")

    def decode_jbig2(self, jbig2: bytes, jbig2_globals: bytes) -> bytes:
        raise pikepdf.DependencyError("no decoder")


set_decoder(_DrawnElsewhere())

_LARGEST_PAGE = 14_400  # points; the limit of the format for readers (200 inches)
_SHARE_FOR_DRAWING = 0.3  # of the time of the processor: an honest file is not refused for what is only a courtesy
_DRAW_WIDTH = 320
_END = re.compile(rb"startxref\s+\d+(?:\s+%%EOF)?")
_END_LOOKED_FOR = 1024 * 1024
_PASSED_OVER = 1000  # bytes; readers look for the end in the last 1024
_OBJECT = re.compile(rb"\d\s+\d+\s+obj")
_REFERENCE = re.compile(r"(?<![\w.])(\d+) (\d+) R(?!\w)")
_HARMLESS = ("reported number of objects", "expected endstream", "recover stream length", "recovered stream length")
_NAMES_MENDED = "Resources is missing or invalid"
_STANDARD = ("arial", "helvetica", "times", "courier", "symbol", "zapfdingbats")  # every reader has these


def readable(content: bytes) -> bytes:
    """The part of a file that is the PDF: without what stands before its mark (:mod:`.kinds`), without zeros and what is no part of it behind
    its end.
    """
    content = without_lead(content)[forgotten_before(content) :].rstrip(b"\0")
    return content[: -len(behind)] if (behind := _behind_the_end(content)) else content


def _behind_the_end(content: bytes) -> bytes:
    """What was appended to a whole file, where it is more than every reader passes over; empty where an object comes after the last end: then a
    later part of the file itself was cut. One pass over the last megabyte.
    """
    at = content.rfind(b"startxref", max(0, len(content) - _END_LOOKED_FOR))
    end = _END.match(content, at) if at >= 0 else None
    behind = content[end.end() :] if end is not None else b""
    return behind if len(behind) > _PASSED_OVER and not _OBJECT.search(behind) else b""


def _was_cut_to_size(whole: bytes) -> bool:
    """Whether :func:`readable` leaves out more than white space and zeros."""
    return bool(forgotten_before(whole) or _behind_the_end(whole.rstrip(b"\0")).strip())


def inspect_pdf(content: bytes, bounds: Bounds) -> Finding:
    """Warnings: ``repaired``, ``mended_copy`` (readers get a copy in which names are mended, and nothing else was taken out),
    ``font_missing``.

    Raises ``Rejected``: ``encrypted``, ``damaged``, ``no_pages``, ``page_missing``, ``too_many_pages``, ``launch``, ``attachment``,
    ``form_xfa``, ``script``, ``too_many_pixels``, ``absurd_size``, ``too_complex``.
    """
    repaired, content = _was_cut_to_size(content), readable(content)
    notes: list[dict[str, int | str]] = []
    copy = None
    try:
        with pikepdf.open(io.BytesIO(content), suppress_warnings=True) as pdf:
            mended, told = _check_structure(pdf, content, bounds)
            count = len(pdf.pages)
            notes += [{"code": "repaired", "page": 1}] * (repaired or mended)
            notes += [{"code": "font_missing", "page": 1}] * _lacks_fonts(pdf)
            acts = has_active_content(pdf, bounds)
            check_expansion(pdf)
            # Reckoned was what these pages have after the mending; a reader takes from the original what is not there any more.
            other_names = any(_NAMES_MENDED in line for line in told)
            if acts or other_names:
                copy = write_safe_copy(pdf, bounds)
            notes += [{"code": MENDED_COPY, "page": 1}] * (other_names and not acts)
            _draw_pages(copy or content, count, bounds)  # the bytes that readers get and pictures are drawn from
    except pikepdf.PasswordError as error:
        raise Rejected("encrypted") from error
    except pikepdf.PdfError as error:
        raise Rejected("damaged", kind="pdf") from error
    return Finding(media_type="application/pdf", pages=count, warnings=notes, safe_copy=copy)


def _check_structure(pdf: pikepdf.Pdf, content: bytes, bounds: Bounds) -> tuple[bool, list[str]]:
    """Whether something had to be mended that a person should look at, and everything the parser told."""
    opened_with = [*pdf.get_warnings()]
    mended = _mended(opened_with)
    if mended and not _END.search(content[-2048:]):
        raise Rejected("damaged", kind="pdf")  # the end is not there: the file was cut
    count = len(pdf.pages)
    if count == 0:
        raise Rejected("no_pages")
    if count > bounds.max_pages:
        raise Rejected("too_many_pages", pages=count)
    declared = pdf.Root.Pages.get("/Count")
    if declared != count:
        raise Rejected("page_missing", pages=count, declared=declared if type(declared) is int else 0)
    _check_page_sizes(pdf)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # qpdf has no decoder for JBIG2 and says so: what draws the pages has one
        complaints = pdf.check_pdf_syntax()
    if any("bad_alloc" in line for line in complaints):
        raise Rejected("too_complex")
    if any("error decoding stream data" in line for line in complaints):
        raise Rejected("damaged", kind="pdf")
    told = [str(line) for line in (*opened_with, *pdf.get_warnings(), *complaints)]
    mended = _mended(told)
    if mended and not _names_only_what_is_there(pdf):
        raise Rejected("damaged", kind="pdf")
    return mended, told


def _mended(told: list[Any]) -> bool:
    return any(not any(word in str(line) for word in _HARMLESS) for line in told)


def _names_only_what_is_there(pdf: pikepdf.Pdf) -> bool:
    """Whether every object that is named was found: in a file that was cut, some are missing."""
    there = {value.objgen for value in pdf.objects}
    for top in [pdf.trailer, *pdf.objects]:
        inner = top.stream_dict if isinstance(top, pikepdf.Stream) else top
        if not isinstance(inner, (pikepdf.Dictionary, pikepdf.Array)):
            continue
        named = _REFERENCE.findall(inner.unparse(resolved=True).decode("latin-1"))
        if any((int(number), int(generation)) not in there for number, generation in named):
            return False
    return True


def _check_page_sizes(pdf: pikepdf.Pdf) -> None:
    for page in pdf.pages:
        try:
            left, bottom, right, top = (float(edge) for edge in page.mediabox)
        except (TypeError, ValueError, AttributeError) as error:
            raise Rejected("damaged", kind="pdf") from error
        width, height = abs(right - left), abs(top - bottom)
        if not (1 <= width <= _LARGEST_PAGE and 1 <= height <= _LARGEST_PAGE):
            raise Rejected("absurd_size", width=round(width), height=round(height))


def _lacks_fonts(pdf: pikepdf.Pdf) -> bool:
    """Whether a font is named that neither the file nor every reader has."""
    for top in pdf.objects:
        for value in dictionaries(top):
            if str(value.get("/Subtype", "")) in {"/TrueType", "/Type1", "/MMType1", "/CIDFontType0", "/CIDFontType2"}:
                described = value.get("/FontDescriptor")
                inside = isinstance(described, pikepdf.Dictionary) and any(
                    key in described for key in ("/FontFile", "/FontFile2", "/FontFile3")
                )
                name = str(value.get("/BaseFont", "")).lower()
                if not inside and "/BaseFont" in value and not any(known in name for known in _STANDARD):
                    return True
    return False


def _draw_pages(content: bytes, count: int, bounds: Bounds) -> None:
    """Draw every page small. A page that cannot be drawn is damage. Long files stop being drawn after a part of their time."""
    until = time.process_time() + bounds.cpu_seconds * _SHARE_FOR_DRAWING
    try:
        with open_document(content) as document:
            if len(document) != count:
                raise Rejected("damaged", kind="pdf")
            for index in range(count):
                if time.process_time() > until:
                    break
                page = document[index]
                draw_page(page, _DRAW_WIDTH, grayscale=True)
                page.close()
    except pdfium.PdfiumError as error:
        raise Rejected("damaged", kind="pdf") from error
