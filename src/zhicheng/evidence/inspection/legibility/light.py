"""Too dark, burnt out, and a lamp's reflection over print."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from zhicheng.evidence.inspection.legibility.print import Grey, Page
from zhicheng.evidence.inspection.legibility.sharpness import edge_width
from zhicheng.evidence.inspection.legibility.spots import Spot, box_about

_DARK = 82  # of 255: the brightest there is on a page nobody can read without turning the screen up
_DARK_COVER, _COLOURED = 50, 60  # the same of the letters on a coloured cover, which is one by its usual saturation, of 255
_GROUND = 0.55  # of the brightest: what is usual on a cover, which is its ground
_PALE = 0.36  # of the paper's brightness, by which print has to be darker
_PALE_AND_SHARP = 4.5  # pixels of an edge: a blurred one is pale for another reason
_TABLE = 95  # of 255: darker is no paper beside a lamp's reflection
_SEEN_AT = 600
_WHITE = 249
_LEAST, _MOST = 0.001, 0.25  # of the page that a reflection covers
_BRIGHTER, _MUCH_BRIGHTER = 22, 40  # than the paper around it; so much that whatever was there is gone
_EMPTY = 0.25  # of the print around: more of it is to be seen within than under a lamp
_BURIED_BESIDE = 6  # marks of print around what lies under it


def is_dark(page: Page) -> bool:
    """Whether even what is brightest on the page is dark. The cover of a booklet has its letters."""
    small = cv2.resize(page.grey, (page.width // 4 or 1, page.height // 4 or 1), interpolation=cv2.INTER_AREA)
    brightest = float(np.percentile(small, 99.5))
    return brightest < (_DARK_COVER if _is_coloured(page, small, brightest) else _DARK)


def is_cover(page: Page) -> bool:
    """Whether it is the cover of a booklet: its letters are lighter than its ground, and nothing that is measured by ink can be said of it."""
    small = cv2.resize(page.grey, (page.width // 4 or 1, page.height // 4 or 1), interpolation=cv2.INTER_AREA)
    return _is_coloured(page, small, float(np.percentile(small, 99.5)))


def _is_coloured(page: Page, small: Grey, brightest: float) -> bool:
    """Whether most of a page is a ground much darker than the brightest there is, and no grey."""
    saturation = cv2.cvtColor(cv2.resize(page.colours, small.shape[::-1], interpolation=cv2.INTER_AREA), cv2.COLOR_BGR2HSV)[
        ..., 1
    ]
    return float(np.median(small)) < _GROUND * brightest and float(np.median(saturation)) > _COLOURED


def burnt(page: Page) -> list[Spot]:
    """Print that is nearly as bright as its paper: overexposed, or a pale copy."""
    if not page.has_print or not 0 < page.darkness < _PALE or edge_width(page) > _PALE_AND_SHARP:
        return []
    return [Spot("burnt", box_about(page.characters, page.width, page.height))]


def glare(page: Page) -> list[Spot]:
    """A white spot on paper that is less bright, with print around it and none in it."""
    if not page.is_photograph:
        return []
    scale = min(_SEEN_AT / max(page.width, page.height), 1)
    small = cv2.resize(page.grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    light = cv2.GaussianBlur(small, (0, 0), 1.5)
    white = cv2.morphologyEx((light >= _WHITE).astype(np.uint8), cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
    _count, labels, found, _middles = cv2.connectedComponentsWithStats(white)
    middles = (page.marks[:, :2] + page.marks[:, 2:4] / 2) * scale
    spots = []
    for number in range(1, len(found)):
        if not _LEAST < found[number][4] / small.size < _MOST:
            continue
        inside = _hull((labels == number).astype(np.uint8))
        if _is_over_print(inside, light, middles):
            spots.append(Spot("glare", box_about(found[number : number + 1, :4], small.shape[1], small.shape[0])))
    return spots[:3]


def _hull(spot: NDArray[Any]) -> NDArray[Any]:
    """All that lies within a spot: print in it, which is not white, tells sunlight on a page from a lamp that buries what is there."""
    outlines, _order = cv2.findContours(spot, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    filled = np.zeros_like(spot)
    cv2.fillConvexPoly(filled, cv2.convexHull(np.concatenate(outlines)), 1)
    return filled


def _is_over_print(inside: NDArray[Any], light: NDArray[Any], marks: NDArray[Any]) -> bool:
    reach = max(int(np.sqrt(inside.sum())), 12)
    around = _grown(inside, reach * 5 // 4) & ~_grown(inside, reach * 5 // 8) & (light > _TABLE)
    if around.sum() < 50:
        return False
    brighter = _WHITE - float(np.percentile(light[around > 0], 60))
    if brighter < _BRIGHTER:
        return False
    columns = np.clip(marks[:, 0].astype(int), 0, light.shape[1] - 1)
    rows = np.clip(marks[:, 1].astype(int), 0, light.shape[0] - 1)
    beside, within = int((around[rows, columns] > 0).sum()), int((inside[rows, columns] > 0).sum())
    if brighter >= _MUCH_BRIGHTER and within < 3:
        return True
    return beside >= _BURIED_BESIDE and within / inside.sum() < _EMPTY * beside / around.sum()


def _grown(inside: NDArray[Any], reach: int) -> NDArray[Any]:
    return cv2.dilate(inside, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1)))
