"""Pages as pictures, as a reader shows them: with the fields of forms and the appearances of signatures. No script runs: this build of
pdfium has no engine for them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pypdfium2 as pdfium
from PIL import Image
from pypdfium2 import raw

from zhicheng.evidence.inspection.fonts import use_shipped_fonts

if {"V8", "XFA"} & set(pdfium.PDFIUM_INFO.flags):
    raise ImportError("This build of pdfium runs scripts; the one from the package index does not.")
use_shipped_fonts()


@contextmanager
def open_document(content: bytes) -> Iterator[pdfium.PdfDocument]:
    """The document, ready to be drawn with its form fields. Raises ``pdfium.PdfiumError``."""
    with pdfium.PdfDocument(content) as document:
        if not document.init_forms():
            # Also where the catalog names no form: the seal of a signature is a field that some programs leave on the page alone.
            config = raw.FPDF_FORMFILLINFO(version=2)
            environment = raw.FPDFDOC_InitFormFillEnvironment(document, config)
            if environment:
                document.formenv = pdfium.PdfFormEnv(environment, config)
        yield document


def draw_page(page: pdfium.PdfPage, width: int, *, grayscale: bool = False, tallest: int | None = None) -> Image.Image:
    """The page ``width`` pixels wide and never taller than ``tallest`` (default 4 × width)."""
    page_width, page_height = page.get_size()
    scale = min(width / max(page_width, 1), (tallest or 4 * width) / max(page_height, 1))
    return page.render(scale=scale, grayscale=grayscale).to_pil()
