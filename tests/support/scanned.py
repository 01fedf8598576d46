"""Pages of a PDF as they come back from paper: scanned, photographed, copied. The same dice give the same picture."""

from __future__ import annotations

import io
import random

import pypdfium2
from PIL import Image, ImageChops, ImageDraw, ImageFilter

KINDS = ("scan", "phone", "copy")
_SHARP = 300


def page_picture(pdf: bytes, page: int = 1, *, dpi: int = _SHARP) -> Image.Image:
    """A page (from 1) in grey."""
    with pypdfium2.PdfDocument(pdf) as document:
        picture: Image.Image = document[page - 1].render(scale=dpi / 72).to_pil().convert("L")
    return picture


def signed(picture: Image.Image, chance: random.Random) -> Image.Image:
    """With a name written by hand, somewhere in the lower half."""
    drawn = picture.copy()
    pen, width, height = ImageDraw.Draw(drawn), picture.width, picture.height
    x, y = width * 0.62, height * 0.7
    points = [(x + width * 0.02 * step, y + height * 0.015 * chance.uniform(-1, 1)) for step in range(9)]
    pen.line(points, fill=30, width=max(width // 300, 2), joint="curve")
    return drawn


def scan(picture: Image.Image, chance: random.Random, *, dpi: int = 150) -> Image.Image:
    """From a feeder: a little crooked, soft, with the grain of its light."""
    return _grained(_softened(_crooked(picture, chance.uniform(-2, 2), 250), dpi, 1.0), chance, 6)


def copy(picture: Image.Image, chance: random.Random, *, dpi: int = 200) -> Image.Image:
    """A copy of a copy: black and white, specks on it."""
    soft = _softened(_crooked(picture, chance.uniform(-1.5, 1.5), 255), dpi, 1.6)
    return _grained(soft, chance, 28).point(lambda value: 255 if value > 150 else 0)


def phone(picture: Image.Image, chance: random.Random) -> Image.Image:
    """Photographed from the hand: in perspective, lit from one side, with a table around it."""
    width, height = picture.width * 2 // 3, picture.height * 2 // 3
    small = picture.resize((width, height), Image.Resampling.BOX)
    edge = width // 8
    corners = [(chance.uniform(0, edge), chance.uniform(0, edge)) for _corner in range(4)]
    (a, b), (c, d), (e, f), (g, h) = corners
    outward = (-a, -b, -c, height + d, width + e, height + f, width + g, -h)
    seen = small.transform((width, height), Image.Transform.QUAD, outward, Image.Resampling.BICUBIC, fillcolor=90)
    light = (
        Image.linear_gradient("L")
        .rotate(chance.choice([0, 90, 180, 270]))
        .resize((width, height))
        .point(lambda value: 150 + value * 105 // 255)
    )
    return _grained(ImageChops.multiply(seen, light).filter(ImageFilter.GaussianBlur(0.8)), chance, 8)


def as_jpeg(picture: Image.Image, *, quality: int = 70) -> bytes:
    """As a file."""
    out = io.BytesIO()
    picture.convert("L").save(out, "JPEG", quality=quality)
    return out.getvalue()


def as_pdf(pictures: list[Image.Image], *, dpi: int = 150) -> bytes:
    """Several pages as the one file a feeder makes of them."""
    out = io.BytesIO()
    first, *others = [picture.convert("L") for picture in pictures]
    first.save(out, "PDF", save_all=True, append_images=others, resolution=dpi)
    return out.getvalue()


def _crooked(picture: Image.Image, degrees: float, paper: int) -> Image.Image:
    return picture.rotate(degrees, resample=Image.Resampling.BICUBIC, fillcolor=paper)


def _softened(picture: Image.Image, dpi: int, radius: float) -> Image.Image:
    size = (picture.width * dpi // _SHARP, picture.height * dpi // _SHARP)
    return picture.filter(ImageFilter.GaussianBlur(radius)).resize(size, Image.Resampling.BOX)


def _grained(picture: Image.Image, chance: random.Random, depth: int) -> Image.Image:
    noise = Image.frombytes("L", (256, 256), bytes(chance.randrange(256) for _pixel in range(256 * 256)))
    grain = Image.new("L", picture.size)
    for x in range(0, picture.width, 256):
        for y in range(0, picture.height, 256):
            grain.paste(noise, (x, y))
    softer = grain.point(lambda value: value * depth * 2 // 255)
    return ImageChops.subtract(ImageChops.add(picture, softer), Image.new("L", picture.size, depth))
