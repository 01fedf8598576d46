"""JPEG and PNG: declared size first, then a real decode, because only a real decode finds a file that was cut."""

from __future__ import annotations

import hashlib
import io
import struct
import time
import warnings
import zlib
from datetime import date

from PIL import Image, MpoImagePlugin, TiffImagePlugin, UnidentifiedImageError, WebPImagePlugin

from zhicheng.evidence.inspection.verdicts import PHOTOGRAPHED, PREVIEW_SECONDS, Bounds, Finding, Rejected

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
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM, 5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270, 7: Image.Transpose.TRANSVERSE, 8: Image.Transpose.ROTATE_90,
}  # fmt: skip
_BEFORE_SHRINKING = {"1": "L", "P": "RGB", "I;16": "I", "I;16B": "I"}
_LOOKED_AT = 640  # pixels
_JPEG_END = b"\xff\xd9"
_PNG_END = b"\x00\x00\x00\x00IEND\xaeB`\x82"
# Codes of a scan that say something, in every of its parts: between them all marks at which one may begin anew (ITU-T T.81, B.2.1).
_NO_ROWS = tuple(
    b"".join(bytes((first + 17 * n) % 251 for n in range(64)) + bytes((0xFF, 0xD0 + step)) for step in range(8)) * 4
    for first in (0x55, 0xAA, 0xF1)
)
BROKEN = (OSError, SyntaxError, ValueError, struct.error, zlib.error, EOFError, KeyError, IndexError, TypeError)


def open_image(content: bytes, kind: str, max_pixels: int, *, ended: bool = True) -> Image.Image:
    """The picture, header read, nothing decoded. Raises ``Rejected``: damaged, or more than ``max_pixels``.

    ``ended``: of a file that was looked at a missing mark of the end is put there; one that was not is taken as it came.
    """
    Image.MAX_IMAGE_PIXELS = max_pixels
    if kind == "png":
        content = png_essence(content, ended=ended)
    elif ended:
        content = content.removesuffix(b"\xff") + _JPEG_END  # a second one is passed over
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            picture = Image.open(io.BytesIO(content), formats=_FORMATS[kind])
        except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
            raise Rejected("too_many_pixels") from error
        except (UnidentifiedImageError, *BROKEN) as error:
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
        except (UnidentifiedImageError, Image.DecompressionBombWarning, Image.DecompressionBombError, *BROKEN):
            return False
    return True


def inspect_image(content: bytes, kind: str, bounds: Bounds) -> Finding:
    """One page. Warning: ``repaired`` (the mark of the end was missing, and nothing else); and the camera's day."""
    began = time.process_time()
    try:
        notes = _look_at(content, kind, bounds, ended=False)
    except Rejected as cut:
        if cut.code != "damaged" or not _has_every_row(content, kind, bounds):
            raise
        notes = [{"code": "repaired", "page": 1}, *_look_at(content, kind, bounds, ended=True)]
    if time.process_time() - began > PREVIEW_SECONDS:  # a picture nobody will get to see
        raise Rejected("too_complex")
    return Finding(media_type=_MEDIA_TYPES[kind], pages=1, warnings=notes)


def _has_every_row(content: bytes, kind: str, bounds: Bounds) -> bool:
    """Whether a picture without its end has all of its rows. Of a PNG its decoder says so. That of a JPEG makes up what is missing: but it
    first reads on in what is put behind, and where every row is there already that changes nothing.
    """
    if kind == "png":
        return True
    drawn: set[bytes] = set()
    for behind in (b"", *_NO_ROWS):
        with open_image(content.removesuffix(b"\xff") + behind, kind, bounds.max_pixels) as picture:
            try:
                drawn.add(hashlib.sha256(picture.tobytes()).digest())
            except BROKEN:
                return False
        if len(drawn) > 1:
            return False
    return True


