"""Everything that is looked for on the pages of a file."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import pypdfium2 as pdfium

from zhicheng.evidence.inspection.drawing import open_document
from zhicheng.evidence.inspection.legibility.direction import sideways
from zhicheng.evidence.inspection.legibility.frame import cut, is_blank, skewed
from zhicheng.evidence.inspection.legibility.light import burnt, glare, is_cover, is_dark
from zhicheng.evidence.inspection.legibility.mirror import mirrored
from zhicheng.evidence.inspection.legibility.pages import page_of_image, page_of_pdf
from zhicheng.evidence.inspection.legibility.print import Page
from zhicheng.evidence.inspection.legibility.screen import of_screen
from zhicheng.evidence.inspection.legibility.sharpness import unsharp
from zhicheng.evidence.inspection.legibility.spots import Spot, box_about
from zhicheng.evidence.inspection.pdfs import readable
from zhicheng.evidence.inspection.verdicts import Bounds

cv2.setNumThreads(1)

_KINDS = {"image/jpeg": "jpeg", "image/png": "png"}
_FAINT, _FAINT_MARKS = 0.025, 40  # of the paper's brightness; characters that show on a page that seems blank
_FAINT_HEIGHT = 9  # pixels: less is grain
_COUNTED = re.compile(r"第\s*(\d{1,3})\s*页\s*[,，、/／|（(]?\s*共\s*(\d{1,3})\s*页")
_MOST_TEXT = 20_000  # characters of a page


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found, and the page (from 1) up to which was looked: fewer than asked for when the time was over."""

    warnings: list[dict[str, int | str]]
    up_to: int


def look(content: bytes, media_type: str, bounds: Bounds, *, first: int = 1, most: int = 1000) -> Looked:
    """Look at up to ``most`` pages from ``first`` on, for at most two thirds of ``bounds.cpu_seconds``; always at one. Advice, never a refusal.

    Warnings: ``sideways``, ``mirrored``, ``skewed`` (with ``degrees``), ``blurred``, ``dark``, ``burnt``, ``cut`` (with its ``side``), ``blank``,
    ``low_resolution``, ``glare``, ``of_screen``; in front of page 1 ``pages_missing`` (by the text of the file).
    """
    if media_type in _KINDS:
        return Looked(list(_found(page_of_image(content, _KINDS[media_type], bounds), 1)), 1)
    until = time.process_time() + bounds.cpu_seconds * 2 / 3
    warnings: list[dict[str, int | str]] = []
    with open_document(readable(content)) as document:
        count = len(document)
        if first == 1:
            warnings += missing_pages(document)
        number = first
        for number in range(first, min(first + most, count + 1)):
            page = document[number - 1]
            warnings += _found(page_of_pdf(page), number)
            page.close()
            if time.process_time() > until:
                break
    return Looked(warnings, number)


def _found(page: Page, number: int) -> Iterator[dict[str, int | str]]:
    for spot in spots_of(page):
        yield spot.as_warning(number)


def spots_of(page: Page) -> list[Spot]:
    """What is wrong with one page. Where nothing can be seen nothing else is said of it."""
    if page.drawn:
        return [Spot("blank")] if is_blank(page) else sideways(page)
    if is_dark(page):
        return [Spot("dark")]
    if is_cover(page):
        return sideways(page)
    if screen := of_screen(page):
        return [*screen, *sideways(page)]
    if is_blank(page):
        faint = Page(page.colours, least=_FAINT)
        if len(faint.characters) < _FAINT_MARKS or np.median(faint.characters[:, 3]) < _FAINT_HEIGHT:
            return [Spot("blank")]
        return [Spot("burnt", box_about(faint.characters, faint.width, faint.height))]
    turned, soft = sideways(page), unsharp(page)
    backwards = [] if turned or soft else mirrored(page)
    return [*turned, *backwards, *soft, *burnt(page), *glare(page), *skewed(page), *cut(page)]


def missing_pages(document: pdfium.PdfDocument) -> list[dict[str, int | str]]:
    """Whether the file's own numbers (第 1 页 共 3 页) name pages that are not there. Read from its text, where it has any."""
    told: dict[int, dict[int, int]] = {}
    for index in range(len(document)):
        page = document[index]
        text = page.get_textpage().get_text_bounded()[:_MOST_TEXT]
        page.close()
        for match in list(_COUNTED.finditer(text))[:1]:
            told.setdefault(int(match[2]), {}).setdefault(int(match[1]), index + 1)
    if len(told) != 1:  # several papers in one file, or none that counts
        return []
    total, there = next(iter(told.items()))
    missing = [n for n in range(1, total + 1) if n not in there]
    if not missing or total > 200 or max(there) > total:
        return []
    before = max((place for n, place in there.items() if n < missing[0]), default=1)
    listed = "、".join(map(str, missing[:20]))
    return [{"code": "pages_missing", "page": before, "count": total, "missing": listed}]
