"""What may be uploaded, row by row: real slips of real programs, in ``cases/``. Each is examined in a cell, as it would come."""

from __future__ import annotations

import io
import random
import time
import warnings
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from tests.evidence import files, scanners, signed
from zhicheng.evidence.confinement.asking import render_confined
from zhicheng.evidence.examination import Bounds, Examined, Unacceptable, examine, examine_confined
from zhicheng.evidence.inspection.verdicts import Rejected
from zhicheng.evidence.models import EvidenceFile
from zhicheng.evidence.queries import what_is_said

CASES = Path(__file__).parent / "cases"
LIMITS = Bounds(max_bytes=20 * 1024 * 1024, max_pages=100)

# file: the codes of its warnings, whether readers get a copy; or the code of the refusal
TABLE: dict[str, tuple[list[str], bool] | str] = {
    "00-plain.pdf": ([], False),
    "01-seal-as-signature-widget.pdf": ([], False),
    "01b-seal-as-stamp-annotation.pdf": ([], False),
    "02-form-filled-in.pdf": ([], False),
    "03a-bom-before-header.pdf": ([], False),
    "03b-newline-before-header.pdf": ([], False),
    "04a-startxref-off-by-two.pdf": (["repaired"], False),
    "04b-no-eof-mark.pdf": ([], False),
    "04d-stream-length-one-too-long.pdf": ([], False),
    "04h-size-two-too-large-print-to-pdf.pdf": ([], False),
    "04j-stream-length-wrong.pdf": ([], False),
    "04l-page-count-wrong.pdf": "page_missing",
    "04m-bytes-appended-1k-zeros.pdf": ([], False),
    "05a-openaction-named-print.pdf": ([], True),
    "05b-openaction-js-print.pdf": ([], True),
    "05d-pdfa3-invoice-xml-embedded.pdf": ([], True),
    "06-permissions-only.pdf": ([], False),
    "07a-exif-orientation-6.jpg": ([], False),
    "07c-exif-orientation-text.jpg": ([], False),
    "10c-jpeg-cut-in-the-middle.jpg": "damaged",
    "12a-png-large-text.png": ([], False),
    "12e-png-ancillary-chunk-bad-crc.png": ([], False),
    "17a-cjk-stsong-not-embedded.pdf": (["font_missing"], False),
    "18a-photograph-of-a-phone.heic": (["converted", "photographed"], True),
    "18b-burst-of-three.heic": (["converted", "several"], True),
}


def test_every_case_stands_in_the_table() -> None:
    assert {path.name for path in CASES.iterdir()} == set(TABLE)


@pytest.mark.parametrize("name", TABLE)
def test_case_is_what_the_table_says(name: str) -> None:
    verdict = examine_confined(CASES / name, declared_name=name, limits=LIMITS)
    if isinstance(verdict, Unacceptable):
        assert verdict.code == TABLE[name]
    else:
        assert ([str(w["code"]) for w in verdict.warnings], verdict.safe_copy is not None) == TABLE[name]
    assert verdict == examine(CASES / name, declared_name=name, limits=LIMITS)  # the walls change no verdict


@pytest.mark.parametrize("name", [name for name, right in TABLE.items() if not isinstance(right, str)])
def test_only_what_the_table_warns_of_has_to_be_looked_at(name: str) -> None:
    """A copy without scripts is told; "accepted" holds nothing."""
    codes, has_copy = TABLE[name]
    file = EvidenceFile(warnings=[{"code": code} for code in codes], safe_sha256="a" * 64 if has_copy else None)
    said = what_is_said(file)
    assert len(said.warnings) == len({"repaired", "font_missing", "several"} & set(codes))
    assert bool(said.notes) is has_copy


def shown(name: str, page: int = 1) -> Image.Image:
    path = CASES / name
    media_type = {".pdf": "application/pdf", ".jpg": "image/jpeg", ".png": "image/png"}[path.suffix]
    png = render_confined(path, media_type=media_type, page=page, width=480, bounds=LIMITS)
    return Image.open(io.BytesIO(png)).convert("RGB")


def ink(picture: Image.Image, box: tuple[float, float, float, float], colour: str = "dark") -> int:
    """Pixels of that colour in a part of the page (shares of width and height)."""
    width, height = picture.size
    part = picture.crop((int(box[0] * width), int(box[1] * height), int(box[2] * width), int(box[3] * height)))
    pixels = [part.getpixel((x, y)) for x in range(part.width) for y in range(part.height)]
    if colour == "red":
        return sum(red > 180 and green < 90 and blue < 90 for red, green, blue in pixels)  # type: ignore[misc]
    return sum(red < 110 and green < 110 and blue < 110 for red, green, blue in pixels)  # type: ignore[misc]


