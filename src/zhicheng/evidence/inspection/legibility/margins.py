"""What of a picture is the paper, and of a sheet what is written on: what may be cropped away lies around it."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from zhicheng.evidence.inspection.legibility.print import Page

Part = tuple[float, float, float, float]
"""Left, top, right, bottom in shares of the page as it is seen."""
_SEEN_AT = 400  # pixels of the longer edge
_SHEET = (0.12, 0.93)  # of the picture that a sheet covers
_FULL = 0.8  # of the box around it that a sheet fills: else it is no rectangle
_BRIGHTER = 25  # of 255, than the table
_HOLDS = 0.97  # of the print that lies on the sheet
_AROUND_SHEET, _AROUND_PRINT = 0.006, 0.03  # of the longer edge that is left
_SPECK = 3  # pixels
_SHOWS, _COLOURED = 0.05, 45  # of the paper's brightness; of 255: a pale seal, a photograph
_RIM, _BRIGHT, _PLAIN = 0.015, 150, 0.93  # of the longer edge; of 255; of the rim
_WORTH = 0.12  # of the page: less is no margin to take away


def inside_margins(page: Page) -> Part | None:
    """The sheet that lies on a table, or what is printed on a sheet with wide margins; ``None`` where there is little to take away."""
    part = _sheet(page) or _printed(page)
    if part is None:
        return None
    left, top, right, bottom = part
    return part if (right - left) * (bottom - top) <= 1 - _WORTH else None


def _sheet(page: Page) -> Part | None:
    """The one bright rectangle with all of the print on it."""
    scale = _SEEN_AT / max(page.width, page.height)
    small = cv2.resize(page.paper, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA).astype(np.uint8)
    border, bright = cv2.threshold(small, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    if not 0 < np.count_nonzero(bright) < bright.size:
        return None
    if float(small[bright > 0].mean()) - float(small[bright == 0].mean()) < _BRIGHTER or border == 0:
        return None
    _count, labels, found, _middles = cv2.connectedComponentsWithStats(bright)
    largest = 1 + int(np.argmax(found[1:, 4]))
    filled = np.zeros_like(bright)
    outline, _order = cv2.findContours((labels == largest).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    cv2.drawContours(filled, outline, -1, 255, cv2.FILLED)
    left, top, wide, tall, _area = (int(value) for value in found[largest])
    area = float(np.count_nonzero(filled))
    if not _SHEET[0] < area / filled.size < _SHEET[1] or area / (wide * tall) < _FULL:
        return None
    marks = page.marks
    if len(marks):
        rows = np.clip((marks[:, 1] + marks[:, 3] / 2) * scale, 0, filled.shape[0] - 1).astype(int)
        columns = np.clip((marks[:, 0] + marks[:, 2] / 2) * scale, 0, filled.shape[1] - 1).astype(int)
        if float((filled[rows, columns] > 0).mean()) < _HOLDS:
            return None
    return _part(left, top, left + wide, top + tall, filled, _AROUND_SHEET)


def _printed(page: Page) -> Part | None:
    """Everything that is not plain paper, pale seals and photographs too. Where there is no plain paper all around there is no telling."""
    if not _is_plain_around(page):
        return None
    colours = page.colours.astype(np.int16)
    shows = (page.contrast > _SHOWS) | (colours.max(axis=2) - colours.min(axis=2) > _COLOURED)
    clean = cv2.morphologyEx(shows.astype(np.uint8), cv2.MORPH_OPEN, np.ones((_SPECK, _SPECK), np.uint8))
    rows, columns = np.flatnonzero(clean.any(axis=1)), np.flatnonzero(clean.any(axis=0))
    if not len(rows):
        return None
    return _part(int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1, clean, _AROUND_PRINT)


def _is_plain_around(page: Page) -> bool:
    """Whether what runs around the page is bright, and nearly all of it of one brightness."""
    thick = max(int(_RIM * max(page.width, page.height)), 2)
    grey = page.grey.astype(np.int16)
    rim = np.concatenate([part.ravel() for part in (grey[:thick], grey[-thick:], grey[:, :thick], grey[:, -thick:])])
    paper = float(np.median(rim))
    return paper > _BRIGHT and float((np.abs(rim - paper) < _BRIGHTER).mean()) > _PLAIN


def _part(left: int, top: int, right: int, bottom: int, of: NDArray[Any], around: float) -> Part:
    height, width = of.shape
    more = around * max(height, width)
    return (
        max(left - more, 0) / width,
        max(top - more, 0) / height,
        min(right + more, width) / width,
        min(bottom + more, height) / height,
    )
