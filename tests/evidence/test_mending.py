"""Pages turned, straightened and cropped in the cell: what is seen afterwards, what stays, and what is refused."""

from __future__ import annotations

import io
import random
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pikepdf
import pypdfium2
import pytest
from benchmarks.captures import into_pdf
from benchmarks.drawn_papers import PAPERS
from django.core.files.base import ContentFile
from django.test import TestCase
from PIL import Image

from tests.evidence import files
from tests.support.uploads import keep_file
from zhicheng.evidence.actions import examine_due, take_mended
from zhicheng.evidence.inspection.legibility.frame import angle
from zhicheng.evidence.inspection.legibility.margins import inside_margins
from zhicheng.evidence.inspection.legibility.mending import Repair, mend
from zhicheng.evidence.inspection.legibility.pages import page_of_image, page_of_pdf
from zhicheng.evidence.inspection.legibility.print import Page
from zhicheng.evidence.inspection.verdicts import Bounds, Rejected
from zhicheng.evidence.intake import KEEP
from zhicheng.evidence.models import EvidenceFile, Intake, IntakeState
from zhicheng.evidence.queries import day_photographed, said_against, unused_files, what_is_said
from zhicheng.evidence.rules import found_repairs
from zhicheng.foundation import clock, holding
from zhicheng.foundation.errors import Refused

BOUNDS = Bounds(max_bytes=20 * 1024 * 1024, max_pages=100)


def sheet(paper: str = "letter", *, edge: int = 1400) -> Image.Image:
    drawn = PAPERS[paper](random.Random(7))
    drawn.thumbnail((edge, edge), Image.Resampling.BOX)
    return drawn


def tilted(picture: Image.Image, degrees: float) -> Image.Image:
    return picture.rotate(-degrees, Image.Resampling.BICUBIC, fillcolor="white")


def written(picture: Image.Image, kind: str = "JPEG", mark: int = 1, day: str = "") -> bytes:
    out, exif = io.BytesIO(), Image.Exif()
    exif[0x0112] = mark
    if day:
        exif.get_ifd(0x8769)[0x9003] = day
    picture.save(out, kind, **({"exif": exif, "quality": 90} if kind == "JPEG" else {}))
    return out.getvalue()


def kind_of(content: bytes) -> str:
    return "application/pdf" if content[:4] == b"%PDF" else "image/png" if content[:4] == b"\x89PNG" else "image/jpeg"


def mended(content: bytes, *repairs: Repair) -> bytes:
    return mend(content, kind_of(content), repairs, BOUNDS)


def page_of(content: bytes, number: int = 1) -> Page:
    if kind_of(content) == "application/pdf":
        with pypdfium2.PdfDocument(content) as document:
            return page_of_pdf(document[number - 1])
    return page_of_image(content, kind_of(content).removeprefix("image/"), BOUNDS)


def size_of(content: bytes) -> tuple[float, float]:
    if kind_of(content) != "application/pdf":
        return page_of(content).width, page_of(content).height
    with pypdfium2.PdfDocument(content) as document:
        width, height = document[0].get_size()
        return float(width), float(height)


def drawn(content: bytes) -> Any:
    return cv2.resize(page_of(content).grey, (60, 80)).astype(int)


# --- pictures and pages ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "PDF"])
@pytest.mark.parametrize("turn", [90, 180, 270])
def test_page_is_turned_as_asked_and_keeps_its_type(kind: str, turn: int) -> None:
    upright = sheet()
    lying = upright.rotate(turn, expand=True)  # against the clock
    content = into_pdf([written(lying)]) if kind == "PDF" else written(lying, kind)
    made = mended(content, Repair(1, turn))
    assert kind_of(made) == kind_of(content)
    assert np.abs(drawn(made) - drawn(written(upright))).mean() < 8


def test_camera_mark_is_undone_and_only_the_day_stays() -> None:
    content = written(sheet().rotate(90, expand=True), mark=6, day="2023:05:22 10:11:12")
    with Image.open(io.BytesIO(mended(content, Repair(1, 180)))) as made:
        assert made.height > made.width and 0x0112 not in made.getexif()
        assert made.getexif().get_ifd(0x8769)[0x9003] == "2023:05:22 00:00:00"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "PDF"])
