"""The watermark as outlines: drawn shapes, never text, so that what a reader copies or a machine extracts stays clean (S-50)."""

from __future__ import annotations

from html import escape

from zhicheng.documents.fonts import outline

# A4 in points.
_WIDTH, _HEIGHT = 595, 842
_GREY, _RED = "#e0e0e0", "#f2c4c0"
_SIZE, _LINE, _GAP, _SLANT = 11.5, 16, 56, -28


def watermark_svg(lines: list[str], *, stamp: str = "") -> str:
    """An SVG the size of an A4 page, ``lines`` repeated over it on the slant; ``stamp`` large across the page (drafts).

    The lines are a pattern, stored once for the whole paper: drawn on every page they would make it three times as large.
    """
    glyphs: dict[str, str] = {}
    runs = [_run(line, _SIZE, glyphs) for line in lines if line]
    width = max(run_width for _shapes, run_width in runs) + _GAP
    height = 2 * (_LINE * len(runs) + _GAP)
    rows = "".join(f'<g transform="translate(0 {n * _LINE})">{shapes}</g>' for n, (shapes, _width) in enumerate(runs))
    # Every second row is shifted by half a tile; what sticks out on one side comes in on the other.
    places = [(width / 2, _LINE), (0, _LINE + height / 2), (width, _LINE + height / 2)]
    tiles = "".join(f'<g transform="translate({x:.1f} {y:.1f})">{rows}</g>' for x, y in places)
    big = ""
    if stamp:
        shapes, _width = _run(stamp, 96, glyphs)
        big = "".join(
            f'<g fill="{_RED}" transform="translate({_WIDTH / 2} {y}) rotate({_SLANT})">{shapes}</g>' for y in (300, 640)
        )
    defined = "".join(f'<path id="{name}" d="{escape(path)}"/>' for name, path in glyphs.items())
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'width="{_WIDTH}" height="{_HEIGHT}" viewBox="0 0 {_WIDTH} {_HEIGHT}"><defs>{defined}'
        f'<pattern id="tiles" width="{width:.1f}" height="{height:.1f}" patternUnits="userSpaceOnUse" '
        f'patternTransform="rotate({_SLANT})"><g fill="{_GREY}">{tiles}</g></pattern></defs>'
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="url(#tiles)"/>{big}</svg>'
    )


def _run(text: str, size: float, glyphs: dict[str, str]) -> tuple[str, float]:
    """One line of outlines in ``size`` points, centred on x = 0, and its width; new shapes are added to ``glyphs``."""
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
    shapes = "".join(
        f'<use xlink:href="#{name}" transform="translate({at - x / 2:.2f} 0) scale({scale:.5f} {-scale:.5f})"/>'
        for name, at, scale in placed
    )
    return shapes, x
