"""The print on a picture of a page: where it is, how tall, how much darker than the paper around it.

Everything is measured against the paper beside it, so that a shadow, a lamp or a grey scan changes nothing, and against the height of the
print, so that the number of pixels of a file does not either.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[Any]
Colour = NDArray[Any]

LONGEST = 2400
"""Pixels of the longer edge a page is looked at with; a larger picture is reduced to it. A4 at about 200 dpi."""
LEAST_CONTRAST = 0.07
"""Of the paper's brightness: what is taken for ink."""
_PAPER_SEEN_AT = 300  # pixels of the longer edge: print has gone there, the light is left
_GRAINS = 5  # times the usual variation: less is grain
_OF_DARKNESS = 0.4
_BLOCKS, _OF_A_BLOCK = 24, 36  # of a page, and points looked at of one, in each direction
_TALLEST = 0.09  # of the longer edge: anything larger is a picture or a frame
_SMALLEST = 5  # pixels
_ROUGH, _STEP = 0.035, 0.16  # of the paper's brightness
_SMALLER = 0.25  # of all that is printed
_EVEN = 12  # of 255
_MARKS = 12  # so few are no print to judge by


class Page:
    """One page as a picture in colours (BGR), upright as it will be shown. ``drawn``: its letters are outlines, not a photograph."""

    def __init__(self, colours: Colour, *, drawn: bool = False, least: float = LEAST_CONTRAST) -> None:
        longest = max(colours.shape[:2])
        self.least = least
        self.as_taken = cv2.cvtColor(colours, cv2.COLOR_BGR2GRAY)  # with every pixel there was
        if longest > LONGEST:
            scale = LONGEST / longest
            colours = cv2.resize(colours, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        self.colours = colours
        self.drawn = drawn
        self.edge_width: float | None = None  # measured by ``sharpness`` when somebody asks
        self.edge_evenness = 1.0
        self.height, self.width = colours.shape[:2]

    @cached_property
    def grey(self) -> Grey:
        """Its brightness."""
        return cv2.cvtColor(self.colours, cv2.COLOR_BGR2GRAY)

    @cached_property
    def paper(self) -> NDArray[Any]:
        """How bright the paper is at each place, without the print on it."""
        scale = _PAPER_SEEN_AT / max(self.grey.shape)
        small = cv2.resize(self.grey, None, fx=min(scale, 1), fy=min(scale, 1), interpolation=cv2.INTER_AREA)
        closed = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((13, 13), np.uint8), borderType=cv2.BORDER_REPLICATE)
        return cv2.resize(cv2.medianBlur(closed, 7), (self.width, self.height), interpolation=cv2.INTER_LINEAR).astype(np.float32)

    @cached_property
    def contrast(self) -> NDArray[Any]:
        """By how much of the paper's brightness each place is darker: 0 is paper, 1 black."""
        return np.clip(1 - self.grey.astype(np.float32) / np.maximum(self.paper, 1), 0, 1)

    @cached_property
    def ground(self) -> tuple[NDArray[Any], NDArray[Any]]:
        """What contrast there is without any print, block by block, and by how much it varies: much on a table of wood, little on paper."""
        small = cv2.resize(self.contrast, (_BLOCKS * _OF_A_BLOCK, _BLOCKS * _OF_A_BLOCK), interpolation=cv2.INTER_NEAREST)
        blocks = small.reshape(_BLOCKS, _OF_A_BLOCK, _BLOCKS, _OF_A_BLOCK).transpose(0, 2, 1, 3).reshape(_BLOCKS, _BLOCKS, -1)
        level = np.median(blocks, axis=2)
        spread = 1.48 * np.median(np.abs(blocks - level[..., None]), axis=2)
        size = (self.width, self.height)
        return cv2.resize(level, size), cv2.resize(spread, size)

    @cached_property
    def above_ground(self) -> NDArray[Any]:
        """The contrast beyond that of the paper itself; negative where there is none that its grain does not explain."""
        level, spread = self.ground
        return self.contrast - level - np.maximum(_GRAINS * spread, self.least)

    @cached_property
    def darkness(self) -> float:
        """The contrast of the print: of what stands out of the paper, nearly the darkest."""
        standing_out = self.contrast[self.above_ground > 0]
        return float(np.percentile(standing_out, 90)) if standing_out.size > _MARKS * 20 else 0.0

    @cached_property
    def ink(self) -> Grey:
        """255 where something is printed, 0 on the paper."""
        level, _spread = self.ground
        return ((self.above_ground > 0) & (self.contrast - level > _OF_DARKNESS * self.darkness)).astype(np.uint8) * 255

    @cached_property
    def on_paper(self) -> Grey:
        """255 where there is a smooth ground: not on the table beside a sheet, nor on the edge between them."""
        _level, spread = self.ground
        small = cv2.resize(self.paper, (self.width // 8 or 1, self.height // 8 or 1), interpolation=cv2.INTER_AREA)
        steps = cv2.morphologyEx(small, cv2.MORPH_GRADIENT, np.ones((5, 5), np.uint8))
        step = cv2.resize(steps, (self.width, self.height), interpolation=cv2.INTER_LINEAR)
        return ((spread < _ROUGH) & (step < _STEP * np.maximum(self.paper, 20))).astype(np.uint8) * 255

    @cached_property
    def marks(self) -> NDArray[Any]:
        """What may be a character or a part of one: rows of left, top, width, height, area."""
        joined = cv2.morphologyEx(self.ink, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
        _count, _labels, found, _middles = cv2.connectedComponentsWithStats(joined, connectivity=8)
        found = found[1:]
        wide, tall, area = found[:, 2], found[:, 3], found[:, 4]
        largest = _TALLEST * max(self.height, self.width)
        good = (tall >= _SMALLEST) & (tall < largest) & (wide >= 2) & (wide < 1.5 * largest) & (area > 8)
        found = found[good & (area < 0.95 * wide * tall)]
        rows, columns = found[:, 1] + found[:, 3] // 2, found[:, 0] + found[:, 2] // 2
        return found[self.on_paper[rows, columns] > 0]

    @cached_property
    def characters(self) -> NDArray[Any]:
        """Of the marks those as tall as wide, which are whole characters for the most part."""
        wide, tall = self.marks[:, 2], self.marks[:, 3]
        square = self.marks[(wide > 0.6 * tall) & (wide < 1.6 * tall)]
        if len(square) < _MARKS:
            return square
        usual = np.percentile(square[:, 3], 75)
        return square[square[:, 3] > 0.5 * usual]

    @property
    def has_print(self) -> bool:
        """Whether there are enough characters to judge the page by."""
        return len(self.characters) >= _MARKS

    @cached_property
    def print_height(self) -> float:
        """Pixels: how tall the smaller print is. Counted by what it covers, so that specks do not make it small."""
        if not self.has_print:
            return 0.0
        tall = self.characters[np.argsort(self.characters[:, 3])]
        covered = np.cumsum(tall[:, 2] * tall[:, 3])
        return float(tall[np.searchsorted(covered, _SMALLER * covered[-1]), 3])

    @cached_property
    def is_photograph(self) -> bool:
        """Whether the paper is not equally bright all over, as it is under a scanner's lamp."""
        low, high = np.percentile(self.paper[::16, ::16], (10, 90))
        return bool(high - low > _EVEN)