@pytest.mark.parametrize("degrees", [-7.0, 4.0])
def test_lines_are_level_afterwards_and_nothing_is_cut_off(kind: str, degrees: float) -> None:
    crooked = tilted(sheet("list"), degrees)
    content = into_pdf([written(crooked)]) if kind == "PDF" else written(crooked, kind)
    made = mended(content, Repair(1, straighten=True))
    assert abs(angle(page_of(content))) > 3 and abs(angle(page_of(made))) < 0.5
    (wide, tall), (was_wide, was_tall) = size_of(made), size_of(content)
    assert wide > was_wide and tall > was_tall


def test_page_of_a_pdf_that_lies_on_its_side_is_straightened_as_it_is_seen() -> None:
    content = into_pdf([written(tilted(sheet("list"), 5).rotate(90, expand=True))], turn=90)
    assert abs(angle(page_of(mended(content, Repair(1, straighten=True))))) < 0.5


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
@pytest.mark.parametrize("kind", ["JPEG", "PDF"])
def test_wide_margins_are_taken_away_however_the_page_is_turned(kind: str, turn: int) -> None:
    paper = Image.new("RGB", (1240, 1754), "white")
    card = sheet("card", edge=600)
    paper.paste(card, (80, 1100))
    lying = written(paper.rotate(turn, expand=True))  # as ``/Rotate`` turns it back with the clock
    content = into_pdf([lying], turn=turn) if kind == "PDF" else written(paper)
    made = page_of(mended(content, Repair(1, crop=True)))
    assert 1.1 < made.width / made.height < 1.9 and made.has_print


def test_sheet_is_taken_off_the_table() -> None:
    table = np.full((1600, 1200, 3), (60, 80, 110), np.uint8)
    paper = np.asarray(sheet(edge=1100))
    table[200 : 200 + paper.shape[0], 160 : 160 + paper.shape[1]] = paper
    part = inside_margins(Page(table))
    assert part is not None
    assert part == pytest.approx((160 / 1200, 200 / 1600, (160 + paper.shape[1]) / 1200, (200 + paper.shape[0]) / 1600), abs=0.02)


@pytest.mark.parametrize("content", [written(sheet("certificate")), into_pdf([written(sheet("certificate"))])])
@pytest.mark.parametrize("repair", [Repair(1, straighten=True), Repair(1, crop=True)])
def test_what_is_in_order_is_not_made_again(content: bytes, repair: Repair) -> None:
    with pytest.raises(Rejected) as refusal:
        mended(content, repair)
    assert refusal.value.code == "nothing_to_mend"


def test_page_that_was_never_a_picture_is_level() -> None:
    with pytest.raises(Rejected):
        mended(files.pdf(1), Repair(1, straighten=True))


def test_blank_and_dark_pages_have_nothing_to_crop() -> None:
    for colour in ("white", "black"):
        assert inside_margins(page_of(written(Image.new("RGB", (600, 800), colour)))) is None


@pytest.mark.parametrize("repairs", [[Repair(4, 90)], [Repair(0, 90)]])
def test_page_that_is_not_there_is_refused(repairs: list[Repair]) -> None:
    for content in (files.pdf(3), written(sheet())):
        with pytest.raises(Rejected) as refusal:
            mended(content, *repairs)
        assert refusal.value.code == "no_such_page"


def test_only_the_pages_asked_for_change() -> None:
    with pikepdf.open(io.BytesIO(mended(files.pdf(3), Repair(2, 90)))) as pdf:
        assert [int(page.get("/Rotate", 0)) for page in pdf.pages] == [0, 90, 0]


