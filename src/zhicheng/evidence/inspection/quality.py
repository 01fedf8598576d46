"""Plain findings about legibility (S-25). They never refuse a file: a person decides."""

from __future__ import annotations

from PIL import Image

LEGIBLE_PIXELS = 900_000
"""Pixels (width × height) of a page under which print becomes hard to read: A4 at about 100 dpi."""

_LOOK_AT = 320  # edge of the reduced picture: paper grain averages out, a line of print does not
_DIFFERENT = 14  # of 255
_INK = 0.0006  # share of pixels that must differ from the paper


def looks_blank(picture: Image.Image) -> bool:
    """Whether a page, drawn on white, shows one flat colour only, apart from a narrow rim (scanner shadows)."""
    grey = picture.convert("L")
    grey.thumbnail((_LOOK_AT, _LOOK_AT), Image.Resampling.BOX)
    rim_x, rim_y = grey.width // 25, grey.height // 25
    grey = grey.crop((rim_x, rim_y, grey.width - rim_x, grey.height - rim_y))
    counts = grey.histogram()
    paper_grey = max(range(256), key=counts.__getitem__)
    differing = sum(n for level, n in enumerate(counts) if abs(level - paper_grey) > _DIFFERENT)
    return differing < _INK * grey.width * grey.height
