"""Sheets that are printed to be signed by hand and come back as scans: on each page a code by which it is known again.

What the code says is the business of whoever prints them (``code_of``); it is no address, and nothing is kept of a print.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO

import pikepdf

from zhicheng.documents.base import PaperBase
from zhicheng.documents.rendering import Marks, render_pdf

CodeOf = Callable[[int, int], str]
"""From the number of a page (from 1) and how many there are to what its code says."""


def render_sheet(paper: PaperBase, *, marks: Marks, code_of: CodeOf) -> bytes:
    """Print ``paper`` with a code on each page, as ``render_pdf`` does; most have one page, and are printed once."""
    pdf = render_pdf(paper, marks=replace(marks, page_codes=(code_of(1, 1),)))
    pages = page_count(pdf)
    if pages == 1:
        return pdf
    return render_pdf(paper, marks=replace(marks, page_codes=tuple(code_of(page, pages) for page in range(1, pages + 1))))


def page_count(pdf: bytes) -> int:
    """How many pages a PDF of our own has."""
    with pikepdf.open(BytesIO(pdf)) as document:
        return len(document.pages)
