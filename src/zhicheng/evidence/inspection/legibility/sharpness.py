"""How sharp print is: how many pixels an edge takes from paper to ink, in the direction in which it takes most, beside the print's height.

That counts what can be read, not the pixels of the file: a small card with small print has few of them and is legible, a coarse scan that was
enlarged has many and is not.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.fft  # in the cell there is nothing left to load it from
from numpy.typing import NDArray

from zhicheng.evidence.inspection.legibility.print import Grey, Page
from zhicheng.evidence.inspection.legibility.spots import Spot, box_about

_DIRECTIONS = 4  # a hand that moved blurs in one of them alone
_ENOUGH = 60  # edges of one direction
_SHARPEST = 30  # per cent of the edges: the widest belong to soft things, a seal or a shadow
_SHARP = 2.6  # pixels: as sharp as print comes out of a scanner
_AS_TAKEN = 3.3  # pixels: no wider than a camera's own
_LEGIBLE = 11.0  # pixels, if they were sharp, that print has to be tall
_SHORTEST = 650  # pixels of a page on which no print can be made out
_SOFT, _SPECKS = 3.7, 30  # pixels of an edge; marks
_WIDE = 4.5  # pixels of an edge
_GROSS = 1 / 220  # of the page: an edge as wide as that leaves no character to be measured
_UNEVEN = 1.6  # times as wide in one direction as in another: moved
_ENLARGED = 5.5  # times the usual, of the rhythm that enlarging leaves
_SOFTENED, _REPEATED = 2.9, 14.0  # pixels of an edge; times the usual, where pixels were only repeated
_FEW_PEAKS = 4
_LEVELS = 8
_DARK_GROUND = 110  # of 255
_LOWEST_RHYTHM, _GRID, _BESIDE_GRID = 0.19, 1 / 8, 0.006  # of the pixels; compression works in squares of eight


def edge_widths(page: Page) -> NDArray[Any]:
    """Pixels from paper to ink, of the sharper edges of each direction across which they are; NaN where there are too few."""
    light = cv2.GaussianBlur(page.grey, (0, 0), 0.7).astype(np.float32)
    across, down = cv2.Sobel(light, cv2.CV_32F, 1, 0, scale=1 / 8), cv2.Sobel(light, cv2.CV_32F, 0, 1, scale=1 / 8)
    steep = cv2.magnitude(across, down)
    near = cv2.dilate(_of_print(page), np.ones((5, 5), np.uint8)) > 0
    reach = max(int(max(page.width, page.height) / 150) | 1, 7)
    kernel = np.ones((reach, reach), np.uint8)
    span = cv2.dilate(light, kernel) - cv2.erode(light, kernel)
    edge = (
        near & (steep >= cv2.dilate(steep, np.ones((3, 3), np.uint8))) & (steep > 2) & (span > 0.35 * page.darkness * page.paper)
    )
    width = span[edge] / steep[edge]
    direction = np.round(np.arctan2(down[edge], across[edge]) / (np.pi / _DIRECTIONS)).astype(int) % _DIRECTIONS
    found = [width[direction == one] for one in range(_DIRECTIONS)]
    return np.array([np.percentile(one, _SHARPEST) if len(one) >= _ENOUGH else np.nan for one in found])


def _of_print(page: Page) -> Grey:
    """Where ink belongs to marks of print: the shadow of a lid or a fold has soft edges of its own. All of it where there is no print."""
    if not page.has_print:
        return page.ink
    print_alone = np.zeros_like(page.ink)
    for left, top, width, height, _area in page.marks:
        print_alone[top : top + height, left : left + width] = page.ink[top : top + height, left : left + width]
    return print_alone


def edge_width(page: Page) -> float:
    """The widest of :func:`edge_widths`; endless where no direction has enough edges."""
    if page.edge_width is None:
        widths = edge_widths(page)
        page.edge_width = np.inf if np.isnan(widths).all() else float(np.nanmax(widths))
        page.edge_evenness = 1.0 if np.isnan(widths).all() else float(np.nanmax(widths) / np.nanmin(widths))
    return page.edge_width


def unsharp(page: Page) -> list[Spot]:
    """``low_resolution`` (too few pixels for the print, or enlarged from too few) or ``blurred``. Not asked of a blank page."""
    if page.drawn:
        return []
    width, longest = edge_width(page), max(page.width, page.height)
    gross = width > max(longest * _GROSS, _WIDE)
    if not page.has_print and not gross:
        return _without_print(page, width)
    enlarged = enlarged_by(page)
    at_once = page.print_height * min(_SHARP / max(width, _SHARP), 1)
    as_taken = page.print_height * max(page.as_taken.shape) / longest / enlarged
    if not gross and min(at_once, as_taken) >= _LEGIBLE:
        return []
    places = page.characters if page.has_print else page.marks
    box = box_about(places, page.width, page.height) if len(places) else None
    coarse = enlarged > 1 or (width <= _AS_TAKEN and not gross)
    moved = width > _WIDE and page.edge_evenness > _UNEVEN
    return [Spot("low_resolution" if coarse and not moved else "blurred", box)]


def _without_print(page: Page, width: float) -> list[Spot]:
    """Where no character is whole: too soft for one, or too small."""
    if np.median(page.grey) < _DARK_GROUND:  # the cover of a booklet
        return []
    if width > _SOFT:
        return [Spot("blurred")]
    tiny = len(page.marks) >= _SPECKS and np.median(page.marks[:, 3]) < 0.9 * _LEGIBLE and width <= _AS_TAKEN
    return [Spot("low_resolution")] if tiny or max(page.width, page.height) < _SHORTEST else []


def enlarged_by(page: Page) -> float:
    """How many times larger the picture was made than it was taken; 1 where nothing tells. What lies between its true pixels is smoother,
    in a rhythm that both directions share (Gallagher 2005).
    """
    steps = np.linspace(_LOWEST_RHYTHM, 0.5 - _BESIDE_GRID, 1500)
    off_grid = np.abs(steps / _GRID - np.round(steps / _GRID)) * _GRID > _BESIDE_GRID
    grey = page.as_taken
    if len(np.unique(grey[::3, ::3])) <= _LEVELS:  # black and white alone: nothing lies between two pixels
        return 1.0
    near = cv2.resize(cv2.dilate(page.ink, np.ones((9, 9), np.uint8)), grey.shape[::-1], interpolation=cv2.INTER_NEAREST) > 0
    across, down = (np.interp(steps, *_rhythm(one, where)) for one, where in ((grey, near), (grey.T, near.T)))
    both = np.where(off_grid, np.minimum(across, down), 0)
    best = int(np.argmax(both))
    peaks = np.count_nonzero(np.diff((both > 0.5 * both[best]).astype(np.int8)) == 1)
    # Ornaments, ruled lines and hanzi in rows have a rhythm as well: with overtones, and with edges that are sharp.
    least = _ENLARGED if edge_width(page) > _SOFTENED else _REPEATED
    return float(1 / steps[best]) if both[best] > least and peaks <= _FEW_PEAKS else 1.0


def _rhythm(grey: Grey, near: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """The frequencies of how uneven the columns are (``near`` print), and how strong each is beside the usual."""
    light = grey.astype(np.float32)
    bent = np.minimum(np.abs(2 * light[:, 1:-1] - light[:, :-2] - light[:, 2:]), 20) * near[:, 1:-1]
    uneven = bent.sum(axis=0) / np.maximum(near[:, 1:-1].sum(axis=0), 20)
    uneven = uneven - np.convolve(uneven, np.ones(9) / 9, "same")
    strength = np.abs(np.fft.rfft(uneven * np.hanning(len(uneven))))
    places = np.fft.rfftfreq(len(uneven))
    usual = np.median(strength[places > _LOWEST_RHYTHM])
    widest = np.maximum(strength, np.maximum(np.roll(strength, 1), np.roll(strength, -1)))
    return places, widest / max(float(usual), 1e-9)
