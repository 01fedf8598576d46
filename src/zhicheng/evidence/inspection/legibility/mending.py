"""One file again with pages turned, straightened or cropped, of the same type as before. What is read was examined before; it is still read
in a cell alone, that of those who look at pages, for what is crooked is measured as they measure it.
"""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import pikepdf
from PIL import Image

from zhicheng.evidence.inspection.drawing import open_document
from zhicheng.evidence.inspection.images import day_taken, on_white, open_image, orientation, upright
from zhicheng.evidence.inspection.legibility.frame import angle
from zhicheng.evidence.inspection.legibility.margins import Part, inside_margins
from zhicheng.evidence.inspection.legibility.pages import page_of_pdf
from zhicheng.evidence.inspection.legibility.print import Page
from zhicheng.evidence.inspection.pdfs import readable
from zhicheng.evidence.inspection.verdicts import Bounds, Rejected

_KINDS = {"image/jpeg": "jpeg", "image/png": "png"}
_LEVEL = 0.3  # degrees: less nobody sees
_QUALITIES = (92, 85, 75)
_TURNS = {90: Image.Transpose.ROTATE_270, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_90}
_EXIF, _TAKEN = 0x8769, 0x9003


@dataclass(frozen=True, slots=True)
class Repair:
    """What is to be done with one page (from 1): ``turn`` it by so many degrees clockwise, then make its lines level, then take away what
    lies around the sheet or the print.
    """

    page: int
    turn: int = 0
    straighten: bool = False
    crop: bool = False


def mend(content: bytes, media_type: str, repairs: Sequence[Repair], bounds: Bounds) -> bytes:
    """The file with these pages mended. A PDF keeps what its pages are made of: they are turned and framed, not drawn anew. Raises ``Rejected``:
    ``nothing_to_mend`` where no page is crooked or has a margin to take away, ``no_such_page``, ``too_large``.
    """
    made = _pdf(content, repairs) if media_type == "application/pdf" else _picture(content, _KINDS[media_type], repairs, bounds)
    if len(made) > bounds.max_bytes:
        raise Rejected("too_large", size=len(made))
    return made


# --- a picture ---------------------------------------------------------------------------------------------------------


def _picture(content: bytes, kind: str, repairs: Sequence[Repair], bounds: Bounds) -> bytes:
    if [repair.page for repair in repairs] != [1]:
        raise Rejected("no_such_page", page=max((repair.page for repair in repairs), default=0))
    (repair,) = repairs
    with open_image(content, kind, bounds.max_pixels) as opened:
        opened.load()
        day = day_taken(opened.getexif()) if kind == "jpeg" else ""
        # As it is stored, where the camera held it: then all of it lies in one more picture of its size, not in two.
        picture = upright(opened if opened.mode in {"L", "RGB"} else on_white(opened), orientation(opened))
    changed = bool(repair.turn)
    if repair.turn:
        picture = picture.transpose(_TURNS[repair.turn])
    if repair.straighten and abs(degrees := angle(_page(picture))) >= _LEVEL:
        picture, changed = _level(picture, degrees), True
    if repair.crop and (part := inside_margins(_page(picture))) is not None:
        left, top, right, bottom = part
        size = (
            round(left * picture.width),
            round(top * picture.height),
            round(right * picture.width),
            round(bottom * picture.height),
        )
        picture, changed = picture.crop(size), True
    if not changed:
        raise Rejected("nothing_to_mend", page=1)
    return _written(picture, kind, day, bounds)


def _page(picture: Image.Image) -> Page:
    colours = np.asarray(picture.convert("RGB"))
    return Page(cv2.cvtColor(colours, cv2.COLOR_RGB2BGR))


def _level(picture: Image.Image, degrees: float) -> Image.Image:
    """Turned back by so much as its lines fall to the right; the corners that come in are of the colour of the rim."""
    pixels = np.asarray(picture)
    height, width = pixels.shape[:2]
    cos, sin = abs(math.cos(math.radians(degrees))), abs(math.sin(math.radians(degrees)))
    wide, tall = math.ceil(width * cos + height * sin), math.ceil(width * sin + height * cos)
    move = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    move[0, 2] += (wide - width) / 2
    move[1, 2] += (tall - height) / 2
    rim = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    ground = np.atleast_1d(np.median(rim, axis=0)).tolist()
    return Image.fromarray(cv2.warpAffine(pixels, move, (wide, tall), flags=cv2.INTER_CUBIC, borderValue=ground))