def _look_at(content: bytes, kind: str, bounds: Bounds, *, ended: bool) -> list[dict[str, int | str]]:
    with open_image(content, kind, bounds.max_pixels, ended=ended) as picture:
        check_size(picture.size, bounds)
        if kind == "png" and getattr(picture, "n_frames", 1) > 1:
            raise Rejected("animated")
        notes: list[dict[str, int | str]] = []
        try:
            picture.load()
        except BROKEN as error:
            raise Rejected("damaged", kind=kind) from error
        if day := _day_of(picture):
            notes.append({"code": PHOTOGRAPHED, "page": 1, "day": day})
        check_drawing(picture)
    return notes


def check_size(size: tuple[int, int], bounds: Bounds) -> None:
    """Raise ``Rejected`` for a picture too small to show anything, or too large to be drawn."""
    width, height = size
    if min(width, height) < bounds.min_edge:
        raise Rejected("too_small", width=width, height=height)
    if width * height > bounds.max_pixels:
        raise Rejected("too_many_pixels")
    if max(width, height) > bounds.max_edge:
        raise Rejected("absurd_size", width=width, height=height)


def check_drawing(picture: Image.Image) -> None:
    """Draw a decoded picture as its preview will be, so that one too large for that is found here."""
    shrunk(picture, _LOOKED_AT, _LOOKED_AT)


def shrunk(picture: Image.Image, width: int, height: int) -> Image.Image:
    """A decoded picture as it is shown on a white page, no larger than ``width`` × ``height`` and not blown up.

    It is made smaller before anything else: of a picture of 80 million pixels there is room for one more of that size, not for two.
    """
    factor = max(picture.width // width, picture.height // height) // 2
    if "transparency" in picture.info and "A" not in picture.getbands():
        picture = picture.convert("RGBA")
    elif picture.mode in _BEFORE_SHRINKING:
        picture = picture.convert(_BEFORE_SHRINKING[picture.mode])
    if factor > 1:
        picture = picture.reduce(factor)
    picture = on_white(picture)
    picture.thumbnail((width, height), Image.Resampling.LANCZOS)
    return picture


def on_white(picture: Image.Image) -> Image.Image:
    """The picture in plain colours, what is transparent white; of 16 bits the upper eight."""
    if picture.mode.startswith("I"):
        picture = picture.convert("I").point(lambda grey: grey / 256).convert("L")
    if "A" not in picture.getbands():
        return picture.convert("RGB")
    paper = Image.new("RGB", picture.size, "white")
    paper.paste(picture.convert("RGBA"), mask=picture.getchannel("A"))
    return paper


def upright(picture: Image.Image, turned: int) -> Image.Image:
    """The picture as the camera was held; ``turned`` is its :func:`orientation`."""
    return picture.transpose(_UPRIGHT[turned]) if turned in _UPRIGHT else picture


def orientation(picture: Image.Image) -> int:
    """The camera's mark, 1 to 8; 1 (as stored) for a mark that is text, or nonsense, or cannot be read."""
    try:
        mark = int(picture.getexif().get(_ORIENTATION, 1))
    except BROKEN:
        return 1
    return mark if mark in _UPRIGHT else 1


def _day_of(picture: Image.Image) -> str:
    try:
        return day_taken(picture.getexif())
    except BROKEN:
        return ""


def day_taken(exif: Image.Exif) -> str:
    """The day a camera wrote (``DateTimeOriginal``), as ``2023-05-22``; empty when there is none, or nonsense."""
    try:
        text = str(exif.get_ifd(_EXIF).get(_TAKEN, ""))[:10]
        return date.fromisoformat(text.replace(":", "-")).isoformat() if len(text) == 10 else ""
    except BROKEN:
        return ""


def png_essence(content: bytes, *, ended: bool = False) -> bytes:
    """The chunks that make the picture, and nothing that stands beside them: text may be longer than the picture, and a wrong check
    sum in it harms nobody. Raises ``Rejected("damaged")`` when the chunks do not run up to IEND: then the file was cut; ``ended``: IEND is put
    behind the whole ones.
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
    if ended:
        return b"".join([*parts, _PNG_END])
    raise Rejected("damaged", kind="png")
