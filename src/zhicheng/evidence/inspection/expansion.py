"""How much a page draws, reckoned over the graph of what draws what, before anything is drawn.

A form may draw forms that draw forms: thirty small ones, each drawing the next twice, make a thousand million drawings out of three
kilobytes, and one that draws itself never ends. Walking that is the attack. Here every stream is read once; what it draws counts as
often as it is named; sums are made from the bottom. A way that leads back to itself is refused.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import pikepdf

from zhicheng.evidence.inspection.verdicts import Rejected

MOST_DRAWN = 100_000_000
"""Bytes of drawing commands one page may come to, everything counted as often as it is drawn; a picture counts a 16th of its pixels."""
_DEEPEST = 40  # pdfium draws no deeper
_GAP = rb"(?:[\x00\t\n\x0c\r ]|%[^\r\n]*[\r\n])"
_NAMED = re.compile(
    rb"/([^\x00\t\n\x0c\r /\[\]<>(){}%]*)" + _GAP + rb"*(?:[-+.\d]+" + _GAP + rb"*)?(Do|gs|scn|SCN|Tf)(?![A-Za-z0-9])"
)
# Readers take a string for a name, however it is written: then every name there is may be meant.
_UNNAMED = re.compile(rb"[)>]" + _GAP + rb"*(Do|gs|scn|SCN|Tf)(?![A-Za-z0-9])")
_ANY = ""
_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_PAINT = re.compile(rb"(?<![A-Za-z/])(?:[fFBbSs]\*?|Do|Tj|TJ|sh|['\"]|EI)(?![A-Za-z])")
_SHOWN = re.compile(rb"\((?:[^()\\]|\\.)*\)|<[0-9A-Fa-f\s]*>", re.DOTALL)


def check_expansion(pdf: pikepdf.Pdf) -> None:
    """Raise ``Rejected("too_complex")`` when a page draws itself through whatever way, or comes to more than ``MOST_DRAWN``."""
    reader = _Reader()
    for page in pdf.pages:
        own = _dictionary(page.obj.get("/Resources"))
        if _Page(reader, _inherited(page.obj) if own is None else own).cost(page.obj) > MOST_DRAWN:
            raise Rejected("too_complex")


@dataclass(frozen=True, slots=True)
class _Content:
    """What one stream of commands names, with which operator, how often."""

    size: int
    named: Counter[tuple[str, str]]
    paints: int
    shown: int


class _Reader:
    """Every stream is read once."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, int], _Content] = {}

    def read(self, stream: pikepdf.Object) -> _Content:
        if stream.objgen not in self._known:
            self._known[stream.objgen] = understand(_decoded(stream))
        return self._known[stream.objgen]


def understand(content: bytes) -> _Content:
    """The names a stream of drawing commands uses. Over-counts what stands in strings and pictures; never misses a name."""
    named: Counter[tuple[str, str]] = Counter()
    for match in _NAMED.finditer(content):
        name = _ESCAPE.sub(lambda escape: bytes([int(escape[1], 16)]), match[1])
        named["/" + name.decode("utf-8", "surrogateescape"), match[2].decode()] += 1
    named.update((_ANY, match[1].decode()) for match in _UNNAMED.finditer(content))
    shown = sum(len(match[0]) for match in _SHOWN.finditer(content)) if any(kind == "Tf" for _name, kind in named) else 0
    return _Content(len(content), named, len(_PAINT.findall(content)), shown)


def _decoded(stream: pikepdf.Object) -> bytes:
    try:
        return stream.read_bytes()
    except (pikepdf.PdfError, RuntimeError, NotImplementedError):
        return stream.read_raw_bytes()  # what cannot be unpacked is found by the check of the syntax