@pytest.mark.parametrize("name", ["01-seal-as-signature-widget.pdf", "01b-seal-as-stamp-annotation.pdf"])
def test_seal_is_in_the_preview(name: str) -> None:
    assert ink(shown(name), (0.5, 0.6, 1, 1), "red") > 300


def test_seal_is_in_the_preview_though_the_catalog_names_no_form(tmp_path: Path) -> None:
    path = tmp_path / "file"
    with pikepdf.open(CASES / "01-seal-as-signature-widget.pdf") as pdf:
        del pdf.Root.AcroForm
        with warnings.catch_warnings(action="ignore"):  # of exactly this
            pdf.save(path)
    png = render_confined(path, media_type="application/pdf", page=1, width=480, bounds=LIMITS)
    assert ink(Image.open(io.BytesIO(png)).convert("RGB"), (0.5, 0.6, 1, 1), "red") > 300


def test_filled_fields_are_in_the_preview() -> None:
    assert ink(shown("02-form-filled-in.pdf"), (0, 0, 1, 1)) > 1000


def test_chinese_is_shown_by_our_own_fonts_whatever_the_machine_has() -> None:
    """In the cell no font of the machine can be opened; the first line of the case has eleven dense signs."""
    assert ink(shown("17a-cjk-stsong-not-embedded.pdf"), (0, 0, 1, 1)) > 2500


@pytest.mark.parametrize(
    "face", ["SimHei", "FangSong_GB2312", "KaiTi", "\u5b8b\u4f53", "MicrosoftYaHei", "STSong-Light", "Unknown"]
)
def test_chinese_of_any_name_is_shown(face: str, tmp_path: Path) -> None:
    with pikepdf.open(CASES / "17a-cjk-stsong-not-embedded.pdf") as pdf:
        for value in pdf.objects:
            if isinstance(value, pikepdf.Dictionary):
                for key in ("/BaseFont", "/FontName"):
                    if key in value:
                        value[key] = pikepdf.Name("/" + face)
        pdf.save(tmp_path / "file")
    png = render_confined(tmp_path / "file", media_type="application/pdf", page=1, width=480, bounds=LIMITS)
    assert ink(Image.open(io.BytesIO(png)).convert("RGB"), (0, 0, 1, 1)) > 2000


def test_turned_photograph_is_shown_upright_and_one_with_nonsense_as_stored() -> None:
    with Image.open(CASES / "07a-exif-orientation-6.jpg") as stored:
        width, height = stored.size
    upright = shown("07a-exif-orientation-6.jpg")
    assert (upright.width > upright.height) == (width < height)
    with Image.open(CASES / "07c-exif-orientation-text.jpg") as stored:
        width, height = stored.size
    as_stored = shown("07c-exif-orientation-text.jpg")
    assert (as_stored.width > as_stored.height) == (width > height)


@pytest.mark.parametrize("name", ["12a-png-large-text.png", "12e-png-ancillary-chunk-bad-crc.png", "03a-bom-before-header.pdf"])
def test_case_has_a_preview(name: str) -> None:
    assert ink(shown(name), (0, 0, 1, 1)) > 100


def test_copy_of_a_case_has_its_pages_and_nothing_that_acts() -> None:
    for name in ("05a-openaction-named-print.pdf", "05b-openaction-js-print.pdf", "05d-pdfa3-invoice-xml-embedded.pdf"):
        verdict = examine_confined(CASES / name, declared_name=name, limits=LIMITS)
        assert isinstance(verdict, Examined)
        assert verdict.safe_copy is not None
        for word in (b"JavaScript", b"/JS", b"OpenAction", b"EmbeddedFile", b"/AF", b"/Print"):
            assert word not in verdict.safe_copy, name
        again = examine(io.BytesIO(verdict.safe_copy), declared_name=name, limits=LIMITS)
        assert isinstance(again, Examined)
        assert (again.pages, again.safe_copy) == (verdict.pages, None)


# --- neighbours of the table ---


@pytest.mark.parametrize("zeros", [2_000, 64 * 1024])
def test_zeros_after_the_end_are_nothing(zeros: int) -> None:
    assert look(files.pdf(2) + bytes(zeros)) == Examined("application/pdf", 2, [])


def look(content: bytes, name: str = "证书.pdf") -> Examined | Unacceptable:
    return examine(io.BytesIO(content), declared_name=name, limits=LIMITS)


def test_scan_in_black_and_white_is_taken_and_shown(tmp_path: Path) -> None:
    """Office scanners write JBIG2; the library that reads the structure has no decoder for it, the one that draws has."""
    path = tmp_path / "file"
    path.write_bytes(scanners.jbig2_pdf(pages=3))
    assert (
        examine_confined(path, declared_name="扫描件.pdf", limits=LIMITS)
        == look(path.read_bytes())
        == Examined("application/pdf", 3, [])
    )
    png = render_confined(path, media_type="application/pdf", page=3, width=480, bounds=LIMITS)
    shown_page = Image.open(io.BytesIO(png)).convert("RGB")
    bars, beside = ink(shown_page, (0.1, 0, 0.5, 1)), ink(shown_page, (0.9, 0, 1, 1))
    assert bars > 10_000 and beside == 0, "black on white, not the other way round"


