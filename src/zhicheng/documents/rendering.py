"""From a paper's data to the bytes of its PDF (PDF/A-2u): pure, and the same bytes every time for the same input."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import segno
import typst
from django.conf import settings
from django.utils.translation import gettext as _

from zhicheng.documents import fonts
from zhicheng.documents.base import PaperBase
from zhicheng.documents.fonts import missing_glyphs
from zhicheng.documents.letters import Letter, WorkSummary
from zhicheng.documents.papers import ReviewForm
from zhicheng.documents.receipts import Receipt
from zhicheng.documents.scanning import scanned
from zhicheng.documents.texts import condensed, lines_of_letter
from zhicheng.documents.watermark import watermark_svg
from zhicheng.documents.words import zh_copies
from zhicheng.foundation import clock
from zhicheng.foundation.errors import Problem, Refused

__all__ = ["CannotPrint", "Marks", "RenderingFailed", "check_printable", "missing_glyphs", "render_pdf"]

TEMPLATES = Path(__file__).parent / "templates"
DRAFT_STAMP = "草稿 无效"  # S-50: what was printed before the unit's approval must be visibly void
# In the data, one for each character that has to be written in: nobody's text holds one, a private character is printed by no font.
_FRAMES = range(0xE000, 0xF8FF)
_own = threading.local()


@dataclass(frozen=True, slots=True)
class Marks:
    """What identifies one print of a paper.

    ``serial`` and ``verification_url`` are empty on a draft; ``snapshot_sha256`` (64 hex digits) is that of the data it was
    printed from (S-79); ``created_at`` (aware) is the only time in the file; ``version_label`` e.g. “第1次上报”; ``signed``: of a kind
    that is signed, whether it will be; ``page_codes``: of a sheet that comes back as a scan, what the code of each page says
    (:mod:`documents.sheets`), in the place of the address.
    """

    serial: str
    verification_url: str
    snapshot_sha256: str
    version_label: str
    draft: bool
    created_at: datetime
    signed: bool = False
    page_codes: tuple[str, ...] = ()


class CannotPrint(Refused):
    """A paper holds characters no configured font can show. ``characters`` names them."""

    def __init__(self, characters: list[str]) -> None:
        self.characters = characters
        shown = "、".join(f"{c}（U+{ord(c):04X}）" for c in characters)
        text = _("以下字符无法打印，请改用规范字或联系平台增加字库：%(characters)s。") % {"characters": shown}
        super().__init__([Problem(text, code="paper.cannot_print")])


class RenderingFailed(RuntimeError):
    """The typesetter refused or warned: a fault of ours (a template, a font), never of the person who filled the form."""


def check_printable(paper: PaperBase) -> None:
    """Raise :class:`CannotPrint` with every character of ``paper`` that the fonts lack and that nobody can write in its place."""
    missing = [c for c in missing_glyphs(_all_text(paper)) if not fonts.is_written_in(c)]
    if missing:
        raise CannotPrint(missing)


def written_in(paper: PaperBase) -> list[str]:
    """The characters for which ``paper`` has a frame with the code point: no font of today has them, and a hand writes them."""
    return [c for c in missing_glyphs(_all_text(paper)) if fonts.is_written_in(c)]


def framed(paper: PaperBase) -> list[str]:
    """What stands in frames: what is written in, and with it every letter of the same script, where that has no capitals: such letters are
    mostly joined, and half a word between frames is read by nobody."""
    missing = written_in(paper)
    scripts = {fonts.script_of(c) for c in missing} - {""}
    return list(
        dict.fromkeys([*missing, *(c for c in _all_text(paper) if fonts.script_of(c) in scripts)] if scripts else missing)
    )


def render_pdf(paper: PaperBase, *, marks: Marks, photo: bytes = b"") -> bytes:
    """Print ``paper``: A4, PDF/A-2u, fonts embedded, watermark and footer on every page; ``photo`` (JPEG) in its place, if it has one.

    Reads nothing but its arguments, the settings' fonts and site name; the same arguments give the same bytes. Raises
    :class:`CannotPrint` for characters no font has and :class:`RenderingFailed` for anything that is our fault.
    """
    check_printable(paper)
    template, content = _content(paper)
    frames = {c: chr(code) for c, code in zip(framed(paper), _FRAMES, strict=False)}
    as_set = str.maketrans(frames)
    inputs = {
        "data": json.dumps(_each(content, lambda text: condensed(fonts.composed(text)).translate(as_set)), ensure_ascii=False),
        "marks": json.dumps(_marks(paper, marks, frames), ensure_ascii=False),
        "photo": json.dumps(list(photo)),
    }
    try:
        pdf, warnings = _compiler().compile_with_warnings(
            input=TEMPLATES / template,
            format="pdf",
            sys_inputs=inputs,
            pdf_standards=["a-2u"],
            timestamp=int(marks.created_at.timestamp()),
        )
    except typst.TypstError as error:
        raise RenderingFailed(f"{template}: {error.message}; {'; '.join(error.hints)}") from error
    if warnings:
        raise RenderingFailed(f"{template}: {'; '.join(warning.message for warning in warnings)}")
    if not isinstance(pdf, bytes):
        raise RenderingFailed(f"{template}: no PDF came back")
    return pdf


def _compiler() -> typst.Compiler:
    """One compiler a thread ("Already borrowed" otherwise), kept: its caches make the second paper ten times faster."""
    book = fonts.fonts()
    if getattr(_own, "book", None) is not book:
        _own.compiler = typst.Compiler(root=TEMPLATES, font_paths=book, ignore_system_fonts=True)
        _own.book = book
    compiler: typst.Compiler = _own.compiler
    return compiler


def _content(paper: PaperBase) -> tuple[str, dict[str, Any]]:
    if isinstance(paper, ReviewForm):
        words = paper.words
        frame = words.model_dump() | {"in_copies": zh_copies(words.copies)}
        content = paper.model_dump(exclude={"frame"}) | {"frame": frame, "heading": "".join(words.title)}
        for material in content["materials"]:
            material["sha256"] = material["sha256"][:12]
        return "review_form.typ", content
    if isinstance(paper, Letter):
        return "letter.typ", _letter(paper, paper.text.title, paper.small_print())
    if isinstance(paper, WorkSummary):
        return "letter.typ", _letter(paper, paper.heading, "")
    if isinstance(paper, Receipt):
        return "receipt.typ", paper.model_dump()
    raise TypeError(type(paper))


def _letter(paper: Letter | WorkSummary, heading: str, small_print: str) -> dict[str, Any]:
    return {
        "heading": heading,
        "paragraphs": lines_of_letter(paper.paragraphs()),
        "signatures": paper.signatures(),
        "small_print": small_print,
    }


def _marks(paper: PaperBase, marks: Marks, frames: dict[str, str]) -> dict[str, Any]:
    lines = [settings.SITE_NAME, "　".join(filter(None, [marks.serial, fonts.with_blanks(paper.name), marks.version_label]))]
    return {
        "site": settings.SITE_NAME,
        "serial": marks.serial,
        "version": marks.version_label,
        "hash": marks.snapshot_sha256[:16],
        "draft": marks.draft,
        "signed": marks.signed,
        "printed_at": clock.written(marks.created_at),
        "watermark": watermark_svg(lines, stamp=DRAFT_STAMP if marks.draft else ""),
        "qr": _qr(marks.verification_url) if marks.verification_url else "",
        "page_codes": [_qr(code) for code in marks.page_codes],
        "link": _qr(paper.link_in_code()) if isinstance(paper, Letter) and paper.link_in_code() else "",
        # Printed too: a page whose QR code cannot be scanned is checked by typing both values.
        "code": _groups(scanned(marks.verification_url).code),
        "fonts": {style: fonts.chain(style) for style in fonts.STYLES} | {"inside": list(fonts.INSIDE)},
        "name": paper.name,  # for the file's own title, which no font has to show
        "frames": {mark: f"U+{ord(character):04X}" for character, mark in frames.items()},
        "others": fonts.only_inside(fonts.composed(_all_text(paper))),
    }


def _groups(code: str) -> list[str]:
    """A code in groups of four, which a hand can copy without losing its place."""
    return [code[i : i + 4] for i in range(0, len(code), 4)]


def _qr(address: str) -> str:
    out = io.BytesIO()
    # A white ground of its own: the watermark must not run into the quiet zone a scanner needs.
    segno.make(address, error="m", micro=False).save(out, kind="svg", border=2, light="white", xmldecl=False, nl=False)
    return out.getvalue().decode()


def _each(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {key: _each(item, change) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_each(item, change) for item in value]
    return value


def _all_text(paper: PaperBase) -> str:
    return "".join(_strings(paper.model_dump(exclude={"kind"})))


def _strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for item in value.values() for text in _strings(item)]
    if isinstance(value, list | tuple):
        return [text for item in value for text in _strings(item)]
    return []
