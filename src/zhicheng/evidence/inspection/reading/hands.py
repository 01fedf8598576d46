"""What stands beside a line of text and was not read: a signature, a stamp, a stroke of a pen."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from zhicheng.evidence.inspection.reading.lines import Line

_LONGEST = 24
"""Characters of a line that may ask for a signature; others are not looked at."""
_LEFT, _RIGHT, _ABOVE, _BELOW = 4.0, 14.0, 1.2, 2.0
"""Heights of the line around it in which a name is signed."""
_RULED = 4.0
"""Heights: what is straight and as long is a ruled line."""
_SPECK = 0.3
"""Heights: what is lower is dirt, or part of a dotted line."""
_WIDE, _NARROW, _SIGN = 0.9, 0.55, 0.3
"""Heights that a hanzi, a letter or digit, and a sign take in print."""
_MOST = 1000


def with_ink(lines: Sequence[Line], ink: NDArray[Any], turned: int = 0) -> list[Line]:
    """The lines with how much ink stands around each short one. ``ink`` is 255 where something is printed on the page as it lies; ``turned``
    by so many degrees against the clock it is upright.
    """
    height, width = ink.shape
    boxes = [_pixels(line, width, height, turned) for line in lines]
    upright = np.ascontiguousarray(np.rot90(ink, turned // 90))
    unread = upright.copy()
    for left, top, right, bottom in boxes:
        more = round((bottom - top) * 0.15)
        unread[max(top - more, 0) : bottom + more, max(left - more, 0) : right + more] = 0
    return [
        replace(line, ink=_around(line.text, box, upright, unread)) if len(line.text) <= _LONGEST else line
        for line, box in zip(lines, boxes, strict=True)
    ]


def _pixels(line: Line, width: int, height: int, turned: int) -> tuple[int, int, int, int]:
    """Left, top, right, bottom on the upright page."""
    x, y, to_x, to_y = line.left / 1000, line.top / 1000, (line.left + line.width) / 1000, (line.top + line.height) / 1000
    for _quarter in range(turned // 90):
        x, y, to_x, to_y = y, 1 - to_x, to_y, 1 - x
        width, height = height, width
    return round(x * width), round(y * height), round(to_x * width), round(to_y * height)


def _around(text: str, box: tuple[int, int, int, int], ink: NDArray[Any], unread: NDArray[Any]) -> int:
    left, top, right, bottom = box
    tall = bottom - top
    if tall < 4 or right <= left:
        return _MOST
    rows = slice(max(round(top - _ABOVE * tall), 0), round(bottom + _BELOW * tall))
    around = _columns(unread[rows, max(round(left - _LEFT * tall), 0) : round(right + _RIGHT * tall)], tall)
    within = _columns(ink[top:bottom, left:right], tall) - _print_of(text) * tall
    return min(round((around + max(within, 0.0)) / tall * 100), _MOST)


def _columns(part: NDArray[Any], tall: int) -> int:
    """In how many columns there is more than ruled lines and specks."""
    length = max(round(_RULED * tall), 3)
    level = cv2.morphologyEx(part, cv2.MORPH_OPEN, np.ones((1, length), np.uint8))
    ruled = cv2.max(level, cv2.morphologyEx(part, cv2.MORPH_OPEN, np.ones((length, 1), np.uint8)))
    rest = cv2.subtract(part, cv2.dilate(ruled, np.ones((3, 3), np.uint8)))
    _count, labels, found, _middles = cv2.connectedComponentsWithStats(rest, connectivity=8)
    kept = np.flatnonzero(found[:, 3] >= _SPECK * tall)
    return int(np.isin(labels, kept[kept > 0]).any(axis=0).sum())


def _print_of(text: str) -> float:
    """Heights that the text itself covers; a line to write on covers nothing, it is left out as well."""
    covered = 0.0
    for character in text:
        if character.isalnum():
            covered += _WIDE if unicodedata.east_asian_width(character) in "WF" else _NARROW
        elif not character.isspace() and character not in "_＿":
            covered += _SIGN
    return covered
