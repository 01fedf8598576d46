"""The fonts papers are set in: which files, which families, which characters they can show, and their outlines.

Four styles (``song`` 宋体, ``hei`` 黑体, ``fangsong`` 仿宋, ``kai`` 楷体) are named by ``settings.PAPER_FONTS``; a style that is not named
is set in what is known to be good for it, where that is installed, else in 宋体 (:func:`stand_ins`). Every style falls back to the two
open families the project ships, to supplementary ones with the rare hanzi of names, and to those inside the typesetter, which have the
letters and signs that Chinese fonts lack (CO₂, ☑, ğ).
"""

from __future__ import annotations

import json
import mmap
import re
import unicodedata
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import NamedTuple

import pylopdf_fonts_zh_cn
import typst
from django.conf import settings
from django.utils.translation import gettext_lazy
from fontTools.pens.svgPathPen import SVGPathPen
from fontTools.ttLib import TTFont

from zhicheng.standards.names import is_cjk

STYLES = ("song", "hei", "fangsong", "kai")
STYLE_NAMES = {
    "song": gettext_lazy("宋体"),
    "hei": gettext_lazy("黑体"),
    "fangsong": gettext_lazy("仿宋"),
    "kai": gettext_lazy("楷体"),
}
SHIPPED = {"song": "Noto Serif SC", "hei": "Noto Sans SC", "fangsong": "Noto Serif SC", "kai": "Noto Serif SC"}
# Looked for where the style is not named. No free 仿宋 has all characters of names, so none is taken unasked.
KNOWN = {"kai": "LXGW WenKai"}
KNOWN_SUPPLEMENTARY = ("HanaMinA", "HanaMinB", "BabelStone Han")
# In typst itself, on every machine the same.
INSIDE = ("Libertinus Serif", "New Computer Modern Math", "DejaVu Sans Mono")
_REGULAR = 400
# Breaks draw nothing; joiners, and the selectors of Mongolian, only say how the letters beside them are written: no font has to have them.
_INVISIBLE = frozenset("\n\u200c\u200d\u180b\u180c\u180d\u180f")
# fontTools reads a table of a file when it is first asked for it: two threads of a web process that ask at once break it for each other.
_ONE_READER = Lock()
_ONE_COMPILER = Lock()
_DRAWN = re.compile(r'<symbol[^>]*><path d="([^"]*)"')
_WIDTH = re.compile(r'viewBox="0 0 ([0-9.]+) ')
_EM = 100
_ALONE = b"""
#set page(width: auto, height: auto, margin: 0pt)
#set text(size: 100pt, fallback: false, font: json(bytes(sys.inputs.fonts)))
#sys.inputs.character
"""
_WITH_MARKS = re.compile("[^\\W\\d_][\u0300-\u036f]+")


class Outline(NamedTuple):
    """One character as an SVG path (y upwards), its advance width, and the em, all in font units."""

    path: str
    advance: float
    units_per_em: int


class _Face(NamedTuple):
    path: str
    number: int  # in a collection (.ttc)


def _named() -> tuple[str, ...]:
    """What the settings name."""
    return (*(settings.PAPER_FONTS[style] for style in STYLES), *settings.PAPER_FONTS_SUPPLEMENTARY)


@lru_cache(maxsize=4)
def _load(named: tuple[str, ...], folders: tuple[str, ...]) -> typst.Fonts:
    paths = [Path(pylopdf_fonts_zh_cn.__file__).parent, *map(Path, folders)]
    own = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=list(paths))
    if set(filter(None, named)) <= set(own.families()):
        return own
    # Only when a named family is not among the folders: other machines' fonts would change the bytes of a paper.
    return typst.Fonts(include_system_fonts=True, include_embedded_fonts=True, font_paths=list(paths))


def fonts() -> typst.Fonts:
    """The font book for typst: the shipped wheel, typst's own, ``settings.PAPER_FONT_DIRS``, the folders of known packages that are
    there, and the system's only if a family needs it.
    """
    packages = (folder for folder in settings.PAPER_FONT_PACKAGES if Path(folder).is_dir())
    return _load(_named(), (*settings.PAPER_FONT_DIRS, *packages))


def missing_families() -> list[str]:
    """The families the settings name that no font file has; empty when papers can be made."""
    have = set(fonts().families())
    return sorted({family for family in (*_named(), *SHIPPED.values(), *INSIDE) if family and family not in have})


def family_of(style: str) -> str:
    """The family ``style`` is set in: the named one, else a known one that is installed, else a shipped one."""
    known = KNOWN.get(style, "")
    return settings.PAPER_FONTS[style] or (known if known in fonts().families() else SHIPPED[style])


def stand_ins() -> list[str]:
    """The styles that have no face of their own here and that nobody named one for: they are set in 宋体."""
    return [style for style in ("fangsong", "kai") if not settings.PAPER_FONTS[style] and family_of(style) == SHIPPED["song"]]


def supplementary() -> list[str]:
    """The families with rare hanzi: those the settings name, else the known ones that are installed."""
    named: list[str] = settings.PAPER_FONTS_SUPPLEMENTARY
    have = set(fonts().families())
    return list(named or [family for family in KNOWN_SUPPLEMENTARY if family in have])


def chain(style: str) -> list[str]:
    """The families tried in turn for ``style``."""
    return list(dict.fromkeys([family_of(style), SHIPPED[style], SHIPPED["song"], SHIPPED["hei"], *supplementary(), *INSIDE]))


@lru_cache(maxsize=16)
def _faces(book: typst.Fonts, family: str) -> tuple[_Face, ...]:
    infos = [info for info in book.fonts() if info.family == family and info.style == "normal" and info.path]
    infos.sort(key=lambda info: (abs(info.weight - _REGULAR), info.path or ""))
    return tuple(_Face(str(info.path), info.index) for info in infos[:1])


