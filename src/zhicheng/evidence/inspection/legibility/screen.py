"""Photographed from a screen: the stripes that the grid of a screen and the grid of a camera make together, in colours no paper has."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.fft  # in the cell there is nothing left to load it from
from numpy.typing import NDArray

from zhicheng.evidence.inspection.legibility.print import Page
from zhicheng.evidence.inspection.legibility.spots import Spot

_TILE = 128  # pixels
_MOST_TILES = 40
_LEAST_TILES = 6
_STRIPES = 2500.0  # times the usual strength


def of_screen(page: Page) -> list[Spot]:
    """Asked of photographs alone."""
    return [Spot("of_screen")] if page.is_photograph and stripes(page) > _STRIPES else []


def stripes(page: Page) -> float:
    """How strong the strongest fine pattern is that all the empty parts of the page share, beside the usual."""
    tiles = _empty_tiles(page)
    if len(tiles) < _LEAST_TILES:
        return 0.0
    window = np.outer(np.hanning(_TILE), np.hanning(_TILE)).astype(np.float32)
    power = np.mean([np.abs(np.fft.rfft2((tile - tile.mean()) * window)) ** 2 for tile in tiles], axis=0)
    down, across = np.abs(np.fft.fftfreq(_TILE))[:, None], np.fft.rfftfreq(_TILE)[None]
    radius = np.hypot(down, across)
    fine = (radius > 0.06) & (radius < 0.48) & ~_on_grid(down, across)
    rings = np.round(radius * 40).astype(int)
    usual = np.array([np.median(power[rings == ring]) if (rings == ring).any() else 1.0 for ring in range(rings.max() + 1)])
    return float(np.where(fine, power / np.maximum(usual[rings], 1e-6), 0).max())


def _on_grid(down: NDArray[Any], across: NDArray[Any]) -> NDArray[Any]:
    """The squares of eight pixels in which pictures are compressed leave a pattern of their own."""
    near = 1.6 / _TILE
    on_axis = (down < near) | (across < near)
    return on_axis & ((np.abs(down * 8 - np.round(down * 8)) < near * 8) & (np.abs(across * 8 - np.round(across * 8)) < near * 8))


def _empty_tiles(page: Page) -> list[NDArray[Any]]:
    """Of the page at its own size, where there is paper and little print, in the middle of the picture."""
    grey, scale = page.as_taken, max(page.as_taken.shape) / max(page.width, page.height)
    covered = cv2.blur((page.ink > 0).astype(np.float32), (max(int(_TILE / scale), 1),) * 2)
    found = []
    for top in range(grey.shape[0] // 8, grey.shape[0] * 7 // 8 - _TILE, _TILE):
        for left in range(grey.shape[1] // 8, grey.shape[1] * 7 // 8 - _TILE, _TILE):
            row, column = int((top + _TILE / 2) / scale), int((left + _TILE / 2) / scale)
            if covered[min(row, page.height - 1), min(column, page.width - 1)] < 0.004:
                found.append(grey[top : top + _TILE, left : left + _TILE].astype(np.float32))
    return found[:: max(len(found) // _MOST_TILES, 1)][:_MOST_TILES]
