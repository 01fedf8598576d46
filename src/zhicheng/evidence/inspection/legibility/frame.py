"""Blank, skewed, cut at an edge."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from zhicheng.evidence.inspection.legibility.print import Page
from zhicheng.evidence.inspection.legibility.spots import PER_PAGE, Spot

_A_STROKE = 30  # pixels of something drawn
_GRAIN = 0.15  # of the paper's brightness: the darkest there is where a camera saw nothing
_FEWEST_MARKS = 6  # on a page that is not blank
_INK = 0.0015  # of the page: a picture without a word is not blank either
_FLAT = 25  # of 255: something soft may be on a page that has no edges
_DARK_GROUND = 150  # of 255: the cover of a booklet, whose letters are lighter than it
_RIM = 0.04  # of the page: shadows of the lid and holes for a binder
_SKEW_SCANNED, _SKEW_PHOTOGRAPHED = 2.0, 5.0  # degrees
_PAIRS = 25  # neighbours, before a direction is believed
_RIGHT_AT_EDGE = 0.35  # of the print's height
_CUT_BESIDE, _CUT_ABOVE = 4, 6  # marks that the edge goes through: at a side, where one is the end of a line; above and below


def is_blank(page: Page) -> bool:
    """Whether nothing is written or drawn: holes, staples, shadows and specks are nothing."""
    if page.drawn:
        return bool(np.count_nonzero(page.ink) < _A_STROKE)
    if page.is_photograph and page.darkness < _GRAIN and len(page.characters) < _FEWEST_MARKS:
        return True
    marks = _inner(page, page.marks)
    strong = marks[(marks[:, 3] >= 8) & ~_is_hole(marks, page)] if len(marks) else marks
    if len(strong) >= _FEWEST_MARKS:
        return False
    rim_x, rim_y = int(page.width * _RIM), int(page.height * _RIM)
    ink = page.ink[rim_y : page.height - rim_y, rim_x : page.width - rim_x].copy()
    for left, top, width, height, _area in marks[_is_hole(marks, page)] if len(marks) else ():
        ink[max(top - rim_y, 0) : top - rim_y + height, max(left - rim_x, 0) : left - rim_x + width] = 0
    ink &= page.on_paper[rim_y : page.height - rim_y, rim_x : page.width - rim_x]
    if float(np.count_nonzero(ink)) / max(ink.size, 1) >= _INK:
        return False
    low, high = np.percentile(page.paper[rim_y : page.height - rim_y : 8, rim_x : page.width - rim_x : 8], (0.5, 99.5))
    if not page.is_photograph and high - low >= _FLAT:
        return False
    if np.median(page.grey) > _DARK_GROUND:
        return True
    light_on_dark = Page(255 - page.colours)
    return len(_inner(light_on_dark, light_on_dark.marks)) < _FEWEST_MARKS


def _inner(page: Page, marks: NDArray[Any]) -> NDArray[Any]:
    middle_x, middle_y = marks[:, 0] + marks[:, 2] / 2, marks[:, 1] + marks[:, 3] / 2
    rim_x, rim_y = page.width * _RIM, page.height * _RIM
    return marks[(middle_x > rim_x) & (middle_x < page.width - rim_x) & (middle_y > rim_y) & (middle_y < page.height - rim_y)]


def _is_hole(marks: NDArray[Any], page: Page) -> NDArray[Any]:
    """Round, full, as large as a punch makes it, near an edge."""
    wide, tall, area = marks[:, 2], marks[:, 3], marks[:, 4]
    longest = max(page.width, page.height)
    round_ = (abs(wide - tall) < 0.25 * np.maximum(wide, tall)) & (area > 0.68 * wide * tall)
    size = (tall > 0.012 * longest) & (tall < 0.04 * longest)
    left, right = marks[:, 0], page.width - marks[:, 0] - wide
    top, bottom = marks[:, 1], page.height - marks[:, 1] - tall
    return round_ & size & (np.minimum(np.minimum(left, right), np.minimum(top, bottom)) < 0.1 * longest)


def angle(page: Page) -> float:
    """Degrees, from -45 to 45, by which lines of print rise (positive: they fall to the right); 0 where there are too few."""
    found = page.characters
    if len(found) < _PAIRS:
        return 0.0
    found = found[np.argsort(found[:, 3])][-800:]
    middle = found[:, :2] + found[:, 2:4] / 2
    between = middle[None] - middle[:, None]
    far = np.hypot(between[..., 0], between[..., 1])
    usual = max(page.print_height, 4)
    far[(far < 0.7 * usual) | (np.abs(found[None, :, 3] - found[:, None, 3]) > 0.35 * usual)] = np.inf
    next_one = np.argmin(far, axis=1)
    rows = np.arange(len(found))
    near = far[rows, next_one] < 2.6 * usual
    if near.sum() < _PAIRS:
        return 0.0
    step = between[rows, next_one][near]
    degrees = (np.degrees(np.arctan2(step[:, 1], step[:, 0])) + 45) % 90 - 45
    counts, edges = np.histogram(degrees, bins=45, range=(-45, 45))
    smooth = counts + 0.7 * np.roll(counts, 1) + 0.7 * np.roll(counts, -1)
    best = edges[int(np.argmax(smooth))] + 1
    close = degrees[np.abs(degrees - best) < 3]
    return float(np.median(close)) if len(close) >= max(_PAIRS // 2, 0.3 * len(degrees)) else 0.0


def skewed(page: Page) -> list[Spot]:
    """Lines of print that are not level: a little more is left to whoever holds a camera."""
    degrees = angle(page)
    most = _SKEW_PHOTOGRAPHED if page.is_photograph else _SKEW_SCANNED
    return [Spot("skewed", None, {"degrees": round(abs(degrees))})] if abs(degrees) >= most else []


def cut(page: Page) -> list[Spot]:
    """Print or ruled lines that the edge of the picture goes through."""
    if not page.has_print:
        return []
    marks, usual = page.marks, page.print_height
    like_print = marks[(marks[:, 3] > 0.3 * usual) & (marks[:, 3] < 2 * usual) & (marks[:, 2] < 6 * usual)]
    whole = like_print[like_print[:, 3] > 0.6 * usual]  # between two characters a cut leaves one right at the edge
    high, near = np.percentile(marks[:, 3], 90), _RIGHT_AT_EDGE * usual
    right, at_right = like_print[:, 0] + like_print[:, 2], whole[:, 0] + whole[:, 2]
    sides = {"left": like_print[like_print[:, 0] <= 1], "right": like_print[right >= page.width - 1]}
    for side, beside in (("left", whole[whole[:, 0] <= near]), ("right", whole[at_right >= page.width - near])):
        sides[side] = beside if len(beside) > len(sides[side]) else sides[side]
    low = marks[(marks[:, 2] > 0.3 * usual) & (marks[:, 2] < 2 * usual) & (marks[:, 3] < 1.5 * high)]
    ends = {"top": low[low[:, 1] <= 1], "bottom": low[low[:, 1] + low[:, 3] >= page.height - 1]}
    spots = []
    for least, places in ((_CUT_BESIDE, sides), (_CUT_ABOVE, ends)):
        for side, through in places.items():
            if len(through) >= least or _ruled_through(page, side):
                spots.append(Spot("cut", _strip(side), {"side": side}))
    return spots


def _ruled_through(page: Page, side: str) -> bool:
    """Whether ruled lines run out of the picture: four and more, each long and thin."""
    length = 31 if max(page.width, page.height) < 1200 else 61
    upright = side in {"top", "bottom"}
    kernel = np.ones((length, 1) if upright else (1, length), np.uint8)
    lines = cv2.morphologyEx(
        (page.above_ground > 0).astype(np.uint8), cv2.MORPH_OPEN, kernel, borderType=cv2.BORDER_CONSTANT, borderValue=0
    )
    strip = {"left": lines[:, 2], "right": lines[:, -3], "top": lines[2], "bottom": lines[-3]}[side] > 0
    starts = np.flatnonzero(np.diff(np.concatenate(([0], strip.astype(np.int8)))) == 1)
    ends = np.flatnonzero(np.diff(np.concatenate((strip.astype(np.int8), [0]))) == -1)
    thin = (ends - starts + 1) < max(page.print_height * 0.4, 4)
    return int(thin.sum()) >= 4


def _strip(side: str) -> tuple[int, int, int, int]:
    thick = 60
    return {
        "left": (0, 0, thick, PER_PAGE), "right": (PER_PAGE - thick, 0, thick, PER_PAGE),
        "top": (0, 0, PER_PAGE, thick), "bottom": (0, PER_PAGE - thick, PER_PAGE, thick),
    }[side]  # fmt: skip
