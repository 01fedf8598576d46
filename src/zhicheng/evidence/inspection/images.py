"""JPEG and PNG: declared size first, then a real decode, because only a real decode finds a file that was cut."""

from __future__ import annotations

import io
import struct
import warnings
import zlib

from PIL import Image, MpoImagePlugin, UnidentifiedImageError

from zhicheng.evidence.inspection.quality import LEGIBLE_PIXELS, looks_blank
from zhicheng.evidence.inspection.verdicts import Bounds, Finding, Rejected

Image.preinit()  # the decoders are loaded here, before any fork, not once for every file
_FORMATS = {
    "jpeg": ("JPEG", MpoImagePlugin.MpoImageFile.format),
    "png": ("PNG",),
}  # phones write JPEGs with a second picture inside
_MEDIA_TYPES = {"jpeg": "image/jpeg", "png": "image/png"}
_ORIENTATION = 0x0112
_BROKEN = (OSError, SyntaxError, ValueError, struct.error, zlib.error, EOFError, KeyError, IndexError, TypeError)


def open_image(content: bytes, kind: str, max_pixels: int) -> Image.Image:
    """The picture, header read, nothing decoded. Raises ``Rejected``: damaged, or more than ``max_pixels``."""
    Image.MAX_IMAGE_PIXELS = max_pixels
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            picture = Image.open(io.BytesIO(content), formats=_FORMATS[kind])
        except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
            raise Rejected("too_many_pixels") from error
        except (UnidentifiedImageError, *_BROKEN) as error:
            raise Rejected("damaged", kind=kind) from error
    if picture.width * picture.height > max_pixels:
        picture.close()
        raise Rejected("too_many_pixels")
    return picture


def inspect_image(content: bytes, kind: str, bounds: Bounds) -> Finding:
    """One page. Warnings: ``turned`` (the camera's orientation mark; shown upright), ``low_resolution``, ``blank``."""
    with open_image(content, kind, bounds.max_pixels) as picture:
        width, height = picture.size
        if min(width, height) < bounds.min_edge:
            raise Rejected("too_small", width=width, height=height)
        if max(width, height) > bounds.max_edge:
            raise Rejected("absurd_size", width=width, height=height)
        if kind == "png" and getattr(picture, "n_frames", 1) > 1:
            raise Rejected("animated")
        notes: list[dict[str, int | str]] = []
        try:
            orientation = int(picture.getexif().get(_ORIENTATION, 1))
            picture.load()
        except _BROKEN as error:
            raise Rejected("damaged", kind=kind) from error
        if kind == "png" and not _png_is_whole(content):
            raise Rejected("damaged", kind=kind)
        if 2 <= orientation <= 8:
            notes.append({"code": "turned", "page": 1, "orientation": orientation})
        if width * height < LEGIBLE_PIXELS:
            notes.append({"code": "low_resolution", "page": 1, "width": width, "height": height})
        if looks_blank(picture):
            notes.append({"code": "blank", "page": 1})
    return Finding(media_type=_MEDIA_TYPES[kind], pages=1, warnings=notes)


def _png_is_whole(content: bytes) -> bool:
    """Whether the chunks run up to IEND. Pillow is content when the pixels are there; a missing end means the file was cut."""
    position = 8
    while position + 12 <= len(content):
        length, name = struct.unpack_from(">I4s", content, position)
        position += length + 12
        if name == b"IEND":
            return position <= len(content)
    return False
