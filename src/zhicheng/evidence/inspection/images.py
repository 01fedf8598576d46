"""JPEG and PNG: declared size first, then a real decode, because only a real decode finds a file that was cut."""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from datetime import date

from PIL import Image, MpoImagePlugin, TiffImagePlugin, UnidentifiedImageError, WebPImagePlugin

from zhicheng.evidence.inspection.quality import LEGIBLE_PIXELS, looks_blank
from zhicheng.evidence.inspection.verdicts import PHOTOGRAPHED, Bounds, Finding, Rejected

Image.preinit()  # the decoders are loaded here, before any fork, not once for every file
_FORMATS = {
    "jpeg": ("JPEG", MpoImagePlugin.MpoImageFile.format),
    "png": ("PNG",),
}  # phones write JPEGs with a second picture inside
_KNOWN_TO_READERS = ("JPEG", "PNG", "GIF", "BMP", TiffImagePlugin.TiffImageFile.format, WebPImagePlugin.WebPImageFile.format)
_MEDIA_TYPES = {"jpeg": "image/jpeg", "png": "image/png"}
_ORIENTATION = 0x0112
_EXIF, _TAKEN = 0x8769, 0x9003
_BESIDE = {b"tRNS", b"acTL", b"fcTL"}  # transparency belongs to the picture; a moving one has to be seen as such
_BROKEN = (OSError, SyntaxError, ValueError, struct.error, zlib.error, EOFError, KeyError, IndexError, TypeError)


def open_image(content: bytes, kind: str, max_pixels: int) -> Image.Image:
    """The picture, header read, nothing decoded. Raises ``Rejected``: damaged, or more than ``max_pixels``."""
    Image.MAX_IMAGE_PIXELS = max_pixels
    if kind == "png":
        content = png_essence(content)
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


def is_whole_picture(content: bytes, max_pixels: int) -> bool:
    """Whether all of it can be drawn, in one of the formats readers know; the first bytes alone are easily put before something else."""
    Image.MAX_IMAGE_PIXELS = max_pixels
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            with Image.open(io.BytesIO(content), formats=_KNOWN_TO_READERS) as picture:
                picture.load()
        except (UnidentifiedImageError, Image.DecompressionBombWarning, Image.DecompressionBombError, *_BROKEN):
            return False
    return True


def inspect_image(content: bytes, kind: str, bounds: Bounds) -> Finding:
    """One page. Warnings: ``turned`` (the camera's orientation mark; shown upright), ``low_resolution``, ``blank``; and the camera's day."""
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
            picture.load()
        except _BROKEN as error:
            raise Rejected("damaged", kind=kind) from error
        if (turned := orientation(picture)) > 1:
            notes.append({"code": "turned", "page": 1, "orientation": turned})
        if day := day_taken(picture):
            notes.append({"code": PHOTOGRAPHED, "page": 1, "day": day})
        if width * height < LEGIBLE_PIXELS:
            notes.append({"code": "low_resolution", "page": 1, "width": width, "height": height})
        if looks_blank(picture):
            notes.append({"code": "blank", "page": 1})
    return Finding(media_type=_MEDIA_TYPES[kind], pages=1, warnings=notes)


def orientation(picture: Image.Image) -> int:
    """The camera's mark, 1 to 8; 1 (as stored) for a mark that is text, or nonsense, or cannot be read."""
    try:
        mark = int(picture.getexif().get(_ORIENTATION, 1))
    except _BROKEN:
        return 1
    return mark if 2 <= mark <= 8 else 1


def day_taken(picture: Image.Image) -> str:
    """The day a camera wrote (``DateTimeOriginal``), as ``2023-05-22``; empty when there is none, or nonsense."""
    try:
        text = str(picture.getexif().get_ifd(_EXIF).get(_TAKEN, ""))[:10]
        return date.fromisoformat(text.replace(":", "-")).isoformat() if len(text) == 10 else ""
    except _BROKEN:
        return ""


def png_essence(content: bytes) -> bytes:
    """The chunks that make the picture, and nothing that stands beside them: text may be longer than the picture, and a wrong check
    sum in it harms nobody. Raises ``Rejected("damaged")`` when the chunks do not run up to IEND: then the file was cut.
    """
    parts, position = [content[:8]], 8
    while position + 12 <= len(content):
        length, name = struct.unpack_from(">I4s", content, position)
        end = position + length + 12
        if end > len(content):
            break
        if not name[0] & 0x20 or name in _BESIDE:
            parts.append(content[position:end])
        if name == b"IEND":
            return b"".join(parts)
        position = end
    raise Rejected("damaged", kind="png")