class _Page:
    """The sums of one page: names that a form does not explain itself are looked up in the page's resources, as readers do."""

    def __init__(self, reader: _Reader, resources: Any) -> None:
        self._reader = reader
        self._resources = resources
        self._known: dict[tuple[Any, Any], int] = {}
        self._open: set[tuple[Any, Any]] = set()

    def cost(self, page: pikepdf.Object) -> int:
        contents = page.get("/Contents")
        streams = list(contents) if isinstance(contents, pikepdf.Array) else [contents]
        joined = b" ".join(_decoded(stream) for stream in streams if isinstance(stream, pikepdf.Stream))
        total = self._of_content(understand(joined), self._resources, "page", 0)
        for appearance in _appearances(page):
            total += self._of(appearance, self._resources, "page", 0)
        return total

    def _of(self, stream: pikepdf.Object, around: Any, around_key: Any, depth: int) -> int:
        own = _dictionary(stream.get("/Resources"))
        resources, owner = (own, stream.objgen) if own is not None else (around, around_key)
        key = (stream.objgen, owner)
        if key in self._known:
            return self._known[key]
        if key in self._open or depth > _DEEPEST:
            raise Rejected("too_complex")
        self._open.add(key)
        total = self._of_content(self._reader.read(stream), resources, owner, depth)
        self._open.discard(key)
        if total > MOST_DRAWN:
            raise Rejected("too_complex")
        self._known[key] = total
        return total

    def _of_content(self, content: _Content, resources: Any, owner: Any, depth: int) -> int:
        def of(stream: pikepdf.Object, around: Any = resources, key: Any = owner) -> int:
            return self._of(stream, around, key, depth + 1)

        def dearest(cost: Callable[[Any, _Cost], int], kind: str, name: str) -> int:
            return max((cost(found, of) for found in self._find(resources, kind, name)), default=0)

        total = content.size
        for (name, operator), times in content.named.items():
            if operator == "Do":
                total += times * dearest(_drawing, "/XObject", name)
            elif operator in {"scn", "SCN"}:
                total += times * dearest(_pattern, "/Pattern", name)
            elif operator == "gs":
                total += (times + content.paints) * dearest(_mask, "/ExtGState", name)
            else:
                total += content.shown * dearest(_glyph, "/Font", name)
        return total

    def _find(self, resources: Any, kind: str, name: str) -> list[Any]:
        """What ``name`` stands for; everything there is for a name that is not known."""
        places = [_dictionary(place.get(kind)) for place in (resources, self._resources) if place is not None]
        if name == _ANY:
            return [value for place in places if place is not None for _name, value in place.items()]
        return [found for place in places if (found := _get(place, name)) is not None][:1]


_Cost = Callable[..., int]


def _drawing(what: Any, of: _Cost) -> int:
    if not isinstance(what, pikepdf.Stream):
        return 0
    if str(what.get("/Subtype", "")) == "/Image":
        try:
            return abs(int(what.get("/Width", 0)) * int(what.get("/Height", 0))) // 16
        except (TypeError, ValueError):
            return 0
    return of(what)


def _pattern(what: Any, of: _Cost) -> int:
    if isinstance(what, pikepdf.Stream):
        return of(what)
    return _mask(_get(_dictionary(what), "/ExtGState"), of)


def _mask(state: Any, of: _Cost) -> int:
    group = _get(_dictionary(_get(_dictionary(state), "/SMask")), "/G")
    return of(group) if isinstance(group, pikepdf.Stream) else 0


def _glyph(font: Any, of: _Cost) -> int:
    """The dearest glyph of a font whose glyphs are drawings."""
    if _dictionary(font) is None or str(font.get("/Subtype", "")) != "/Type3":
        return 0
    drawn = _dictionary(font.get("/CharProcs"))
    glyphs = [glyph for _name, glyph in drawn.items() if isinstance(glyph, pikepdf.Stream)] if drawn is not None else []
    resources = _dictionary(font.get("/Resources"))
    if resources is None:
        return max((of(glyph) for glyph in glyphs), default=0)
    return max((of(glyph, resources, (glyph.objgen, "its font")) for glyph in glyphs), default=0)


def _appearances(page: pikepdf.Object) -> Iterable[pikepdf.Object]:
    annotations = page.get("/Annots")
    for annotation in annotations if isinstance(annotations, pikepdf.Array) else []:
        looks = _dictionary(_get(_dictionary(annotation), "/AP"))
        for _state, look in looks.items() if looks is not None else ():
            if isinstance(look, pikepdf.Stream):
                yield look
            elif isinstance(look, pikepdf.Dictionary):
                yield from (stream for _name, stream in look.items() if isinstance(stream, pikepdf.Stream))


def _inherited(page: pikepdf.Object) -> Any:
    above: Any = page
    for _step in range(_DEEPEST):
        above = above.get("/Parent")
        if _dictionary(above) is None:
            return None
        if (found := _dictionary(above.get("/Resources"))) is not None:
            return found
    return None


def _dictionary(value: Any) -> Any:
    """``value`` if readers look names up in it: they take the dictionary of a stream for as good as any."""
    return value if isinstance(value, (pikepdf.Dictionary, pikepdf.Stream)) else None


def _get(place: Any, name: str) -> Any:
    if place is None:
        return None
    try:
        return place.get(name)
    except TypeError:  # a name that is no text
        return dict(place.items()).get(name)
