"""Every kind of paper against our own list of points of ISO 19005-2; and each point finds what breaks it."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name
from PIL import Image

from tests.documents import examples, pdfa_fonts
from tests.documents.pdfa import POINTS, File, faults, qpdf_says
from tests.documents.reading import printed
from zhicheng.documents.base import Kind, PaperBase
from zhicheng.documents.rendering import render_pdf
from zhicheng.documents.signatures import sign_pdf, signer

assert pdfa_fonts  # its points register themselves
LIST = Path(__file__).resolve().parents[2] / "docs" / "pdf-a.md"
SIGNS = "CO₂ Ca²⁺ ☑ ✔ İ ğ ş ə Қазақ"


def _photo() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (480, 672), "#a03020").save(out, format="JPEG")
    return out.getvalue()


PAPERS: dict[str, PaperBase] = {
    "review_form": examples.rich_form(photo={"sha256": examples.SHA, "media_type": "image/jpeg"}, summary=SIGNS),
    "publicity_notice": examples.notice(),
    "publicity_result": examples.result(),
    "supervising_opinion": examples.opinion(),
    "commitment": examples.commitment(),
    "receipt": examples.receipt(),
}


def _printed(paper: PaperBase, **marks: Any) -> bytes:
    return render_pdf(paper, marks=examples.marks(**marks), photo=_photo() if paper.kind == Kind.REVIEW_FORM else b"")


def test_every_kind_of_paper_is_in_the_list() -> None:
    assert set(PAPERS) == set(Kind.values)


@pytest.mark.parametrize("kind", PAPERS)
def test_paper_keeps_every_point(kind: str) -> None:
    pdf = _printed(PAPERS[kind])
    assert faults(pdf) == []
    assert qpdf_says(pdf) == ""


def test_signed_receipt_is_the_paper_with_a_signature_and_nothing_else() -> None:
    pdf = _printed(PAPERS["receipt"], signed=True)
    by = signer()
    assert by is not None
    signed = sign_pdf(pdf, at=datetime(2023, 10, 9, 5, tzinfo=UTC), by=by).pdf
    assert signed.startswith(pdf) and faults(pdf) == []
    assert [fault.partition(":")[0] for fault in faults(signed)] == ["6.1.3", "6.3", "6.4"], "what a signature is"
    with pikepdf.open(io.BytesIO(signed)) as opened:
        (field,) = opened.Root.AcroForm.Fields
        assert Name.Sig == field.FT and [float(edge) for edge in field.Rect] == [0, 0, 0, 0]
        assert [len(list(page.get("/Annots", []))) for page in opened.pages].count(1) == 1
    assert qpdf_says(signed) == ""


def test_draft_and_paper_with_a_frame_keep_every_point() -> None:
    assert faults(_printed(examples.notice(), serial="", verification_url="", version_label="", draft=True)) == []
    assert faults(printed(examples.minimal_form(name="李\U000212fe红"))) == []


def test_the_list_says_each_point_once_and_that_nobody_else_looked() -> None:
    text = LIST.read_text("utf-8")
    assert re.findall(r"^\| ([0-9.]+) \|", text, re.MULTILINE) == sorted(POINTS, key=_numbers)
    assert "No independent validator was run" in text


def _numbers(clause: str) -> list[int]:
    return [int(number) for number in clause.split(".")]


# --- each point finds what breaks it ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def letter() -> bytes:
    return _printed(examples.opinion())


def _page(pdf: pikepdf.Pdf) -> Any:
    return pdf.pages[0].obj


def _font(pdf: pikepdf.Pdf) -> Any:
    return next(iter(_page(pdf).Resources.Font.values()))


def _draw(pdf: pikepdf.Pdf, drawing: bytes) -> None:
    pdf.pages[0].contents_add(pdf.make_stream(drawing))


def _set(path: str, value: Any) -> Callable[[pikepdf.Pdf], None]:
    def change(pdf: pikepdf.Pdf) -> None:
        pdf.Root[path] = value

    return change


def _page_gets(key: str, value: Any) -> Callable[[pikepdf.Pdf], None]:
    def change(pdf: pikepdf.Pdf) -> None:
        _page(pdf)[key] = value

    return change


def _draws(drawing: bytes) -> Callable[[pikepdf.Pdf], None]:
    return lambda pdf: _draw(pdf, drawing)


def _stream(subtype: str, **more: Any) -> Callable[[pikepdf.Pdf], None]:
    def change(pdf: pikepdf.Pdf) -> None:
        made = pdf.make_stream(b"", Subtype=Name(subtype), **more)
        _page(pdf).Resources.XObject = Dictionary(Z=made)

    return change


def _state(**more: Any) -> Callable[[pikepdf.Pdf], None]:
    def change(pdf: pikepdf.Pdf) -> None:
        _page(pdf).Resources.ExtGState = Dictionary(Z=Dictionary(**more))

    return change


def _lose_resources(pdf: pikepdf.Pdf) -> None:
    del _page(pdf)["/Resources"]


def _lose_profile(pdf: pikepdf.Pdf) -> None:
    del pdf.Root.OutputIntents[0]["/DestOutputProfile"]


def _lose_program(pdf: pikepdf.Pdf) -> None:
    descriptor = _font(pdf).DescendantFonts[0].FontDescriptor
    for key in ("/FontFile2", "/FontFile3"):
        if key in descriptor:
            del descriptor[key]


def _lose_letters(pdf: pikepdf.Pdf) -> None:
    del _font(pdf)["/ToUnicode"]


def _other_encoding(pdf: pikepdf.Pdf) -> None:
    _font(pdf).Encoding = Name("/UniGB-UCS2-H")


def _wider(pdf: pikepdf.Pdf) -> None:
    widths = _font(pdf).DescendantFonts[0].W
    if isinstance(widths[1], Array):
        widths[1][0] = float(widths[1][0]) + 200
    else:
        widths[2] = float(widths[2]) + 200


def _show_nothing(pdf: pikepdf.Pdf) -> None:
    name = next(iter(_page(pdf).Resources.Font.keys()))
    _draw(pdf, f"BT {name} 9 Tf <0000> Tj ET".encode())


def _another_title(pdf: pikepdf.Pdf) -> None:
    pdf.trailer.Info.Title = "别的题目"


def _another_part(pdf: pikepdf.Pdf) -> None:
    data = pdf.Root.Metadata.read_bytes().replace(b"<pdfaid:part>2<", b"<pdfaid:part>1<")
    pdf.Root.Metadata = pdf.make_stream(data, Type=Name.Metadata, Subtype=Name.XML)


def _lzw(pdf: pikepdf.Pdf) -> None:
    made = pdf.make_stream(b"\x80\x0b\x60\x50\x22\x0c\x0c\x85\x01", Filter=Name.LZWDecode)
    _page(pdf).Extra = made


BROKEN: dict[str, Callable[[pikepdf.Pdf], None]] = {
    "6.1.7.1": lambda pdf: pdf.Root.__setattr__("Extra", pdf.make_stream(b"", F=Dictionary(F="x.txt"))),
    "6.1.7.2": _lzw,
    "6.1.12": _set("/Perms", Dictionary()),
    "6.1.13": _draws(b"q " * 30 + b"Q " * 30),
    "6.2.2": _draws(b"zz"),
    "6.2.3": _lose_profile,
    "6.2.4.3": _draws(b"0 0 0 1 k"),
    "6.2.5": _state(TR=Name.Identity),
    "6.2.6": _draws(b"/Vivid ri"),
    "6.2.8": _stream("/Image", Interpolate=True, BitsPerComponent=8, Width=1, Height=1, ColorSpace=Name.DeviceGray),
    "6.2.9": _stream("/PS"),
    "6.2.10": _state(BM=Name("/Glow")),
    "6.2.11.3": _other_encoding,
    "6.2.11.4": _lose_program,
    "6.2.11.5": _wider,
    "6.2.11.7.2": _lose_letters,
    "6.2.11.8": _show_nothing,
    "6.3": _page_gets("/Annots", Array([Dictionary(Type=Name.Annot, Subtype=Name.Text)])),
    "6.4": _set("/AcroForm", Dictionary()),
    "6.5": _set("/OpenAction", Dictionary(S=Name.JavaScript, JS="app.alert(1)")),
    "6.6.2": lambda pdf: pdf.Root.__delattr__("Metadata"),
    "6.6.3": _another_title,
    "6.6.4": _another_part,
    "6.8": _set("/Names", Dictionary(EmbeddedFiles=Dictionary())),
    "6.9": _set("/OCProperties", Dictionary()),
    "6.10": _page_gets("/PresSteps", Dictionary()),
    "6.11": _set("/Requirements", Array([])),
}


def _saved(pdf: pikepdf.Pdf) -> bytes:
    out = io.BytesIO()
    pdf.save(out, fix_metadata_version=False, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    return out.getvalue()


def test_file_that_was_only_saved_again_keeps_every_point(letter: bytes) -> None:
    with pikepdf.open(io.BytesIO(letter)) as pdf:
        assert faults(_saved(pdf)) == []


@pytest.mark.parametrize("clause", BROKEN)
def test_point_finds_what_breaks_it(letter: bytes, clause: str) -> None:
    with pikepdf.open(io.BytesIO(letter)) as pdf:
        BROKEN[clause](pdf)
        broken = File(_saved(pdf))
    assert list(POINTS[clause](broken)) != []


@pytest.mark.parametrize(
    ("clause", "change"),
    [
        ("6.1.2", lambda raw: b"\n" + raw),
        ("6.1.2", lambda raw: raw.replace(b"%PDF-1.7", b"%PDF-2.0", 1)),
        ("6.1.3", lambda raw: raw + b"appended"),
        ("6.1.7.1", lambda raw: re.sub(rb"/Length (\d)", rb"/Length 1\1", raw, count=1)),
    ],
)
def test_point_about_the_bytes_finds_what_breaks_it(letter: bytes, clause: str, change: Callable[[bytes], bytes]) -> None:
    assert list(POINTS[clause](File(change(letter)))) != []


def test_every_point_was_seen_to_fail() -> None:
    assert set(BROKEN) | {"6.1.2", "6.1.3"} == set(POINTS)
