"""HEIC and HEIF, the photographs of phones: most office computers show neither. What readers get is the same photograph as a JPEG; the
original stays beside it.
"""

from __future__ import annotations

import io
from typing import Any

import pi_heif
from PIL import Image

from zhicheng.evidence.inspection.images import BROKEN, check_drawing, check_size, day_taken, on_white
from zhicheng.evidence.inspection.verdicts import CONVERTED, PHOTOGRAPHED, SEVERAL, Bounds, Finding, Rejected

pi_heif.options.DECODE_THREADS = 0  # the decoder below it takes one all the same
pi_heif.options.THUMBNAILS = pi_heif.options.DEPTH_IMAGES = pi_heif.options.AUX_IMAGES = False

_BYTES_FOR_A_PIXEL = 11  # while it is decoded: measured
_LARGEST_PROFILE = 1 << 20  # bytes; of colours
_QUALITY = 90


def inspect_heif(content: bytes, bounds: Bounds) -> Finding:
    """One page: the photograph the file calls its main one, upright, as a JPEG of its full size.

    Notes: ``converted`` always, ``several`` when there are others beside it (a burst); and the camera's day.
    """
    try:
        photographs = pi_heif.open_heif(io.BytesIO(content))
        chosen = photographs[photographs.primary_index]
        check_size(chosen.size, bounds)
        bytearray(_BYTES_FOR_A_PIXEL * chosen.size[0] * chosen.size[1])  # MemoryError here; the decoder would call it damage
        picture = chosen.to_pillow()
    except (*BROKEN, RuntimeError) as error:
        raise Rejected("damaged", kind="heif") from error
    check_size(picture.size, bounds)
    notes: list[dict[str, int | str]] = [{"code": CONVERTED, "page": 1}]
    if len(photographs) > 1:
        notes.append({"code": SEVERAL, "page": 1, "count": len(photographs)})
    info = chosen.info
    if day := _day(info):
        notes.append({"code": PHOTOGRAPHED, "page": 1, "day": day})
    del photographs, chosen  # they hold every pixel once more
    picture = on_white(picture)
    check_drawing(picture)
    return Finding(media_type="image/heic", pages=1, warnings=notes, safe_copy=_jpeg(picture, info.get("icc_profile")))


def _day(info: dict[str, Any]) -> str:
    exif = Image.Exif()
    try:
        exif.load(info.get("exif") or b"")
    except BROKEN:
        return ""
    return day_taken(exif)


def _jpeg(picture: Image.Image, profile: bytes | None) -> bytes:
    """With its colours and nothing else the camera wrote."""
    out = io.BytesIO()
    kept = profile if profile and len(profile) <= _LARGEST_PROFILE else None
    picture.save(out, format="JPEG", quality=_QUALITY, icc_profile=kept)
    return out.getvalue()