def _written(picture: Image.Image, kind: str, day: str, bounds: Bounds) -> bytes:
    """In the format it came in; of what the camera wrote beside it the day alone."""
    out = io.BytesIO()
    if kind == "png":
        picture.save(out, "PNG", compress_level=6)
        return out.getvalue()
    exif = Image.Exif()
    if day:
        exif.get_ifd(_EXIF)[_TAKEN] = f"{day.replace('-', ':')} 00:00:00"
    for quality in _QUALITIES:
        out = io.BytesIO()
        picture.save(out, "JPEG", quality=quality, subsampling=0 if quality > 90 else 2, exif=exif)
        if out.tell() <= bounds.max_bytes:
            break
    return out.getvalue()


# --- a PDF -------------------------------------------------------------------------------------------------------------


def _pdf(content: bytes, repairs: Sequence[Repair]) -> bytes:
    content = readable(content)
    changed = False
    with pikepdf.open(io.BytesIO(content), suppress_warnings=True) as pdf:
        for repair in repairs:
            if not 1 <= repair.page <= len(pdf.pages):
                raise Rejected("no_such_page", page=repair.page)
            page = pdf.pages[repair.page - 1]
            if repair.turn:
                page.rotate(repair.turn, relative=True)
                changed = True
            if repair.straighten and abs(degrees := _crooked(_drawn(pdf, repair.page))) >= _LEVEL:
                _level_page(pdf, repair.page, degrees)
                changed = True
            if repair.crop and (part := inside_margins(_drawn(pdf, repair.page))) is not None:
                _frame(page, part)
                changed = True
        if not changed:
            raise Rejected("nothing_to_mend", page=repairs[0].page if repairs else 1)
        return _saved(pdf)


def _saved(pdf: pikepdf.Pdf) -> bytes:
    out = io.BytesIO()
    pdf.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate, encryption=False)
    return out.getvalue()


def _crooked(page: Page) -> float:
    """As :func:`angle`; a page that was never a picture is level."""
    return 0.0 if page.drawn else angle(page)


def _drawn(pdf: pikepdf.Pdf, number: int) -> Page:
    """One page as it stands now."""
    with pikepdf.new() as alone:
        alone.pages.append(pdf.pages[number - 1])
        content = _saved(alone)
    with open_document(content) as document:
        return page_of_pdf(document[0])


def _level_page(pdf: pikepdf.Pdf, number: int, degrees: float) -> None:
    """Everything on the page turned about its middle, and the page made as much larger as its corners need."""
    if "/Annots" in pdf.pages[number - 1]:
        pdf.flatten_annotations("screen")  # a seal stands on the page and turns with it
    page = pdf.pages[number - 1]
    left, bottom, right, top = _box_of(page)
    x, y = (left + right) / 2, (bottom + top) / 2
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    # The page is drawn with y upwards: what falls to the right is turned against the clock.
    move = (cos, sin, -sin, cos, x - cos * x + sin * y, y - sin * x - cos * y)
    page.contents_add(pdf.make_stream(f"q {' '.join(f'{value:.6f}' for value in move)} cm\n".encode()), prepend=True)
    page.contents_add(pdf.make_stream(b"\nQ"))
    half_x = (abs(cos) * (right - left) + abs(sin) * (top - bottom)) / 2
    half_y = (abs(sin) * (right - left) + abs(cos) * (top - bottom)) / 2
    _set_box(page, (x - half_x, y - half_y, x + half_x, y + half_y))


def _frame(page: pikepdf.Page, part: Part) -> None:
    """Show this part of the page alone, told in shares of it as it is seen."""
    left, bottom, right, top = _box_of(page)
    wide, tall = right - left, top - bottom
    x0, y0, x1, y1 = part
    page.rotate(0, relative=True)  # what it has from the pages above it is its own from now on
    turned = int(page.obj.Rotate) % 360
    seen = {
        0: (x0, 1 - y1, x1, 1 - y0),
        90: (y0, x0, y1, x1),
        180: (1 - x1, y0, 1 - x0, y1),
        270: (1 - y1, 1 - x1, 1 - y0, 1 - x0),
    }[turned]
    _set_box(page, (left + seen[0] * wide, bottom + seen[1] * tall, left + seen[2] * wide, bottom + seen[3] * tall), crop=True)


def _box_of(page: pikepdf.Page) -> tuple[float, float, float, float]:
    """What of the page is shown."""
    left, bottom, right, top = (float(edge) for edge in page.cropbox)
    return min(left, right), min(bottom, top), max(left, right), max(bottom, top)


def _set_box(page: pikepdf.Page, box: tuple[float, float, float, float], *, crop: bool = False) -> None:
    edges = pikepdf.Array([round(edge, 3) for edge in box])
    page.cropbox = edges
    if not crop:
        page.mediabox = edges
    for name in ("/TrimBox", "/BleedBox", "/ArtBox"):
        if name in page.obj:
            del page.obj[name]