def test_scan_in_black_and_white_with_a_script_has_its_pictures_in_the_copy(tmp_path: Path) -> None:
    path = tmp_path / "file"
    with pikepdf.open(io.BytesIO(scanners.jbig2_pdf())) as pdf:
        pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="this.print()")
        pdf.save(path)
    verdict = examine_confined(path, declared_name="扫描件.pdf", limits=LIMITS)
    assert isinstance(verdict, Examined) and verdict.safe_copy is not None and b"JavaScript" not in verdict.safe_copy
    path.write_bytes(verdict.safe_copy)
    png = render_confined(path, media_type="application/pdf", page=2, width=480, bounds=LIMITS)
    assert ink(Image.open(io.BytesIO(png)).convert("RGB"), (0.1, 0, 0.5, 1)) > 10_000


@pytest.mark.parametrize("side", [40_000, 2**32 - 1])
def test_scan_that_claims_more_than_it_is_costs_no_more_than_any_file(side: int, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(scanners.jbig2_pdf(pages=1, claims=(side, side)))
    verdict = examine_confined(path, declared_name="扫描件.pdf", limits=LIMITS)
    assert isinstance(verdict, Examined | Unacceptable) and verdict.cpu_seconds < 20


@pytest.mark.parametrize("lead", [b"\xef\xbb\xbf\r\n", b"\n" * 500, b" \t"])
def test_white_space_before_a_pdf_is_nothing(lead: bytes) -> None:
    assert look(lead + files.pdf()) == Examined("application/pdf", 1, [])


@pytest.mark.parametrize(
    "lead",
    [
        b"<html><script>alert(1)</script>\n",
        b"\xef\xbb\xbfx <script>alert(1)</script>\n",
        b"<?php system('id'); ?>\n",
        b"GIF89a",
        b"x=1;/*",
        b"alert(1)//",
        b"#!/bin/sh\n",
        b"MZ",
        b"PK\x03\x04",
        b" " * 2000,
        b"Content-Type: application/pdf\r\n" * 40,
    ],
)
def test_anything_else_before_a_pdf_makes_it_something_else(lead: bytes) -> None:
    verdict = look(lead + files.pdf())
    assert isinstance(verdict, Unacceptable)
    assert verdict.code == "wrong_type"


@pytest.mark.parametrize(
    "lead",
    [
        b"HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\nLocation: https://a.example.cn/b.pdf\r\n\r\n",
        b"From: Li <li@a.example.cn>\r\n\r\n--boundary\r\nContent-Type: application/pdf\r\n\r\n",
        b"\x1b%-12345X@PJL ENTER LANGUAGE=PDF\r\n",
        b"\x00" + b"a" * 127,
        b"\xef\xbb\xbfx",
        b"\xff\xfe",
    ],
)
def test_pdf_behind_what_a_program_forgot_there_is_accepted_as_repaired(lead: bytes, tmp_path: Path) -> None:
    content = lead + files.pdf(2)
    assert look(content) == Examined("application/pdf", 2, [{"code": "repaired", "page": 1}])
    (tmp_path / "file").write_bytes(content)
    png = render_confined(tmp_path / "file", media_type="application/pdf", page=2, width=480, bounds=LIMITS)
    assert ink(Image.open(io.BytesIO(png)).convert("RGB"), (0, 0, 1, 1)) > 1000


def noise(size: int) -> bytes:
    return random.Random(9).randbytes(size)


BEHIND = {
    "a proxy's words": b"<!-- injected by proxy -->\n" * 120,
    "64 kB of anything": noise(64 * 1024),
    "a megabyte": noise(900 * 1024),
}


@pytest.mark.parametrize("behind", BEHIND.values(), ids=BEHIND)
def test_bytes_behind_the_end_are_accepted_as_repaired(behind: bytes, tmp_path: Path) -> None:
    content = files.pdf(3) + behind
    assert look(content) == Examined("application/pdf", 3, [{"code": "repaired", "page": 1}])
    (tmp_path / "file").write_bytes(content)
    png = render_confined(tmp_path / "file", media_type="application/pdf", page=3, width=480, bounds=LIMITS)
    assert ink(Image.open(io.BytesIO(png)).convert("RGB"), (0, 0, 1, 1)) > 1000


def test_later_part_that_was_cut_is_no_bytes_behind_the_end() -> None:
    """What somebody added to a whole file and was not all received: the file before it is not what was sent."""
    whole = files.pdf()
    added = b"\n4 0 obj\n<< /Length 9000 >>\nstream\n" + b"0 0 m 100 100 l S\n" * 200
    verdict = look(whole + added)
    assert isinstance(verdict, Unacceptable) and verdict.code == "damaged"


def test_search_for_the_end_costs_next_to_nothing() -> None:
    for behind in (b"1 " * 500_000, b"1" * 900_000, b"1" + b" " * 900_000, b"startxref " * 90_000):
        began = time.process_time()
        look(files.pdf() + behind)
        assert time.process_time() - began < 2


def saved(pdf: pikepdf.Pdf, **how: object) -> bytes:
    out = io.BytesIO()
    pdf.save(out, **how)  # type: ignore[arg-type]
    return out.getvalue()


def test_pages_that_loop_are_refused() -> None:
    with pikepdf.new() as pdf:
        for _ in range(2):
            pdf.add_blank_page()
        pages = pdf.Root.Pages
        pages.Kids = pikepdf.Array([pages.Kids[0], pages])
        verdict = look(saved(pdf, object_stream_mode=pikepdf.ObjectStreamMode.disable))
    assert isinstance(verdict, Unacceptable)


def test_ten_thousand_pages_are_counted_not_drawn() -> None:
    with pikepdf.new() as pdf:
        for _ in range(10_000):
            pdf.add_blank_page()
        verdict = look(saved(pdf))
    assert isinstance(verdict, Unacceptable)
    assert verdict.code == "too_many_pages"


def test_objects_packed_into_streams_are_looked_at() -> None:
    with pikepdf.open(io.BytesIO(files.pdf(dressed_with="launch"))) as pdf:
        verdict = look(saved(pdf, object_stream_mode=pikepdf.ObjectStreamMode.generate))
    assert isinstance(verdict, Unacceptable)
    assert verdict.code == "launch"


@pytest.mark.parametrize("certified", [False, True], ids=["signed", "certified"])
def test_signed_file_with_a_later_change_is_accepted(certified: bool, tmp_path: Path) -> None:
    """Its signature is somebody else's to judge; all that was added later is shown, and nothing is taken out of it."""
    whole = signed.signed_pdf(certified=certified)
    assert look(whole) == Examined("application/pdf", 1, [])
    changed = signed.changed_later(whole)
    verdict = look(changed)
    assert changed.startswith(whole) and b"/ByteRange" in whole
    assert isinstance(verdict, Examined) and (verdict.pages, verdict.warnings, verdict.safe_copy) == (1, [], None)
    before, after = (tmp_path / "before", tmp_path / "after")
    before.write_bytes(whole)
    after.write_bytes(changed)
    pictures = [
        Image.open(io.BytesIO(render_confined(path, media_type="application/pdf", page=1, width=480, bounds=LIMITS))).convert(
            "RGB"
        )
        for path in (before, after)
    ]
    assert ink(pictures[1], (0, 0, 1, 1)) > ink(pictures[0], (0, 0, 1, 1)) + 1000


def test_layers_that_are_switched_off_are_not_shown(tmp_path: Path) -> None:
    with pikepdf.open(io.BytesIO(files.pdf())) as pdf:
        layer = pdf.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.OCG, Name="draft"))
        pdf.Root.OCProperties = pikepdf.Dictionary(OCGs=[layer], D=pikepdf.Dictionary(OFF=[layer], Order=[layer]))
        page = pdf.pages[0]
        page.Resources.Properties = pikepdf.Dictionary(L=layer)
        page.Contents = pdf.make_stream(b"/OC /L BDC 0 0 600 840 re f EMC 100 100 50 50 re f")
        pdf.save(tmp_path / "file")
    png = render_confined(tmp_path / "file", media_type="application/pdf", page=1, width=480, bounds=LIMITS)
    dark = ink(Image.open(io.BytesIO(png)).convert("RGB"), (0, 0, 1, 1))
    assert 500 < dark < 5000


def test_adobe_cmyk_photograph_is_not_shown_inverted(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(files.jpeg(image=files.picture().convert("CMYK")))
    png = render_confined(tmp_path / "file", media_type="image/jpeg", page=1, width=480, bounds=LIMITS)
    picture = Image.open(io.BytesIO(png)).convert("L")
    assert picture.getpixel((2, 2)) > 200  # type: ignore[operator]


def test_moving_photograph_is_the_photograph(tmp_path: Path) -> None:
    assert look(files.jpeg() + files.mp4() * 50, "IMG.jpg") == Examined("image/jpeg", 1, [])


def test_large_text_that_unpacks_to_more_is_never_unpacked(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(files.png_text_bomb())
    verdict = examine_confined(tmp_path / "file", declared_name="a.png", limits=LIMITS, memory=300_000_000)
    assert isinstance(verdict, Examined)


def test_page_out_of_range_has_no_picture() -> None:
    with pytest.raises(Rejected):
        shown("00-plain.pdf", page=2)