@lru_cache(maxsize=16)
def _open(face: _Face) -> TTFont:
    return _opened(face)


def _opened(face: _Face) -> TTFont:
    with Path(face.path).open("rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)  # read where it is asked, and no file stays open for it
    return TTFont(mapped, fontNumber=face.number, lazy=True)


@lru_cache(maxsize=16)
def _characters(face: _Face) -> frozenset[int]:
    """What ``face`` has a glyph for. Which one, nobody asks here: to read what its glyphs are called takes most of the time, and whoever saves
    a form first in a process waits for that."""
    with _ONE_READER, _opened(face) as font:
        font.setGlyphOrder([str(number) for number in range(font["maxp"].numGlyphs)])
        return frozenset(font.getBestCmap())


@lru_cache(maxsize=4)
def _in_files(book: typst.Fonts, chains: tuple[tuple[str, ...], ...]) -> frozenset[int]:
    per_style = [{c for family in families for face in _faces(book, family) for c in _characters(face)} for families in chains]
    return frozenset(set.intersection(*per_style))


@lru_cache(maxsize=4)  # asked for every field of a form at every look: fonts that are installed later are seen after a restart
def _printable(_as_set: tuple[str, ...]) -> frozenset[int]:
    return _in_files(fonts(), tuple(tuple(chain(style)) for style in STYLES))


def _not_in_files(text: str) -> list[str]:
    """The characters of ``text`` that some style has in no file, each once, in order."""
    there = _printable((*_named(), "", *settings.PAPER_FONT_DIRS, "", *settings.PAPER_FONT_PACKAGES))
    return [c for c in dict.fromkeys(text) if c not in _INVISIBLE and (ord(c) not in there or _is_private(c))]


def _is_private(character: str) -> bool:
    """What a private character looks like is agreed between two people, and the reader of a paper is none of them."""
    return unicodedata.category(character) == "Co"


def composed(text: str) -> str:
    """A letter typed as base and combining mark is one letter; all else, Han characters first of all, stays exactly as typed."""
    return _WITH_MARKS.sub(lambda found: unicodedata.normalize("NFC", found[0]), text)


def missing_glyphs(text: str) -> list[str]:
    """The characters of ``text`` that papers cannot show, each once, in order; empty when all can be printed.

    A character counts only if every style can show it, because a name is printed in several. Meant to be asked when a name
    is saved: a paper must never be the place where it is found out (PDF/A would refuse the whole paper).
    """
    return [c for c in _not_in_files(composed(text)) if _is_private(c) or is_cjk(c) or not _inside(c)]


def only_inside(text: str) -> str:
    """The characters of ``text`` that no file has and the typesetter's own fonts show, each once."""
    return "".join(c for c in _not_in_files(text) if not _is_private(c) and not is_cjk(c) and _inside(c))


def with_blanks(text: str) -> str:
    """``text`` where it cannot be set: in the place of a letter that no font has stands □（U+212FE）."""
    blank = {ord(c): f"□（U+{ord(c):04X}）" for c in missing_glyphs(text) if is_written_in(c)}
    return text.translate(blank) if blank else text


def is_written_in(character: str) -> bool:
    """Whether a paper leaves a frame for it, to be written in by hand: every hanzi, and what any script is written with (letters, their
    marks, numerals, stops). Nobody is sent away because of the fonts of a machine; what is left are signs: emoji, characters of private use.
    """
    category = unicodedata.category(character)
    return is_cjk(character) or (category[0] in "LMNP" and category != "Me")


def script_of(character: str) -> str:
    """The script of a letter that has no capitals (``ARABIC``, ``MONGOLIAN``), as Unicode calls it; empty for hanzi and all else."""
    if is_cjk(character) or unicodedata.category(character) not in {"Lo", "Lm", "Mn", "Mc"}:
        return ""
    return unicodedata.name(character, "").partition(" ")[0]


@lru_cache(maxsize=4096)
def _inside(character: str) -> str:
    """The SVG of one character in the typesetter's own fonts; empty when they lack it: it is asked as it will be asked for the paper."""
    with _ONE_COMPILER:
        compiler, inputs = _alone(), {"character": character, "fonts": json.dumps(INSIDE)}
        try:
            compiler.compile(_ALONE, format="pdf", sys_inputs=inputs, pdf_standards=["a-2u"])
            drawn = compiler.compile(_ALONE, format="svg", sys_inputs=inputs)
        except typst.TypstError:
            return ""
    return drawn.decode() if isinstance(drawn, bytes) else ""


@lru_cache(maxsize=1)
def _alone() -> typst.Compiler:
    book = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True)
    return typst.Compiler(font_paths=book, ignore_system_fonts=True)


@lru_cache(maxsize=4096)
def outline(character: str, style: str = "hei") -> Outline:
    """The drawn shape of one character, for marks that must not be text. Raises ``LookupError`` when no font has it."""
    for family in chain(style):
        for face in _faces(fonts(), family):
            if ord(character) in _characters(face):
                with _ONE_READER:
                    font = _open(face)
                    name = font.getBestCmap()[ord(character)]
                    glyphs = font.getGlyphSet()
                    pen = SVGPathPen(glyphs, ntos=lambda number: f"{number:.0f}")
                    glyphs[name].draw(pen)
                    return Outline(pen.getCommands(), glyphs[name].width, font["head"].unitsPerEm)
    path, width = _DRAWN.search(_inside(character)), _WIDTH.search(_inside(character))
    if path is None or width is None:
        raise LookupError(character)
    return Outline(path[1], float(width[1]), _EM)