def test_picture_that_would_be_too_large_is_made_coarser_and_then_refused() -> None:
    noise = Image.fromarray(np.random.default_rng(1).integers(0, 255, (900, 700, 3), np.uint8))
    content = written(noise)
    full = len(mended(content, Repair(1, 90)))
    tight = Bounds(max_bytes=full * 2 // 3, max_pages=1)
    assert len(mend(content, "image/jpeg", [Repair(1, 90)], tight)) <= tight.max_bytes
    with pytest.raises(Rejected) as refusal:
        mend(content, "image/jpeg", [Repair(1, 90)], Bounds(max_bytes=1000, max_pages=1))
    assert refusal.value.code == "too_large"


def test_seal_of_a_signature_turns_with_its_page() -> None:
    content = io.BytesIO()
    with pikepdf.open(io.BytesIO(into_pdf([written(tilted(sheet("list"), 5))]))) as pdf:
        seal = pdf.make_stream(b"1 0 0 rg 0 0 60 60 re f", {"/Type": pikepdf.Name.XObject, "/Subtype": pikepdf.Name.Form})
        seal.BBox = pikepdf.Array([0, 0, 60, 60])
        note = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Stamp, F=4, Rect=[40, 40, 100, 100], AP=pikepdf.Dictionary(N=seal)
        )
        pdf.pages[0].Annots = pdf.make_indirect(pikepdf.Array([pdf.make_indirect(note)]))
        pdf.save(content)
    made = mended(content.getvalue(), Repair(1, straighten=True))
    with pikepdf.open(io.BytesIO(made)) as pdf:
        assert "/Annots" not in pdf.pages[0] or len(pdf.pages[0].Annots) == 0
    red = page_of(made).colours.astype(int)
    assert ((red[..., 2] > 200) & (red[..., 1] < 60)).sum() > 100


def test_findings_say_what_mends_them() -> None:
    warnings = [
        {"code": "sideways", "page": 2, "degrees": 90},
        {"code": "skewed", "page": 2, "degrees": 4},
        {"code": "skewed", "page": 1, "degrees": 3},
        {"code": "blurred", "page": 3},
    ]
    assert found_repairs(warnings) == [(1, 0, True, False), (2, 270, True, False)]
    assert found_repairs([]) == []


# --- brought, made, examined -------------------------------------------------------------------------------------------


def kept(person: Any, content: bytes, name: str) -> EvidenceFile:
    return keep_file(upload=ContentFile(content, name=name), actor_id=person.pk)


def ended(row: Intake) -> Intake:
    with TestCase.captureOnCommitCallbacks(execute=True):
        examine_due()
    row.refresh_from_db()
    return row


@pytest.mark.django_db
def test_mended_file_is_examined_names_its_original_and_says_so(person: Any) -> None:
    brought = kept(person, written(sheet().rotate(90, expand=True), day="2023:05:22 10:11:12"), "奖状.jpg")
    row = ended(take_mended(actor_id=person.pk, file=brought, repairs=[(1, 90, False, False)], purpose=KEEP))
    made = row.file
    assert made is not None and (made.original, made.name, made.media_type) == (brought, "奖状.jpg", "image/jpeg")
    assert made.sha256 != brought.sha256 and made.checking
    assert what_is_said(made).notes[0] == "由系统按申报人的要求处理（转正），原件另行保存。"
    assert day_photographed(made) == date(2023, 5, 22)
    again = ended(take_mended(actor_id=person.pk, file=made, repairs=[(1, 180, False, False)], purpose=KEEP)).file
    assert again is not None and again.original == brought, "the original is what was brought, not what was made of it"


@pytest.mark.django_db
def test_original_is_kept_as_long_as_what_was_made_of_it(person: Any) -> None:
    brought = kept(person, written(sheet()), "奖状.jpg")
    made = ended(take_mended(actor_id=person.pk, file=brought, repairs=[(1, 180, False, False)], purpose=KEEP)).file
    with clock.travel(clock.now() + timedelta(days=3)):
        assert list(unused_files()) == [made]


@pytest.mark.django_db
def test_nothing_to_mend_is_said_and_nothing_is_kept(person: Any, settings: Any) -> None:
    brought = kept(person, written(sheet("form")), "表.jpg")
    row = ended(take_mended(actor_id=person.pk, file=brought, repairs=[(1, 0, True, False)], purpose=KEEP))
    assert (row.state, row.problem_code) == (IntakeState.REFUSED, "nothing_to_mend") and "文件没有改动" in said_against(row)
    for repairs, code in (
        ([], "nothing_to_mend"),
        ([(1, 360, False, False)], "nothing_to_mend"),
        ([(2, 90, False, False)], "no_such_page"),
        ([(1, 45, False, False)], "no_such_page"),
    ):
        with pytest.raises(Refused) as refusal:
            take_mended(actor_id=person.pk, file=brought, repairs=repairs, purpose=KEEP)
        assert refusal.value.has(code)
    assert not list((Path(settings.MEDIA_ROOT) / holding.FOLDER).glob("*"))
