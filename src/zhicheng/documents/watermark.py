"""The watermark as outlines: drawn shapes, never text, so that what a reader copies or a machine extracts stays clean (S-50)."""

from __future__ import annotations

from html import escape

from zhicheng.documents.fonts import outline

# A4 in points.
_WIDTH, _HEIGHT = 595, 842
_GREY = "#dedede"
_RED = "#f2c4c0"


def watermark_svg(lines: list[str], *, stamp: str = "") -> str:
    """An SVG the size of an A4 page, ``lines`` repeated over it on the slant; ``stamp`` large across the page (drafts)."""
    glyphs: dict[str, str] = {}
    tile = "".join(
        f'<g transform="translate(0 {row * 17})">{_run(line, 11.5, glyphs, centred=True)}</g>' for row, line in enumerate(lines)
    )
    places = [
        (x + (125 if row % 2 else 0), y)
        for row, y in enumerate(range(50, _HEIGHT + 60, 120))
        for x in range(30, _WIDTH + 60, 250)
    ]
    uses = "".join(f'<use xlink:href="#tile" transform="translate({x} {y}) rotate(-28)"/>' for x, y in places)
    big = ""
    if stamp:
        run = _run(stamp, 96, glyphs, centred=True)
        big = "".join(f'<g fill="{_RED}" transform="translate({_WIDTH / 2} {y}) rotate(-28)">{run}</g>' for y in (300, 640))
    shapes = "".join(f'<path id="{name}" d="{escape(path)}"/>' for name, path in glyphs.items())
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="{_WIDTH}" height="{_HEIGHT}" '
        f'viewBox="0 0 {_WIDTH} {_HEIGHT}"><defs>{shapes}<g id="tile">{tile}</g></defs><g fill="{_GREY}">{uses}</g>{big}</svg>'
    )


def _run(text: str, size: float, glyphs: dict[str, str], *, centred: bool) -> str:
    """One line of outlines set in ``size`` points from x = 0 (or around it); new shapes are added to ``glyphs``."""
    x = 0.0
    placed: list[tuple[str, float, float]] = []
    for character in text:
        shape = outline(character)
        scale = size / shape.units_per_em
        name = f"g{ord(character):x}"
        if shape.path:
            glyphs.setdefault(name, shape.path)
            placed.append((name, x, scale))
        x += shape.advance * scale
    shift = -x / 2 if centred else 0.0
    return "".join(
        f'<use xlink:href="#{name}" transform="translate({at + shift:.2f} 0) scale({scale:.5f} {-scale:.5f})"/>'
        for name, at, scale in placed
    )
