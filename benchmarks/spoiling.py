"""Defects as people's files have them, and clean files beside them: each case is a file and what has to be said of which of its pages."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from benchmarks.captures import SOURCES, Pixels, Ways, capture, develop, into_pdf, light, punch, turned_by
from benchmarks.drawn_papers import DPI, PAPERS, WRITTEN, empty
from PIL import Image


@dataclass(frozen=True)
class Case:
    """A file. ``kind`` is empty for a clean one; ``page`` (from 1) is where the defect is, and ``code`` what has to be said of it."""

    kind: str
    source: str
    content: bytes
    code: str = ""
    page: int = 1
    paper: str = ""


@dataclass(frozen=True)
class Spoiler:
    """One kind of defect: the code it has to be named with, what it does to what on which sources."""

    code: str
    spoil: Callable[[Image.Image, str, random.Random, Ways], bytes]
    papers: tuple[str, ...] = WRITTEN
    sources: tuple[str, ...] = SOURCES


def _dice(seed: str) -> random.Random:
    return random.Random(seed)  # noqa: S311 - the same cases again, no secrets


def _strength(rng: random.Random, ways: Ways, least: float, most: float) -> float:
    """Between what can just be seen (``least``) and gross (``most``)."""
    return least + (most - least) * rng.uniform(*ways.strength)


def _photographed(
    change: Callable[[Pixels, random.Random, Ways, str], Pixels],
) -> Callable[[Image.Image, str, random.Random, Ways], bytes]:
    """A defect of the picture, between lens and file."""

    def spoil(sheet: Image.Image, source: str, rng: random.Random, ways: Ways) -> bytes:
        return develop(change(capture(sheet, source, rng, ways), rng, ways, source), source, rng, ways)

    return spoil


def _turned(sheet: Image.Image, source: str, rng: random.Random, ways: Ways) -> bytes:
    turns = rng.choice((1, 1, 2, 3, 3))
    if rng.random() < 0.25 and source != "phone":
        return into_pdf([develop(capture(sheet, source, rng, ways), source, rng, ways, marked=False)], turn=90 * turns)
    picture = np.rot90(capture(sheet, source, rng, ways), turns)
    return develop(np.ascontiguousarray(picture), source, rng, ways, marked=False)


def _skewed(picture: Pixels, rng: random.Random, ways: Ways, source: str) -> Pixels:
    least, most = (6, 15) if source == "phone" else (2.5, 12)
    return turned_by(picture, rng.choice((-1, 1)) * _strength(rng, ways, least, most), 255 if source != "phone" else 80)


def _blurred(sheet: Image.Image, source: str, rng: random.Random, ways: Ways) -> bytes:
    """Out of focus, or moved. Measured by print of 10.5 points, of a certificate by 16."""
    picture = capture(sheet, source, rng, ways)
    points = 16 if sheet.width > sheet.height > 2000 else 10.5
    sigma = max(picture.shape[:2]) / (max(sheet.size) / DPI * 72) * points * _strength(rng, ways, 0.1, 0.3)
    if rng.random() < 0.6:
        return develop(cv2.GaussianBlur(picture, (0, 0), sigma), source, rng, ways)
    length = max(round(sigma * 3.5), 5) | 1
    kernel = np.zeros((length, length), np.float32)
    angle = rng.uniform(0, np.pi)
    reach = (length // 2) * np.array([np.cos(angle), np.sin(angle)])
    middle = (length // 2, length // 2)
    cv2.line(kernel, tuple(int(v) for v in middle - reach), tuple(int(v) for v in middle + reach), 1, 1, cv2.LINE_AA)
    return develop(cv2.filter2D(picture, -1, kernel / kernel.sum()), source, rng, ways)


def _dark(picture: Pixels, rng: random.Random, ways: Ways, _source: str) -> Pixels:
    return (picture * (0.42 - 0.3 * rng.uniform(*ways.strength))).astype(np.uint8)


def _burnt(picture: Pixels, rng: random.Random, ways: Ways, _source: str) -> Pixels:
    left = _strength(rng, ways, 0.36, 0.14)
    return np.clip(255 - (255 - picture.astype(np.float32)) * left + rng.uniform(10, 25), 0, 255).astype(np.uint8)


def _cut(picture: Pixels, rng: random.Random, ways: Ways, _source: str) -> Pixels:
    height, width = picture.shape[:2]
    share, side = _strength(rng, ways, 0.2, 0.42), rng.choice(("left", "right", "bottom", "top"))
    if side == "left":
        return picture[:, round(width * share) :]
    if side == "right":
        return picture[:, : round(width * (1 - share))]
    # Through a line of print, not between two: the row with the most ink near the wanted one.
    dark = (picture.min(axis=2) < 110).astype(np.int8)
    ink = np.abs(np.diff(dark, axis=1)).sum(axis=1)  # strokes, not ruled lines
    wanted = round(height * (share if side == "top" else 1 - share))
    near = range(max(wanted - height // 12, 0), min(wanted + height // 12, height))
    row = max(near, key=lambda y: int(ink[y]))
    return picture[row:] if side == "top" else picture[:row]


def _blank(_sheet: Image.Image, source: str, rng: random.Random, ways: Ways) -> bytes:
    picture = capture(empty(rng), source, rng, ways)
    if source == "scan" and rng.random() < 0.4:
        punch(picture, round(picture.shape[0] / 11.7))
    return develop(picture, source, rng, ways)


def _coarse(sheet: Image.Image, source: str, rng: random.Random, ways: Ways) -> bytes:
    return develop(_at_dpi(sheet, _strength(rng, ways, 78, 45), rng, ways), "scan", rng, ways)


def _enlarged(sheet: Image.Image, source: str, rng: random.Random, ways: Ways) -> bytes:
    small = _at_dpi(sheet, _strength(rng, ways, 78, 45), rng, ways)
    how = rng.choice((cv2.INTER_LINEAR, cv2.INTER_CUBIC, cv2.INTER_LANCZOS4, cv2.INTER_NEAREST))
    factor = rng.uniform(2.2, 4.2)
    return develop(cv2.resize(small, None, fx=factor, fy=factor, interpolation=how), "scan", rng, ways)


def _at_dpi(sheet: Image.Image, dpi: float, rng: random.Random, ways: Ways) -> Pixels:
    picture = capture(sheet, "scan", rng, Ways(scan_dpi=(200,), scan_skew=ways.scan_skew))
    return cv2.resize(picture, None, fx=dpi / 200, fy=dpi / 200, interpolation=cv2.INTER_AREA)


def _glare(picture: Pixels, rng: random.Random, ways: Ways, _source: str) -> Pixels:
    """The lamp on a shiny sheet, where there is print."""
    height, width = picture.shape[:2]
    ink = cv2.blur((picture.min(axis=2) < 110).astype(np.float32), (width // 12, height // 12))
    ink[: height // 6], ink[-height // 6 :], ink[:, : width // 6], ink[:, -width // 6 :] = 0, 0, 0, 0
    place = np.unravel_index(
        int(np.argmax(ink + np.random.default_rng(rng.randrange(99)).random(ink.shape) * ink.max() * 0.4)), ink.shape
    )
    down, across = np.meshgrid(np.arange(height, dtype=np.float32), np.arange(width, dtype=np.float32), indexing="ij")
    size = min(height, width) * _strength(rng, ways, 0.05, 0.13)
    far = ((down - place[0]) / size) ** 2 + ((across - place[1]) / (size * rng.uniform(1, 1.8))) ** 2
    lamp = np.clip(1.6 * np.exp(-far * 0.7), 0, 1)[..., None] ** 0.8
    return np.clip(picture * (1 - lamp) + 262 * lamp, 0, 255).astype(np.uint8)


def _mirrored(sheet: Image.Image, source: str, rng: random.Random, ways: Ways) -> bytes:
    return develop(np.ascontiguousarray(capture(sheet, source, rng, ways)[:, ::-1]), source, rng, ways)


def _screen(sheet: Image.Image, _source: str, rng: random.Random, ways: Ways) -> bytes:
    """The stripes of a screen's pixels, seen through the grid of a camera's."""
    tall = rng.choice((700, 900, 1050))
    small = np.asarray(sheet.resize((round(tall * sheet.width / sheet.height), tall), Image.Resampling.LANCZOS).convert("RGB"))
    shown = np.repeat(np.repeat(small, 6, axis=0), 6, axis=1).astype(np.float32)
    for colour in range(3):
        shown[:, :, colour] *= np.isin(np.arange(shown.shape[1]) % 6 // 2, [colour])[None, :] * 2.2 + 0.22
    shown *= np.where(np.arange(shown.shape[0]) % 6 == 5, 0.35, 1.05)[:, None, None]
    edge = rng.choice(ways.phone_edge)
    size = (round(edge * 0.75), edge) if sheet.height >= sheet.width else (edge, round(edge * 0.75))
    scale = min(size[0] / shown.shape[1], size[1] / shown.shape[0]) * rng.uniform(0.9, 1.1)
    move = cv2.getRotationMatrix2D((shown.shape[1] / 2, shown.shape[0] / 2), rng.uniform(-3, 3), scale)
    move[:, 2] += np.array(size) / 2 - np.array([shown.shape[1], shown.shape[0]]) / 2
    move[0, 1] += rng.uniform(-0.01, 0.01) * scale
    blurred = cv2.GaussianBlur(np.clip(shown, 0, 255), (0, 0), 0.42 / scale)
    photo = cv2.warpAffine(blurred, move, size, flags=cv2.INTER_LINEAR, borderValue=(15, 15, 18))
    photo = photo * (light(*size, rng, ways) ** 1.5)[..., None]  # a screen is seen less bright from the side
    return develop(np.clip(photo[:, :, ::-1] * rng.uniform(1.3, 2.0), 0, 255).astype(np.uint8), "phone", rng, ways)


SPOILERS: dict[str, Spoiler] = {
    "turned": Spoiler("sideways", _turned),
    "skewed": Spoiler("skewed", _photographed(_skewed)),
    "blurred": Spoiler("blurred", _blurred, sources=("scan", "phone")),
    "dark": Spoiler("dark", _photographed(_dark), sources=("scan", "phone")),
    "burnt": Spoiler("burnt", _photographed(_burnt), sources=("scan", "phone")),
    "cut": Spoiler("cut", _photographed(_cut), papers=("letter", "form", "list")),
    "blank": Spoiler("blank", _blank),
    "coarse": Spoiler("low_resolution", _coarse, sources=("scan",), papers=("form", "list", "card")),
    "enlarged": Spoiler("low_resolution", _enlarged, sources=("scan",), papers=("form", "list", "card")),
    "glare": Spoiler("glare", _photographed(_glare), sources=("phone",)),
    "mirrored": Spoiler("mirrored", _mirrored),
    "screen": Spoiler("of_screen", _screen, sources=("phone",)),
}


def spoilt(kind: str, seed: int, count: int, ways: Ways) -> Iterator[Case]:
    """``count`` files with one defect of ``kind``, sources and papers by turns; one in five is a page of several in a PDF."""
    for number in range(count):
        rng, one = _dice(f"{seed} {kind} {number}"), SPOILERS[kind]
        source, paper = one.sources[number % len(one.sources)], rng.choice(one.papers)
        content, page = one.spoil(PAPERS[paper](rng), source, rng, ways), 1
        if rng.random() < 0.2 and content[:4] != b"%PDF" and not _is_marked(content):
            page = rng.randrange(1, 4)
            pages = [_clean(source, rng, ways, "letter") for _ in range(2)]
            pages.insert(page - 1, content)
            content = into_pdf(pages)
        yield Case(kind, source, content, one.code, page, paper)


def _is_marked(content: bytes) -> bool:
    return content[:2] == b"\xff\xd8" and b"Exif" in content[:40]


def _clean(source: str, rng: random.Random, ways: Ways, paper: str) -> bytes:
    return develop(capture(PAPERS[paper](rng), source, rng, ways), source, rng, ways, marked=False)


def clean(source: str, seed: int, count: int, ways: Ways) -> Iterator[Case]:
    """``count`` files with nothing wrong; one in five is a PDF, half of them with two pages."""
    for number in range(count):
        rng = _dice(f"{seed} clean {source} {number}")
        names = [name for name in PAPERS if name != "cover" or source != "copy"]
        paper = names[number % len(names)]
        content = develop(capture(PAPERS[paper](rng), source, rng, ways), source, rng, ways)
        if rng.random() < 0.2:
            pages = [_clean(source, rng, ways, paper)]
            content = into_pdf([*pages, *([_clean(source, rng, ways, "letter")] if rng.random() < 0.5 else [])])
        yield Case("", source, content, paper=paper)


def small_cards(seed: int, count: int, ways: Ways) -> Iterator[Case]:
    """Good cards of 15 × 10 cm, which have few pixels and legible print all the same."""
    for number in range(count):
        rng = _dice(f"{seed} card {number}")
        sheet = PAPERS["card"](rng)
        dpi = rng.choice((120, 135, 150, 180))
        picture = cv2.resize(
            capture(sheet, "scan", rng, Ways(scan_dpi=(DPI,))), None, fx=dpi / DPI, fy=dpi / DPI, interpolation=cv2.INTER_AREA
        )
        yield Case("", "scan", develop(picture, "scan", rng, ways), paper=f"card at {dpi} dpi")
