"""The points of ISO 19005-2 about fonts (see ``pdfa``)."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from typing import Any

import pikepdf
from fontTools.cffLib import CFFFontSet
from fontTools.ttLib import TTFont
from pikepdf import Array, Dictionary, Stream

from tests.documents.pdfa import File, point


@point("6.2.11.3")
def composite_fonts(file: File) -> Iterator[str]:
    for font in file.fonts:
        descendant = font.DescendantFonts[0]
        if font.Encoding not in ("/Identity-H", "/Identity-V") and not isinstance(font.Encoding, Stream):
            yield "a CMap that is not embedded"
        if "/CIDSystemInfo" not in descendant:
            yield "no CIDSystemInfo"
        if descendant.Subtype == "/CIDFontType2" and "/CIDToGIDMap" not in descendant:
            yield "no CIDToGIDMap"


@point("6.2.11.4")
def embedded_fonts(file: File) -> Iterator[str]:
    simple = [item for item in file.objects if item.get("/Type") == "/Font" and "/BaseFont" in item]
    for font in simple:
        if str(font.Subtype) in {"/Type0", "/Type3"}:
            continue
        descriptor = font.get("/FontDescriptor")
        if descriptor is None or not {"/FontFile", "/FontFile2", "/FontFile3"} & set(descriptor.keys()):
            yield f"{font.BaseFont} is not embedded"
        elif not re.match(r"/[A-Z]{6}\+", str(descriptor.FontName)):
            yield f"{font.BaseFont} does not say that it is a part"


@point("6.2.11.5")
def font_widths(file: File) -> Iterator[str]:
    """The widths the file says are those of the embedded program, to a thousandth of the em."""
    for font in file.fonts:
        descendant = font.DescendantFonts[0]
        said, real = _said_widths(descendant), _real_widths(descendant.FontDescriptor)
        for glyph, width in said.items():
            if glyph in real and abs(real[glyph] - width) > 1:
                yield f"{font.BaseFont}: glyph {glyph} is said to be {width} wide and is {real[glyph]}"


def _said_widths(font: Any) -> dict[int, float]:
    widths: dict[int, float] = {}
    items = list(font.get("/W", []))
    while items:
        first, second = int(items.pop(0)), items.pop(0)
        if isinstance(second, Array):
            widths |= {first + n: float(width) for n, width in enumerate(second)}
        else:
            widths |= dict.fromkeys(range(first, int(second) + 1), float(items.pop(0)))
    return widths


def _real_widths(descriptor: Any) -> dict[int, float]:
    if "/FontFile2" in descriptor:
        with TTFont(io.BytesIO(descriptor.FontFile2.read_bytes())) as program:
            em, metrics = program["head"].unitsPerEm, program["hmtx"]
            return {n: metrics[name][0] * 1000 / em for n, name in enumerate(program.getGlyphOrder()) if name in metrics.metrics}
    program = CFFFontSet()
    program.decompile(io.BytesIO(descriptor.FontFile3.read_bytes()), None)
    top = program[0]
    widths = {}
    for n, name in enumerate(top.charset):
        glyph = top.CharStrings[name]
        glyph.decompile()
        glyph.draw(_Nowhere())
        cid = int(name[3:]) if name.startswith("cid") else n
        widths[cid] = glyph.width * (top.FontMatrix[0] if hasattr(top, "FontMatrix") else 0.001) * 1000
    return widths


class _Nowhere:
    """A pen that draws nothing: a glyph knows its width once it was drawn."""

    def __getattr__(self, _name: str) -> Callable[..., None]:
        return lambda *_args, **_more: None


@point("6.2.11.7.2")
def unicode_of_fonts(file: File) -> Iterator[str]:
    """Level U: every glyph says which letters it is."""
    for font in file.fonts:
        if "/ToUnicode" not in font:
            yield f"{font.BaseFont} has no ToUnicode"
            continue
        known = _unicode(font.ToUnicode.read_bytes().decode("latin-1"))
        for glyph in _used(file, font):
            if glyph not in known:
                yield f"{font.BaseFont}: glyph {glyph} has no letter"
            elif {0, 0xFEFF, 0xFFFE} & set(map(ord, known[glyph])):
                yield f"{font.BaseFont}: glyph {glyph} is said to be a letter that is none"


@point("6.2.11.8")
def no_missing_glyph(file: File) -> Iterator[str]:
    for font in file.fonts:
        if 0 in _used(file, font):
            yield f"{font.BaseFont}: the sign for a missing glyph is printed"


def _unicode(cmap: str) -> dict[int, str]:
    found: dict[int, str] = {}
    for section in re.findall(r"beginbfchar(.*?)endbfchar", cmap, re.DOTALL):
        for code, text in re.findall(r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", section):
            found[int(code, 16)] = bytes.fromhex(text).decode("utf-16-be")
    for section in re.findall(r"beginbfrange(.*?)endbfrange", cmap, re.DOTALL):
        for first, last, text in re.findall(r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", section):
            start = bytes.fromhex(text).decode("utf-16-be")
            for n in range(int(first, 16), int(last, 16) + 1):
                found[n] = start[:-1] + chr(ord(start[-1]) + n - int(first, 16))
    return found


def _used(file: File, font: Any) -> set[int]:
    """The glyphs of ``font`` that are shown (two bytes each: Identity-H)."""
    used: set[int] = set()
    for resources, drawing in file.contents:
        names = resources.get("/Font", Dictionary()) if resources is not None else Dictionary()
        mine = {key for key in names.keys() if names[key].objgen == font.objgen}  # noqa: SIM118
        current = ""
        for operands, operator in drawing:
            if str(operator) == "Tf":
                current = str(operands[0])
            elif str(operator) in {"Tj", "TJ", "'", '"'} and current in mine:
                pieces = operands[-1] if isinstance(operands[-1], Array) else [operands[-1]]
                for piece in pieces:
                    if isinstance(piece, pikepdf.String):
                        shown = bytes(piece)
                        used |= {int.from_bytes(shown[n : n + 2], "big") for n in range(0, len(shown), 2)}
    return used
