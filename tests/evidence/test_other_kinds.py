"""Kinds of files the table of cases has no example of: made here, and decided here."""

from __future__ import annotations

import io

import pikepdf
import pytest
from PIL import Image

from tests.evidence import files
from zhicheng.evidence.examination import Bounds, Examined, Unacceptable, examine
from zhicheng.evidence.inspection.rendering import render_png

LIMITS = Bounds(max_bytes=20 * 1024 * 1024, max_pages=100)


def look(content: bytes, name: str = "证书.pdf") -> Examined | Unacceptable:
    return examine(io.BytesIO(content), declared_name=name, limits=LIMITS)


def saved(pdf: pikepdf.Pdf, **how: object) -> bytes:
    out = io.BytesIO()
    pdf.save(out, **how)  # type: ignore[arg-type]
    return out.getvalue()


def code_of(content: bytes, name: str = "证书.pdf") -> str:
    verdict = look(content, name)
    assert isinstance(verdict, Unacceptable), verdict
    return verdict.code


def packed() -> bytes:
    """A file whose objects lie in a stream of objects, which is not compressed, so that it can be written over."""
    with pikepdf.open(io.BytesIO(files.pdf())) as pdf:
        return saved(pdf, object_stream_mode=pikepdf.ObjectStreamMode.generate, compress_streams=False)


def test_stream_of_objects_that_goes_on_in_itself_is_read_once() -> None:
    content = packed()
    number = int(content[: content.index(b"/ObjStm")].rsplit(b" obj", 1)[0].split()[-2])
    whole = content.replace(b"/Type /ObjStm", b"/Extends %d 0 R /Type /ObjStm" % number, 1)
    assert whole != content
    verdict = look(whole)
    assert (
        verdict == Examined("application/pdf", 1, verdict.warnings)
        if isinstance(verdict, Examined)
        else verdict.code == "damaged"
    )


def test_stream_of_objects_inside_of_another_one_is_refused() -> None:
    content = packed()
    at = content.index(b"stream\n", content.index(b"/ObjStm")) + len(b"stream\n")
    inner = b"1 0 <</Type/ObjStm/N 1/First 4/Length 9>>"
    assert code_of(content[:at] + inner + content[at + len(inner) :]) == "damaged"


@pytest.mark.parametrize("side", [30_000, 65_535, 2**31 - 1])
def test_picture_that_declares_too_much_is_never_begun(side: int) -> None:
    assert code_of(files.png_claiming(side, side), "a.png") == "too_many_pixels"


def test_pdf_that_is_a_web_page_as_well_is_a_pdf() -> None:
    """Whoever opens it by its type, as it is served, sees the pages; the words of the other one stand in a comment."""
    whole = files.pdf()
    head, rest = whole.split(b"\n", 1)
    verdict = look(head + b"\n%<html><script>alert(1)</script>\n" + rest, "证书.html")
    assert isinstance(verdict, Examined) and verdict.media_type == "application/pdf"


@pytest.mark.parametrize("name", ["a.js", "a.gif", "a.pdf"])
def test_gif_that_is_a_script_as_well_is_refused(name: str) -> None:
    assert code_of(b"GIF89a/*" + files.gif()[8:] + b"*/=1;alert(1)", name) == "wrong_type"


def test_jpeg_with_a_web_page_in_its_comment_is_a_picture_and_nothing_of_it_is_shown() -> None:
    content = files.jpeg(image=files.picture())
    comment = b"<script>alert(1)</script>"
    content = content[:2] + b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment + content[2:]
    verdict = look(content, "a.jpg")
    assert isinstance(verdict, Examined) and verdict.media_type == "image/jpeg"
    assert b"script" not in render_png(content, media_type="image/jpeg", page=1, width=160, bounds=LIMITS)


def test_svg_is_refused_whatever_it_is_called() -> None:
    assert code_of(files.svg(), "a.png") == "wrong_type"
    assert code_of(b"\xef\xbb\xbf\n<svg onload='alert(1)'/>", "a.jpg") == "wrong_type"


def test_portfolio_is_refused_even_with_a_harmless_file_inside() -> None:
    """What counts lies in its attachments, and nobody gets to see those."""
    with pikepdf.open(io.BytesIO(files.pdf())) as pdf:
        pdf.Root.Collection = pikepdf.Dictionary(Type=pikepdf.Name.Collection, View=pikepdf.Name.T)
        pdf.attachments["发票.xml"] = pikepdf.AttachedFileSpec(pdf, b"<?xml version='1.0'?><invoice/>", mime_type="text/xml")
        assert code_of(saved(pdf)) == "attachment"


def test_scanner_s_pages_are_one_picture_each() -> None:
    verdict = look(files.scanned_pdf(*[files.jpeg()] * 12))
    assert verdict == Examined("application/pdf", 12, [])


def test_picture_of_16_bits_is_taken_and_shown_in_the_greys_it_has() -> None:
    content = files.deep_png()
    assert look(content, "a.png") == Examined("image/png", 1, [])
    shown = Image.open(io.BytesIO(render_png(content, media_type="image/png", page=1, width=160, bounds=LIMITS))).convert("L")
    counts = shown.histogram()
    assert sum(counts[:60]) > 500 and sum(counts[200:]) > 5000
