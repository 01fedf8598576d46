"""Synthetic evidence that looks like a scan: a titled page with lines of text and a red seal, as PDF, and photographs as JPEG.

Every page says that it is a sample. The same request gives the same bytes, so that a hundred people share one stored file
where a real office would have a hundred alike.
"""

from __future__ import annotations

import random
import time
from functools import lru_cache
from io import BytesIO
from pathlib import Path

import pylopdf_fonts_zh_cn
from PIL import Image, ImageDraw, ImageFont

A4_AT_100_DPI = (827, 1169)
PHOTO = (358, 441)  # one inch wide at the ratio of an identity photograph
RED, INK, PALE = (196, 32, 38), (38, 38, 44), (120, 120, 128)
SCANNED_AT = time.struct_time((2023, 5, 8, 2, 0, 0, 0, 128, 0))
SAMPLE = "演练样本 · 不具真实效力"
_FONTS = Path(pylopdf_fonts_zh_cn.__file__).parent


@lru_cache(maxsize=16)
def _font(size: int, family: str = "Serif") -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(_FONTS / f"Noto{family}SC-Regular.otf"), size)


def _paper_colour(seed: str) -> tuple[int, int, int]:
    shade = random.Random(seed).randint(240, 252)  # noqa: S311 - a colour, not a secret
    return (shade, shade, shade - random.Random(seed + "y").randint(2, 10))  # noqa: S311


def _seal(draw: ImageDraw.ImageDraw, centre: tuple[int, int], words: str) -> None:
    x, y = centre
    draw.ellipse((x - 92, y - 92, x + 92, y + 92), outline=RED, width=6)
    draw.regular_polygon((x, y, 26), 5, fill=RED, rotation=0)
    draw.text((x, y + 52), words[:8], font=_font(20, "Sans"), fill=RED, anchor="mm")
    draw.text((x, y - 56), "演练专用", font=_font(20, "Sans"), fill=RED, anchor="mm")


def scanned_page(title: str, lines: tuple[str, ...], *, seal: str = "样本用章") -> Image.Image:
    """One A4 page at 100 dpi: ``title`` on top, ``lines`` below it, a seal at the foot."""
    page = Image.new("RGB", A4_AT_100_DPI, _paper_colour(title + "".join(lines)))
    draw = ImageDraw.Draw(page)
    draw.rectangle((46, 46, A4_AT_100_DPI[0] - 46, A4_AT_100_DPI[1] - 46), outline=(150, 130, 90), width=3)
    size = 44 if len(title) <= 14 else 32
    draw.text((A4_AT_100_DPI[0] // 2, 150), title, font=_font(size), fill=INK, anchor="mm")
    draw.text((A4_AT_100_DPI[0] // 2, 208), f"（{SAMPLE}）", font=_font(20, "Sans"), fill=PALE, anchor="mm")
    top = 290
    for line in lines:
        for part in [line[i : i + 28] for i in range(0, len(line), 28)] or [""]:
            draw.text((96, top), part, font=_font(24), fill=INK)
            top += 46
    _seal(draw, (620, 980), seal)
    draw.text((96, 1080), SAMPLE, font=_font(18, "Sans"), fill=PALE)
    return page


@lru_cache(maxsize=1024)
def pdf(title: str, lines: tuple[str, ...], *, seal: str = "样本用章", pages: int = 1) -> bytes:
    """A scanned document of ``pages`` pages."""
    first, *rest = [scanned_page(title, (*lines, f"第 {n} 页，共 {pages} 页"), seal=seal) for n in range(1, pages + 1)]
    out = BytesIO()
    dates = {"creationDate": SCANNED_AT, "modDate": SCANNED_AT}
    first.save(out, "PDF", resolution=100, quality=70, save_all=True, append_images=rest, title=title, **dates)
    return out.getvalue()


@lru_cache(maxsize=256)
def jpeg(title: str, lines: tuple[str, ...]) -> bytes:
    """A photographed page, as a telephone would make it."""
    out = BytesIO()
    scanned_page(title, lines).save(out, "JPEG", quality=70, dpi=(100, 100))
    return out.getvalue()


def after_publicity(which: str, lines: tuple[str, ...]) -> tuple[str, bytes]:
    """The sealed notice, the photograph of it or the sealed result: a file's name and its bytes."""
    if which == "photo_file":
        return "公示照片.jpg", jpeg("公示栏照片", lines)
    name, title = {"notice_file": ("公示.pdf", "推荐单位公示"), "result_file": ("公示结果.pdf", "推荐单位公示结果")}[which]
    return name, pdf(title, lines)


@lru_cache(maxsize=256)
def portrait(name: str) -> bytes:
    """A one-inch portrait that shows nobody: a drawn figure and the word sample."""
    chance = random.Random(name)  # noqa: S311 - a face, not a secret
    image = Image.new("RGB", PHOTO, chance.choice([(219, 231, 245), (240, 240, 240), (205, 222, 240)]))
    draw = ImageDraw.Draw(image)
    skin = chance.choice([(241, 214, 190), (226, 189, 160), (233, 200, 172)])
    coat = chance.choice([(44, 62, 92), (70, 70, 76), (96, 48, 52), (38, 78, 70)])
    draw.ellipse((40, 310, 318, 640), fill=coat)
    draw.ellipse((105, 95, 253, 300), fill=(52, 40, 34))
    draw.ellipse((118, 120, 240, 312), fill=skin)
    draw.text((179, 415), "演练样本", font=_font(26, "Sans"), fill=(255, 255, 255), anchor="mm")
    out = BytesIO()
    image.resize((PHOTO[0] * 3, PHOTO[1] * 3)).save(out, "JPEG", quality=80, dpi=(1050, 1050))
    return out.getvalue()
