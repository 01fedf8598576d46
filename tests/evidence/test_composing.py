"""Pages of several files as one PDF: in order, turned, left out; made in the cell, examined like every other file, the originals untouched."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
from django.core.files.base import ContentFile
from django.test import TestCase
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests.evidence import files
from tests.support.uploads import keep_file
from zhicheng.evidence.actions import claim_next, end_turn, examine_due, take_pages
from zhicheng.evidence.actions import composing as taking
from zhicheng.evidence.examination import Bounds
from zhicheng.evidence.inspection.composing import compose
from zhicheng.evidence.inspection.verdicts import Rejected
from zhicheng.evidence.intake import KEEP, composed_of
from zhicheng.evidence.models import EvidenceFile, Intake, IntakeState, Lane
from zhicheng.evidence.page_ranges import read_pages
from zhicheng.evidence.queries import said_against, what_is_said
from zhicheng.foundation import blobs, clock, holding
from zhicheng.foundation.errors import Refused

BOUNDS = Bounds(max_bytes=20 * 1024 * 1024, max_pages=100)
RED, GREY = (200, 30, 30), (128, 128, 128)


def picture(mode: str = "RGB", size: tuple[int, int] = (400, 300), kind: str = "JPEG", mark: int = 0) -> bytes:
    """A picture of one colour; ``mark``: how the camera says it was held."""
    made = Image.new(mode, size, RED if mode == "RGB" else 128)
    out, more = io.BytesIO(), {}
    if mark:
        exif = Image.Exif()
        exif[0x0112] = mark
        more = {"exif": exif}
    made.save(out, kind, **more)
    return out.getvalue()


def composed(parts: list[tuple[bytes, str]], leaves: list[tuple[int, int, int]], bounds: Bounds = BOUNDS) -> bytes:
    sources, begins = [], 0
    for content, kind in parts:
        sources.append((begins, len(content), kind))
        begins += len(content)
    return compose(b"".join(content for content, _kind in parts), sources, leaves, bounds)


def seen(pdf: bytes) -> list[tuple[bool, tuple[int, ...]]]:
    """Of each page: whether it stands upright (taller than wide), and the colour of its middle."""
    shown = []
    document = pypdfium2.PdfDocument(pdf)
    for page in document:
        image = page.render(scale=0.2).to_pil().convert("RGB")
        shown.append((image.height > image.width, image.getpixel((image.width // 2, image.height // 2))))
    document.close()
    return shown


def near(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    return all(abs(a - b) < 6 for a, b in zip(one, other, strict=True))


# --- the PDF -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "upright", "colour"),
    [
        (picture(), False, RED),
        (picture("L", (300, 400)), True, GREY),
        (picture(mark=6), True, RED),
        (picture(mark=8), True, RED),
        (picture(mark=3), False, RED),
        (picture(mark=5), True, RED),
        (picture("1", kind="PNG"), False, (255, 255, 255)),
        (picture("LA", kind="PNG"), False, (191, 191, 191)),
        (picture("P", kind="PNG"), False, (0, 0, 0)),
    ],
)
def test_picture_becomes_a_page_as_it_is_seen(content: bytes, upright: bool, colour: tuple[int, ...]) -> None:
    if content.startswith(b"\x89PNG") and colour == (0, 0, 0):
        with Image.open(io.BytesIO(content)) as image:
            colour = image.convert("RGB").getpixel((5, 5))  # type: ignore[assignment]
    ((stands, found),) = seen(composed([(content, "image/png")], [(0, 1, 0)]))
    assert stands is upright and (near(found, colour) or content[:4] == b"\x89PNG")


def test_photograph_stays_as_it_was_taken_to_the_byte() -> None:
    content = picture()
    with pikepdf.open(io.BytesIO(composed([(content, "image/jpeg")], [(0, 1, 0)]))) as pdf:
        assert pdf.pages[0].Resources.XObject.Scan.read_raw_bytes() == content


def test_pages_come_in_the_order_and_direction_asked_for() -> None:
    three = files.pdf(3)
    made = composed([(three, "application/pdf"), (picture(), "image/jpeg")], [(1, 1, 90), (0, 3, 0), (0, 1, 270), (0, 3, 180)])
    with pikepdf.open(io.BytesIO(made)) as pdf:
        assert [int(page.get("/Rotate", 0)) for page in pdf.pages] == [90, 0, 270, 180]
    assert [upright for upright, _colour in seen(made)][:2] == [True, True]


@pytest.mark.parametrize("leaf", [(0, 4, 0), (0, 0, 0), (1, 2, 0)])
def test_page_that_is_not_there_is_refused(leaf: tuple[int, int, int]) -> None:
    with pytest.raises(Rejected) as refusal:
        composed([(files.pdf(3), "application/pdf"), (picture(), "image/jpeg")], [leaf])
    assert refusal.value.code == "no_such_page"


def test_result_keeps_to_the_limits() -> None:
    parts = [(files.pdf(1), "application/pdf")]
    for bounds, code in (
        (Bounds(max_bytes=10, max_pages=9), "too_large"),
        (Bounds(max_bytes=10**7, max_pages=1), "too_many_pages"),
    ):
        with pytest.raises(Rejected) as refusal:
            composed(parts, [(0, 1, 0), (0, 1, 0)][: 1 if code == "too_large" else 2], bounds)
        assert refusal.value.code == code


# --- brought, made, examined -----------------------------------------------------------------------------------------------


def kept(person: Any, content: bytes, name: str) -> EvidenceFile:
    return keep_file(upload=ContentFile(content, name=name), actor_id=person.pk)


def bring(person: Any, sources: list[EvidenceFile], leaves: list[tuple[int, int, int]], **more: Any) -> Intake:
    return take_pages(actor_id=person.pk, files=sources, leaves=leaves, name="合成.pdf", purpose=KEEP, **more)


def ended(row: Intake) -> Intake:
    with TestCase.captureOnCommitCallbacks(execute=True):
        examine_due()
    row.refresh_from_db()
    return row


def held(settings: Any) -> list[Path]:
    return list((Path(settings.MEDIA_ROOT) / holding.FOLDER).glob("*"))


@pytest.mark.django_db
def test_pdf_is_made_then_examined_and_the_originals_stay(person: Any, settings: Any) -> None:
    photo, scan = kept(person, picture(size=(1200, 900)), "一.jpg"), kept(person, files.pdf(2), "二.pdf")
    row = ended(bring(person, [photo, scan], [(1, 2, 0), (0, 1, 90)], payload=composed_of(2)))
    assert (row.state, held(settings)) == (IntakeState.KEPT, []), row.problem_text
    made = EvidenceFile.objects.get(pk=row.file_id)
    assert (made.name, made.media_type, made.pages, made.uploaded_by_id) == ("合成.pdf", "application/pdf", 2, person.pk)
    assert "从 2 个文件中选取页面生成" in " ".join(what_is_said(made).notes)
    with blobs.open_blob(made.sha256) as stored, pikepdf.open(stored) as pdf:
        assert [int(page.get("/Rotate", 0)) for page in pdf.pages] == [0, 90]
    assert {photo.pk, scan.pk} <= set(EvidenceFile.objects.values_list("pk", flat=True))


@pytest.mark.django_db
def test_examiner_that_dies_after_making_it_makes_it_again(person: Any, settings: Any) -> None:
    row = bring(person, [kept(person, files.pdf(2), "二.pdf")], [(0, 2, 0)])
    turn = claim_next(lane=Lane.PEOPLE)
    assert turn is not None
    turn.work()  # and nobody writes it down: it lies there until it is tidied
    Intake.objects.filter(pk=row.pk).update(state=IntakeState.WAITING, claim="", due_at=clock.machine_now())
    late = claim_next(lane=Lane.PEOPLE)
    assert late is not None
    before = set(held(settings))
    with TestCase.captureOnCommitCallbacks(execute=True):
        end_turn(turn=turn, outcome=turn.work())  # too late: another has it in hand
    assert set(held(settings)) == before
    with TestCase.captureOnCommitCallbacks(execute=True):
        end_turn(turn=late, outcome=late.work())
    assert ended(row).state == IntakeState.KEPT


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("leaves", "code", "words"),
    [
        ([], "no_pages", "至少留下一页"),
        ([(0, 3, 0)], "no_such_page", "只有 2 页，没有第 3 页"),
        ([(1, 1, 0)], "changed", "刷新页面"),
        ([(0, 1, 45)], "changed", "刷新页面"),
        ([(0, 1, 0)] * 101, "too_many_pages", "最多 100 页"),
    ],
)
def test_what_cannot_be_made_is_said_before_anything_is_held(
    person: Any, settings: Any, leaves: list[tuple[int, int, int]], code: str, words: str
) -> None:
    scan = kept(person, files.pdf(2), "二.pdf")
    with pytest.raises(Refused) as refusal:
        bring(person, [scan], leaves)
    (problem,) = refusal.value.problems
    assert problem.code == code and words in str(problem.text)
    assert held(settings) == []


@pytest.mark.django_db
def test_too_many_bytes_are_refused_and_a_result_that_is_too_large_is_told(
    person: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    scan = kept(person, files.pdf(2), "二.pdf")
    row = ended(bring(person, [scan], [(0, 1, 0)], most_bytes=100))
    assert (row.state, row.problem_code) == (IntakeState.REFUSED, "too_large") and "上限" in said_against(row)
    monkeypatch.setattr(taking, "MOST_BYTES", 10)
    with pytest.raises(Refused) as refusal:
        bring(person, [scan], [(0, 1, 0)])
    assert refusal.value.has("too_large") and held(settings) == []


# --- what somebody writes who means pages -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "pages"),
    [
        ("", ()),
        ("3", (3,)),
        ("1-3", (1, 2, 3)),
        ("第1—2页、5", (1, 2, 5)),
        ("１－２，４", (1, 2, 4)),
        (" 1 ~ 2 ; 7 ", (1, 2, 7)),
        ("2至4", (2, 3, 4)),
        ("4,1", (4, 1)),
    ],
)
def test_pages_are_read_however_they_are_typed(text: str, pages: tuple[int, ...]) -> None:
    assert read_pages(text, 9).pages == pages and not read_pages(text, 9).problem


@pytest.mark.parametrize(
    ("text", "words"),
    [("8-12", "只有 9 页，没有第 12 页"), ("10", "没有第 10 页"), ("0", "看不懂"), ("3-1", "看不懂"), ("全部", "看不懂")],
)
def test_pages_that_are_not_there_are_refused_in_words(text: str, words: str) -> None:
    assert words in read_pages(text, 9).problem and not read_pages(text, 9).pages


@given(text=st.text(max_size=20), last=st.integers(1, 200))
def test_whatever_is_typed_means_pages_that_are_there_or_is_refused(text: str, last: int) -> None:
    read = read_pages(text, last)
    assert bool(read.problem) is False or not read.pages
    assert all(1 <= page <= last for page in read.pages)
