"""Papers with words on them: as a PDF with its text, and as a picture of it."""

from __future__ import annotations

import io
import json
from functools import cache
from pathlib import Path

import pylopdf_fonts_zh_cn
import pypdfium2
import typst
from PIL import Image
from pypdfium2 import raw

_FONTS = [str(Path(pylopdf_fonts_zh_cn.__file__).parent)]
_PAGE = """
#set page(paper: "a4", margin: 25mm)
#set text(font: "Noto Serif SC", size: 15pt)
#for paper in json(bytes(sys.inputs.pages)) [
  #for line in paper [#block(spacing: 14mm)[#line]]
  #pagebreak(weak: true)
]
"""
FILLER = "经审核，该同志能够认真履行岗位职责，按时完成各项工作任务。"


@cache
def pdf(*pages: tuple[str, ...]) -> bytes:
    """A PDF whose pages hold these lines as text."""
    made = typst.compile(_PAGE.encode(), font_paths=_FONTS, sys_inputs={"pages": json.dumps(pages)})
    assert isinstance(made, bytes)
    return made


@cache
def picture(*lines: str, turned: int = 0) -> bytes:
    """A PNG of a page with these lines, as a scanner would make it; ``turned`` against the clock, degrees."""
    with pypdfium2.PdfDocument(pdf(lines)) as document:
        image = document[0].render(scale=2).to_pil().rotate(turned, expand=True)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


@cache
def copied(shown: tuple[str, ...], layer: tuple[str, ...], *, seen: bool = False) -> bytes:
    """A PDF as a copier makes it: a picture that shows ``shown``, none where it is empty, and the text ``layer`` it read of it: invisible, or
    ``seen`` were it not under the picture.
    """
    with pypdfium2.PdfDocument(pdf(layer)) as document:
        page = document[0]
        for part in page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT]):
            if not seen:
                raw.FPDFTextObj_SetTextRenderMode(part.raw, raw.FPDF_TEXTRENDERMODE_INVISIBLE)
        if shown:
            image = pypdfium2.PdfImage.new(document)
            image.set_bitmap(pypdfium2.PdfBitmap.from_pil(Image.open(io.BytesIO(picture(*shown))).convert("RGB")))
            image.set_matrix(pypdfium2.PdfMatrix().scale(*page.get_size()))
            page.insert_obj(image)
        page.gen_content()
        out = io.BytesIO()
        document.save(out)
    return out.getvalue()
