"""The fonts papers are set in: which files, which families, which characters they can show, and their outlines.

Four styles (``song`` 宋体, ``hei`` 黑体, ``fangsong`` 仿宋, ``kai`` 楷体) are named by ``settings.PAPER_FONTS``. Every style
falls back to the two open families the project ships, so that an office's licensed face may lack a rare character of a name.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import NamedTuple

import pylopdf_fonts_zh_cn
import typst
from django.conf import settings
from fontTools.pens.svgPathPen import SVGPathPen
from fontTools.ttLib import TTFont

from zhicheng.standards.names import is_cjk

STYLES = ("song", "hei", "fangsong", "kai")
SHIPPED = {"song": "Noto Serif SC", "hei": "Noto Sans SC", "fangsong": "Noto Serif SC", "kai": "Noto Serif SC"}
_REGULAR = 400
# Breaks and the zero-width space the renderer itself inserts draw nothing, so no font has to have them.
_INVISIBLE = frozenset("\n\u200b")
# fontTools reads a table of a file when it is first asked for it: two threads of a web process that ask at once break it for each other.
_ONE_READER = Lock()


class Outline(NamedTuple):
    """One character as an SVG path (y upwards), its advance width, and the em, all in font units."""

    path: str
    advance: float
    units_per_em: int


class _Face(NamedTuple):
    path: str
    number: int  # in a collection (.ttc)


def _wanted() -> tuple[str, ...]:
    return tuple(settings.PAPER_FONTS[style] for style in STYLES)


@lru_cache(maxsize=4)
def _load(wanted: tuple[str, ...], folders: tuple[str, ...]) -> typst.Fonts:
    paths = [Path(pylopdf_fonts_zh_cn.__file__).parent, *map(Path, folders)]
    own = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=list(paths))
    if set(wanted) <= set(own.families()):
        return own
    # Only when a named family is not among the configured folders: other machines' fonts would change the bytes of a paper.
    return typst.Fonts(include_system_fonts=True, include_embedded_fonts=False, font_paths=list(paths))


def fonts() -> typst.Fonts:
    """The font book for typst: the shipped wheel, ``settings.PAPER_FONT_DIRS``, and the system's only if a family needs it."""
    return _load(_wanted(), tuple(settings.PAPER_FONT_DIRS))


def missing_families() -> list[str]:
    """The families named in ``settings.PAPER_FONTS`` that no font file has; empty when papers can be made."""
    have = set(fonts().families())
    return sorted({family for family in (*_wanted(), *SHIPPED.values()) if family not in have})


def chain(style: str) -> list[str]:
    """The families tried in turn for ``style``."""
    return list(dict.fromkeys([settings.PAPER_FONTS[style], SHIPPED[style], SHIPPED["song"], SHIPPED["hei"]]))


@lru_cache(maxsize=16)
def _faces(book: typst.Fonts, family: str) -> tuple[_Face, ...]:
    infos = [info for info in book.fonts() if info.family == family and info.style == "normal" and info.path]
    infos.sort(key=lambda info: (abs(info.weight - _REGULAR), info.path or ""))
    return tuple(_Face(str(info.path), info.index) for info in infos[:1])


@lru_cache(maxsize=16)
def _open(face: _Face) -> TTFont:
    return TTFont(face.path, fontNumber=face.number, lazy=True)


@lru_cache(maxsize=16)
def _characters(face: _Face) -> dict[int, str]:
    with _ONE_READER:
        return dict(_open(face).getBestCmap())


@lru_cache(maxsize=4)
def _printable(book: typst.Fonts, chains: tuple[tuple[str, ...], ...]) -> frozenset[int]:
    per_style = [{c for family in families for face in _faces(book, family) for c in _characters(face)} for families in chains]
    return frozenset(set.intersection(*per_style))


def missing_glyphs(text: str) -> list[str]:
    """The characters of ``text`` that papers cannot show, each once, in order; empty when all can be printed.

    A character counts only if every style can show it, because a name is printed in several. Meant to be asked when a name
    is saved: a paper must never be the place where it is found out (PDF/A would refuse the whole paper).
    """
    printable = _printable(fonts(), tuple(tuple(chain(style)) for style in STYLES))
    composed = unicodedata.normalize("NFC", text)
    # A letter typed as base + combining mark is shown as one glyph; a Han character must be shown exactly as typed.
    source = composed if composed.isascii() or any(map(unicodedata.combining, text)) else text
    return list(dict.fromkeys(c for c in source if c not in _INVISIBLE and ord(c) not in printable))


def with_blanks(text: str) -> str:
    """``text`` as papers show it: in the place of a hanzi that no font has stands a framed blank with its code point (□（U+212FE）),
    to be written in by hand. A name is what the card says, and no form sends its owner away because of the fonts of a machine.
    """
    blank = {ord(c): f"□（U+{ord(c):04X}）" for c in missing_glyphs(text) if is_cjk(c)}
    return text.translate(blank) if blank else text


@lru_cache(maxsize=4096)
def outline(character: str, style: str = "hei") -> Outline:
    """The drawn shape of one character, for marks that must not be text. Raises ``LookupError`` when no font has it."""
    for family in chain(style):
        for face in _faces(fonts(), family):
            name = _characters(face).get(ord(character))
            if name is not None:
                with _ONE_READER:
                    font = _open(face)
                    glyphs = font.getGlyphSet()
                    pen = SVGPathPen(glyphs, ntos=lambda number: f"{number:.0f}")
                    glyphs[name].draw(pen)
                    return Outline(pen.getCommands(), glyphs[name].width, font["head"].unitsPerEm)
    raise LookupError(character)
