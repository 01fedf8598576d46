"""How a paper becomes a picture: scanner, phone, black-and-white copier. What comes out is colours before noise and compression, so that a
defect of the lens or of the hand can be put in between (:mod:`.spoiling`), and is then developed into a file.
"""

from __future__ import annotations

import io
import random
from dataclasses import dataclass

import cv2
import numpy as np
import pikepdf
from benchmarks.drawn_papers import DPI
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]
SOURCES = ("scan", "phone", "copy")
_ORIENTATIONS = {1: None, 3: Image.Transpose.ROTATE_180, 6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270}
"""The mark a camera writes, and how it stores the picture then."""


@dataclass(frozen=True)
class Ways:
    """The ranges within which sources and defects vary. Two sets are kept: one to look at while checks are written, one for a last look."""

    scan_dpi: tuple[int, ...] = (150, 200, 300)
    scan_skew: float = 0.5  # degrees to either side
    scan_quality: tuple[int, int] = (60, 92)
    phone_edge: tuple[int, ...] = (2000, 2600, 3264)
    phone_tilt: float = 0.035  # of the edge, by which a corner may be off
    phone_turn: float = 1.5  # degrees
    phone_shadow: tuple[float, float] = (0.0, 0.35)
    phone_noise: tuple[float, float] = (1.5, 6.0)
    phone_quality: tuple[int, int] = (70, 94)
    phone_blur: tuple[float, float] = (0.3, 0.9)
    copy_dpi: tuple[int, ...] = (200, 300)
    strength: tuple[float, float] = (0.3, 1.0)  # of a defect: 0 is just above what is still good, 1 is gross


FIRST = Ways()
SECOND = Ways(
    scan_dpi=(150, 240, 300, 400),
    scan_skew=0.8,
    scan_quality=(50, 95),
    phone_edge=(1800, 2400, 3000, 3600),
    phone_tilt=0.045,
    phone_turn=2.0,
    phone_shadow=(0.1, 0.45),
    phone_noise=(1.0, 8.0),
    phone_quality=(60, 96),
    phone_blur=(0.2, 1.0),
    copy_dpi=(150, 200, 300, 400),
    strength=(0.2, 1.0),
)


