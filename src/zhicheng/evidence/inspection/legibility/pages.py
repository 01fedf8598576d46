"""The pages of a file as pictures, one after another: what its reader sees, at the size it was taken with."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pypdfium2 as pdfium
from PIL import Image
from pypdfium2 import raw

from zhicheng.evidence.inspection.drawing import draw_page
from zhicheng.evidence.inspection.images import open_image, orientation, shrunk, upright
from zhicheng.evidence.inspection.legibility.print import Colour, Page
from zhicheng.evidence.inspection.verdicts import Bounds

_LARGEST = 4000  # pixels of the longer edge of a picture: a larger one is reduced
_DRAWN_WIDTH = 1200  # pixels of a page of outlines
_MOSTLY = 0.6  # of a page that a picture covers, to be taken for a scan; text that a scanner lays under it changes nothing
_PARTS_LOOKED_AT = 400


def page_of_image(content: bytes, kind: str, bounds: Bounds) -> Page:
    """The one page of a photograph or picture."""
    with open_image(content, kind, bounds.max_pixels) as opened:
        opened.draft("RGB", (_LARGEST, _LARGEST))
        opened.load()
        turned = orientation(opened)
        picture = upright(shrunk(opened, _LARGEST, _LARGEST), turned)
    return Page(_colours(picture))


def page_of_pdf(page: pdfium.PdfPage, *, least: int = 100) -> Page:
    """A page of a PDF, ``least`` pixels wide: a scan with each of its pixels as it is, anything else as it is drawn."""
    width, height = page.get_size()
    per_point = scanned_at(page)
    drawn = per_point == 0
    wanted = _DRAWN_WIDTH if drawn else round(min(per_point * width, _LARGEST * min(width / height, 1)))
    return Page(_colours(draw_page(page, max(wanted, least))), drawn=drawn)


def scanned_at(page: pdfium.PdfPage) -> float:
    """Pixels for each point of the picture that covers most of the page; 0 where none does."""
    width, height = page.get_size()
    best, covered, density = 0.0, 0.0, 0.0
    for number, thing in enumerate(page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=3)):
        if number > _PARTS_LOOKED_AT:
            break
        left, bottom, right, top = thing.get_bounds()
        size = max((right - left) * (top - bottom), 0.0)
        covered += size
        if size > best:
            across, down = thing.get_px_size()
            best, density = size, math.sqrt(across * down / size)
    return density if covered >= _MOSTLY * width * height else 0.0


def _colours(picture: Image.Image) -> Colour:
    colours: Colour = cv2.cvtColor(np.asarray(picture.convert("RGB")), cv2.COLOR_RGB2BGR)
    return colours
