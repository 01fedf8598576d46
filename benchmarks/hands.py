"""A name as a hand writes it, drawn from nothing: in strokes that are no letters, or in letters of a brush that lean."""

from __future__ import annotations

import random

from benchmarks.drawn_papers import DPI, Sheet, brush
from PIL import Image, ImageDraw

_INKS = ("#15151a", "#1c2a6e", "#23408c", "#303036")
_MM = DPI / 25.4


def sign(sheet: Sheet, x: float, y: float, name: str) -> None:
    """``name`` on the sheet from about that place (mm) on, 6 to 10 mm tall."""
    rng, tall = sheet.rng, round(sheet.rng.uniform(6, 10) * _MM)
    count, colour = min(len(name), 4), rng.choice(_INKS)
    layer = Image.new("L", (tall * (count + 1), tall * 2), 0)
    pen = ImageDraw.Draw(layer)
    if rng.random() < 0.5 and (font := brush(tall)) is not None:
        pen.text((tall // 3, tall // 3), name[:count], font=font, fill=255)
    else:
        for letter in range(count):
            _strokes(pen, rng, tall // 3 + letter * tall, tall // 2, tall)
    layer = layer.rotate(rng.uniform(-6, 8), resample=Image.Resampling.BICUBIC)
    lean = rng.uniform(0.05, 0.35)
    layer = layer.transform(
        layer.size, Image.Transform.AFFINE, (1, lean, -lean * tall, 0, 1, 0), resample=Image.Resampling.BICUBIC
    )
    sheet.image.paste(colour, (round(x * _MM), round(y * _MM)), layer)


def _strokes(pen: ImageDraw.ImageDraw, rng: random.Random, left: int, top: int, size: int) -> None:
    """A handful of bent strokes in a square."""
    for _stroke in range(rng.randrange(3, 7)):
        ends = [(left + rng.uniform(0, 0.9) * size, top + rng.uniform(0, 1) * size) for _end in range(3)]
        steps = [t / 14 for t in range(15)]
        line = [tuple((1 - t) ** 2 * a + 2 * t * (1 - t) * b + t * t * c for a, b, c in zip(*ends, strict=True)) for t in steps]
        pen.line(line, fill=255, width=round(rng.uniform(0.25, 0.6) * _MM), joint="curve")
