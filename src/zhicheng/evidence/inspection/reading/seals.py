"""Whether a page may carry a red seal. Whatever is red and as large as one counts, for nobody is to be told that a seal is missing which is there."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from zhicheng.evidence.inspection.legibility.print import Page
from zhicheng.evidence.inspection.reading.lines import COLOURLESS, SEALED, UNSEALED

_SEEN_AT = 1200  # pixels of the longer edge
_A_STROKE = 0.035  # of the longer edge: what is wider is the ground, the table, a coloured sheet
_RED = 7  # of 255, of the axis from green to red, by which a stroke is redder than what is around it
_NEUTRAL = 130  # of the axis: neither green nor red, and a little
_SMALLEST, _FEWEST = 0.025, 25  # of the longer edge; pixels: what is smaller is a mark of a pen
_BLUE = 0.5  # of the redness, by which ink is bluer than its paper: the signature of a pen
_COLOUR, _ANYWHERE = 2, 0.05  # of 255, between the colours of a place; of the page: less of it where there are none
_ROUND_AT = 700  # pixels of the longer edge
_RADIUS = (0.045, 0.125)  # of the longer edge, of a round seal on A4 and on half of it
_AS_ROUND = 0.3  # of the outline that has to be there, for a circle in black


def seal_of(page: Page) -> str:
    """``SEALED`` where there may be a seal, ``UNSEALED`` where a page with colours shows nothing red, ``COLOURLESS`` where it has none."""
    scale = min(_SEEN_AT / max(page.width, page.height), 1)
    small = cv2.medianBlur(cv2.resize(page.colours, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), 3)
    colour = cv2.cvtColor(small, cv2.COLOR_BGR2LAB)[..., 1:]
    longest = max(small.shape[:2])
    reach = int(_A_STROKE * longest) | 1
    redder = cv2.morphologyEx(colour[..., 0], cv2.MORPH_TOPHAT, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach)))
    yellower = colour[..., 1].astype(np.int16) - int(np.median(colour[..., 1]))
    red = ((redder > _RED) & (colour[..., 0] > _NEUTRAL) & (yellower > -_BLUE * redder)).astype(np.uint8)
    if _is_large(red, _SMALLEST * longest) or _is_round(page):
        return SEALED
    spread = small.max(axis=2) - small.min(axis=2)
    return UNSEALED if float((spread >= _COLOUR).mean()) >= _ANYWHERE else COLOURLESS


def _is_large(red: NDArray[Any], least: float) -> bool:
    joined = cv2.morphologyEx(
        cv2.morphologyEx(red, cv2.MORPH_OPEN, np.ones((2, 2), np.uint8)), cv2.MORPH_CLOSE, np.ones((11, 11), np.uint8)
    )
    _count, _labels, found, _middles = cv2.connectedComponentsWithStats(joined)
    return any(min(wide, tall) >= least and area >= _FEWEST for _left, _top, wide, tall, area in found[1:].tolist())


def _is_round(page: Page) -> bool:
    """Whether there is a circle as large as a seal in any colour: a photograph of a black copy has colours, and its seal has none."""
    scale = min(_ROUND_AT / max(page.width, page.height), 1)
    ink = cv2.resize(page.ink, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    longest = max(ink.shape)
    least, most = (round(part * longest) for part in _RADIUS)
    found = cv2.HoughCircles(
        cv2.GaussianBlur(ink, (0, 0), 1),
        cv2.HOUGH_GRADIENT,
        2,
        longest / 10,
        param1=120,
        param2=60,
        minRadius=least,
        maxRadius=most,
    )
    if found is None:
        return False
    near = cv2.dilate(ink, np.ones((3, 3), np.uint8)) > 60
    return any(_outline_of(near, *circle) > _AS_ROUND for circle in found[0][:12].tolist())


def _outline_of(ink: NDArray[Any], x: float, y: float, radius: float, *_votes: float) -> float:
    """The share of a circle's outline that has ink on it while a little within it there is less."""
    turn = np.linspace(0, 2 * np.pi, 180, endpoint=False)

    def share(reach: float) -> float:
        rows, columns = np.round(y + reach * np.sin(turn)).astype(int), np.round(x + reach * np.cos(turn)).astype(int)
        seen = (rows >= 0) & (rows < ink.shape[0]) & (columns >= 0) & (columns < ink.shape[1])
        return float(ink[rows[seen], columns[seen]].sum()) / len(turn)

    return max(share(radius + off) for off in (-2, -1, 0, 1, 2)) - share(radius * 0.86)
