"""Reading the picture of a page: the models of the wheel ``rapidocr``, loaded once, before any file is opened; one thread, nothing fetched."""

from __future__ import annotations

import cv2
import numpy as np
from rapidocr import RapidOCR
from rapidocr.utils.output import RapidOCROutput

from zhicheng.evidence.inspection.legibility.direction import sideways
from zhicheng.evidence.inspection.legibility.print import Colour, Page
from zhicheng.evidence.inspection.reading.lines import LONGEST_LINE, MOST_LINES, Line

_LONGEST = 1600
"""Pixels of the longer edge a page is read with: print of 9 points is still 20 pixels tall."""

cv2.setNumThreads(1)

_READER = RapidOCR(
    params={
        "EngineConfig.onnxruntime.intra_op_num_threads": 1,
        "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        "Global.use_cls": False,  # which way up is found out for the page
        "Global.max_side_len": _LONGEST,
        "Global.log_level": "critical",
    }
)


def upright(page: Page) -> int:
    """By how many degrees against the clock the page has to be turned to be read."""
    return next((int(spot.more["degrees"]) for spot in sideways(page)), 0)


def lines_in(page: Page, turned: int) -> list[Line]:
    """What can be read on the page, from top to bottom, after it was turned ``upright``. Empty where there is nothing."""
    picture = np.ascontiguousarray(np.rot90(page.colours, turned // 90))
    if max(picture.shape[:2]) > _LONGEST:
        scale = _LONGEST / max(picture.shape[:2])
        picture = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    read = _READER(picture)
    if not isinstance(read, RapidOCROutput) or read.boxes is None or read.txts is None or read.scores is None:
        return []
    return [
        Line(text[:LONGEST_LINE], *_box(corners, picture.shape[1], picture.shape[0], turned), round(float(score) * 100))
        for corners, text, score in list(zip(read.boxes, read.txts, read.scores, strict=True))[:MOST_LINES]
    ]


def _box(corners: Colour, width: int, height: int, turned: int) -> tuple[int, int, int, int]:
    """Left, top, width, height in thousandths of the page as it lies, of a box on the page as it was read."""
    across, down = corners[:, 0] / width, corners[:, 1] / height
    for _quarter in range(turned // 90):
        across, down = 1 - down, across
    x, y, to_x, to_y = (
        min(max(round(float(part) * 1000), 0), 1000) for part in (across.min(), down.min(), across.max(), down.max())
    )
    return x, y, to_x - x, to_y - y