def capture(sheet: Image.Image, source: str, rng: random.Random, ways: Ways) -> Pixels:
    """The picture in colours (BGR), upright."""
    if source == "phone":
        return _phone(sheet, rng, ways)
    dpi = rng.choice(ways.copy_dpi if source == "copy" else ways.scan_dpi)
    size = (round(sheet.width * dpi / DPI), round(sheet.height * dpi / DPI))
    picture = _bgr(sheet.resize(size, Image.Resampling.LANCZOS if size[0] > sheet.width else Image.Resampling.BOX))
    picture = turned_by(picture, rng.uniform(-ways.scan_skew, ways.scan_skew), 255)
    if source == "copy":
        return _copied(picture, rng, dpi)
    tone = np.array([rng.randrange(232, 256)] * 3) - np.array([rng.randrange(12), rng.randrange(6), 0])
    scanned = picture.astype(np.float32) * (tone / 255)
    if rng.random() < 0.3:  # the shadow of the lid along one side
        wide = rng.randrange(6, max(dpi // 12, 8))
        scanned[:, -wide:] *= np.linspace(1, rng.uniform(0.3, 0.8), wide, dtype=np.float32)[None, :, None]
    return _clipped(cv2.GaussianBlur(scanned, (0, 0), rng.uniform(0.3, 0.6)))


def _copied(picture: Pixels, rng: random.Random, dpi: int) -> Pixels:
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY).astype(np.float32)
    noise = np.random.default_rng(rng.randrange(2**32))
    black = np.where(grey + noise.normal(0, 10, grey.shape) < rng.randrange(120, 165), 0, 255).astype(np.uint8)
    dirt = noise.random(grey.shape) < rng.uniform(0, 4e-5)
    black[cv2.dilate(dirt.astype(np.uint8), np.ones((2, 2), np.uint8)) > 0] = 0
    copy = cv2.cvtColor(black, cv2.COLOR_GRAY2BGR)
    if rng.random() < 0.5:
        punch(copy, dpi)
    return copy


def punch(picture: Pixels, dpi: int) -> None:
    """Two holes at the left, as a copier shows them: black."""
    for up in (-40, 40):
        place = (round(11 * dpi / 25.4), round(picture.shape[0] / 2 + up * dpi / 25.4))
        cv2.circle(picture, place, round(3 * dpi / 25.4), (20, 20, 20), -1, cv2.LINE_AA)


def _phone(sheet: Image.Image, rng: random.Random, ways: Ways) -> Pixels:
    """The paper on a table, seen from nearly above."""
    edge, noise = rng.choice(ways.phone_edge), np.random.default_rng(rng.randrange(2**32))
    tall = sheet.height >= sheet.width
    width, height = (round(edge * 0.75), edge) if tall else (edge, round(edge * 0.75))
    scale = min(width / sheet.width, height / sheet.height) * rng.uniform(0.84, 0.94)
    paper_w, paper_h = sheet.width * scale, sheet.height * scale
    x, y = (width - paper_w) / 2 + rng.uniform(-0.01, 0.01) * width, (height - paper_h) / 2 + rng.uniform(-0.01, 0.01) * height
    corners = np.array([(x, y), (x + paper_w, y), (x + paper_w, y + paper_h), (x, y + paper_h)], np.float32)
    corners += noise.uniform(-ways.phone_tilt, ways.phone_tilt, (4, 2)).astype(np.float32) * min(paper_w, paper_h) * 0.5
    corners = cv2.transform(
        corners[None], cv2.getRotationMatrix2D((width / 2, height / 2), rng.uniform(-1, 1) * ways.phone_turn, 1)
    )[0]
    small = sheet.resize((round(paper_w * 1.15), round(paper_h * 1.15)), Image.Resampling.BOX)
    flat = np.array([(0, 0), (small.width, 0), (small.width, small.height), (0, small.height)], np.float32)
    move = cv2.getPerspectiveTransform(flat, corners.astype(np.float32))
    photo = _table(width, height, rng, noise)
    shape = cv2.warpPerspective(np.full((small.height, small.width), 255, np.uint8), move, (width, height), flags=cv2.INTER_AREA)
    paper = cv2.warpPerspective(_bgr(small), move, (width, height), flags=cv2.INTER_AREA).astype(np.float32)
    share = (shape.astype(np.float32) / 255)[..., None]
    photo = (photo * (1 - share) + paper * share) * light(width, height, rng, ways)[..., None]
    photo *= np.array([rng.uniform(0.86, 1), rng.uniform(0.94, 1), 1], np.float32)  # the colour of the lamp
    return _clipped(cv2.GaussianBlur(photo, (0, 0), rng.uniform(*ways.phone_blur)))


def _table(width: int, height: int, rng: random.Random, noise: np.random.Generator) -> NDArray[np.float32]:
    colour = np.array(rng.choice([(60, 90, 130), (90, 90, 95), (150, 170, 190), (40, 45, 50), (120, 100, 80)]), np.float32)
    grain = cv2.resize(noise.normal(0, 9, (height // 4 + 1, width // 40 + 1)).astype(np.float32), (width, height))
    return colour[None, None] + grain[..., None]


def light(width: int, height: int, rng: random.Random, ways: Ways) -> NDArray[np.float32]:
    """Brighter on one side, and the soft shadow of a hand."""
    across, down = np.meshgrid(np.linspace(-1, 1, width, dtype=np.float32), np.linspace(-1, 1, height, dtype=np.float32))
    light = rng.uniform(0.72, 0.98) + rng.uniform(-0.1, 0.1) * across + rng.uniform(-0.1, 0.1) * down
    depth, x, y = rng.uniform(*ways.phone_shadow), rng.uniform(-1, 1), rng.uniform(-1, 1)
    side = np.clip(((across - x) * rng.choice((-1, 1)) + (down - y) * rng.uniform(-1, 1)) / rng.uniform(0.1, 0.5), 0, 1)
    return np.clip(light * (1 - depth * side), 0, 1.02).astype(np.float32)


def turned_by(picture: Pixels, degrees: float, ground: int) -> Pixels:
    """Turned about its middle; what comes in at the corners is ``ground``."""
    height, width = picture.shape[:2]
    move = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    return cv2.warpAffine(picture, move, (width, height), flags=cv2.INTER_CUBIC, borderValue=(ground,) * 3)


def _bgr(picture: Image.Image) -> Pixels:
    return cv2.cvtColor(np.asarray(picture.convert("RGB")), cv2.COLOR_RGB2BGR)


def _clipped(picture: NDArray[np.floating]) -> Pixels:
    return np.clip(picture, 0, 255).astype(np.uint8)


def develop(picture: Pixels, source: str, rng: random.Random, ways: Ways, *, marked: bool = True) -> bytes:
    """The file: noise and compression of the source; a phone's may be stored turned, with the mark that says so (``marked``)."""
    out = io.BytesIO()
    if source == "copy":
        Image.fromarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)).convert("1", dither=Image.Dither.NONE).save(out, "PNG")
        return out.getvalue()
    low, high = ways.phone_noise if source == "phone" else (0.5, 2.5)
    noise = np.random.default_rng(rng.randrange(2**32)).normal(0, rng.uniform(low, high), picture.shape[:2])
    noisy = _clipped(picture.astype(np.float32) + noise[..., None])
    image = Image.fromarray(cv2.cvtColor(noisy, cv2.COLOR_BGR2RGB))
    exif = Image.Exif()
    if source == "phone":
        mark = rng.choice((1, 1, 3, 6, 8)) if marked else 1
        exif[0x0112] = mark
        if (way := _ORIENTATIONS[mark]) is not None:
            image = image.transpose(way)
    quality = rng.randint(*(ways.phone_quality if source == "phone" else ways.scan_quality))
    image.save(out, "JPEG", quality=quality, exif=exif)
    return out.getvalue()


def into_pdf(pages: list[bytes], *, turn: int = 0) -> bytes:
    """One page for each picture, as scanners write them, 200 dpi; ``turn`` is every page's ``/Rotate``. A camera's mark is lost."""
    with pikepdf.new() as pdf:
        for content in pages:
            with Image.open(io.BytesIO(content)) as picture:
                width, height, grey = picture.width, picture.height, picture.mode in {"L", "1"}
                if picture.format == "JPEG":
                    data, how = content, pikepdf.Name.DCTDecode
                else:
                    data, how = picture.convert("L").tobytes(), None
            stream = pikepdf.Stream(pdf, data)
            stream.update(
                pikepdf.Dictionary(
                    Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=width, Height=height, BitsPerComponent=8
                )
            )
            stream.ColorSpace = pikepdf.Name.DeviceGray if grey else pikepdf.Name.DeviceRGB
            if how is not None:
                stream.Filter = how
            page = pdf.add_blank_page(page_size=(width * 72 / 200, height * 72 / 200))
            page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(I=stream))
            page.Contents = pikepdf.Stream(pdf, f"{width * 72 / 200} 0 0 {height * 72 / 200} 0 0 cm /I Do".encode())
            if turn:
                page.Rotate = turn
        out = io.BytesIO()
        pdf.save(out)
        return out.getvalue()
