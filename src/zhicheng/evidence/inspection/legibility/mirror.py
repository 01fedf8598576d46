"""Mirrored: a page scanned from the back of a film, or a picture of oneself. Hanzi have a left and a right: radicals stand at the left and are
narrow, strokes fall to one side. No single character tells it, a hundred of them do, in any of the usual faces.

The weights are learned from hanzi alone, drawn at random in six faces (``benchmarks/learn_mirrors.py``), not from any page.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from zhicheng.evidence.inspection.legibility.frame import angle
from zhicheng.evidence.inspection.legibility.mirror_weights import WEIGHTS
from zhicheng.evidence.inspection.legibility.print import Page
from zhicheng.evidence.inspection.legibility.spots import Spot

FIELDS, DIRECTIONS = 4, 8  # of a character, each way; in which strokes run
_SIDE = 24  # pixels a character is looked at with
_MOST, _FEWEST, _SMALLEST = 400, 40, 9  # characters; pixels
_LEVEL = 4.0  # degrees: of lines that are not level nothing is said
_OF_HANZI = 3.1  # strokes that a line meets; of Latin, Cyrillic and Arabic letters, of which nothing was learned, below 3
_SURE = -0.5  # 1 is upright print, -1 mirrored


def mirrored(page: Page) -> list[Spot]:
    """Asked of pages that are sharp and the right way up."""
    seen = features(page)
    if seen is None or abs(angle(page)) > _LEVEL:
        return []
    return [Spot("mirrored")] if float(difference(seen).ravel() @ np.array(WEIGHTS)) < _SURE else []


def features(page: Page) -> NDArray[Any] | None:
    """How ink and strokes of each direction lie in a character, on an average of the page; None where there are too few."""
    found = page.characters
    if len(found) < _FEWEST:
        return None
    usual = np.median(found[:, 3])
    found = found[(found[:, 3] > max(0.7 * usual, _SMALLEST)) & (found[:, 3] < 1.5 * usual)]
    if len(found) < _FEWEST:
        return None
    each = [_small(page.contrast[y : y + h, x : x + w]) for x, y, w, h, _area in found[:: len(found) // _MOST + 1]]
    if np.mean([_strokes(one) for one in each]) < _OF_HANZI:
        return None
    seen: NDArray[Any] = np.mean([_of_one(one) for one in each], axis=0)
    return seen


def _small(character: NDArray[Any]) -> NDArray[Any]:
    return cv2.resize(character, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)


def _strokes(character: NDArray[Any]) -> float:
    """How many strokes a line across a character meets, down and across together."""
    ink = (character > 0.5 * character.max()).astype(np.int8)
    return float(sum(np.abs(np.diff(ink, axis=axis)).sum() for axis in (0, 1))) / (2 * _SIDE)


def _of_one(small: NDArray[Any]) -> NDArray[Any]:
    across, down = cv2.Sobel(small, cv2.CV_32F, 1, 0), cv2.Sobel(small, cv2.CV_32F, 0, 1)
    steep = cv2.magnitude(across, down)
    direction = np.floor((np.arctan2(down, across) % np.pi) / np.pi * DIRECTIONS + 0.5).astype(int) % DIRECTIONS
    told = [np.where(direction == one, steep, 0) for one in range(DIRECTIONS)]
    fields = np.stack(
        [cv2.resize(one.astype(np.float32), (FIELDS, FIELDS), interpolation=cv2.INTER_AREA) for one in [*told, small]], axis=2
    )
    return fields / (fields[:, :, :DIRECTIONS].sum() + 1e-6)


def difference(seen: NDArray[Any]) -> NDArray[Any]:
    """What a page's :func:`features` have other than those of the same page mirrored."""
    turned = seen[:, ::-1, :].copy()
    strokes = turned[:, :, :DIRECTIONS].copy()
    for one in range(DIRECTIONS):
        turned[:, :, -one % DIRECTIONS] = strokes[:, :, one]
    return seen - turned
