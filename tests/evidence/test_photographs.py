"""Photographs of phones (HEIC): converted for whoever reads them, kept as they came; and pictures almost too large to be shown."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.http import StreamingHttpResponse
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests.evidence import files
from tests.support.uploads import keep_file
from zhicheng.evidence.confinement.asking import render_confined
from zhicheng.evidence.examination import Bounds, Examined, Unacceptable, examine, examine_confined
from zhicheng.evidence.inspection import heif
from zhicheng.evidence.inspection.kinds import is_heif, sniff
from zhicheng.evidence.inspection.verdicts import PREVIEW_SECONDS, Rejected
from zhicheng.evidence.models import EvidenceFile
from zhicheng.evidence.previews import preview_png
from zhicheng.evidence.queries import day_photographed, what_is_said
from zhicheng.evidence.rules import allowance
from zhicheng.evidence.serving import file_response, original_response

CASES = Path(__file__).parent / "cases"
PHONE, BURST = CASES / "18a-photograph-of-a-phone.heic", CASES / "18b-burst-of-three.heic"
LIMITS = Bounds(max_bytes=20 * 1024 * 1024, max_pages=100)


def look(content: bytes, name: str = "IMG_1.HEIC") -> Examined | Unacceptable:
    return examine(io.BytesIO(content), declared_name=name, limits=LIMITS)


def copy_of(content: bytes) -> Image.Image:
    verdict = look(content)
    assert isinstance(verdict, Examined) and verdict.safe_copy is not None
    return Image.open(io.BytesIO(verdict.safe_copy), formats=["JPEG"])


@pytest.fixture
def kept(person: Any) -> EvidenceFile:
    return keep_file(upload=ContentFile(PHONE.read_bytes(), name="IMG_1.HEIC"), actor_id=person.pk)


def body(response: Any) -> bytes:
    assert isinstance(response, StreamingHttpResponse)
    content = b"".join(response)  # type: ignore[arg-type]
    response.close()
    return content


# --- what readers get, and what is kept ---


def test_photograph_of_a_phone_is_served_as_a_jpeg_and_kept_as_it_came(kept: EvidenceFile) -> None:
    assert (kept.name, kept.media_type, kept.size) == ("IMG_1.heic", "image/heic", PHONE.stat().st_size)
    served = file_response(kept)
    assert served.headers["Content-Type"] == "image/jpeg"
    assert served.headers["Content-Disposition"] == 'inline; filename="IMG_1.jpg"'
    assert body(served).startswith(b"\xff\xd8\xff")
    original = original_response(kept)
    assert original.headers["Content-Type"] == "application/octet-stream"
    assert original.headers["Content-Disposition"] == 'attachment; filename="IMG_1.heic"'
    assert body(original) == PHONE.read_bytes()


def test_photograph_of_a_phone_has_a_preview_and_says_what_was_done(kept: EvidenceFile) -> None:
    picture = Image.open(io.BytesIO(preview_png(kept, 1, 480))).convert("RGB")
    assert picture.size == (480, 679)
    assert picture.getpixel((3, 3)) == pytest.approx((255, 0, 0), abs=12)  # type: ignore[comparison-overlap]
    said, _checking = what_is_said(kept).notes
    assert said.startswith("手机照片（HEIC 格式）已转换为 JPG") and "原件另行保存" in said
    assert str(day_photographed(kept)) == "2023-05-22"


def test_photograph_is_turned_by_its_container_and_not_once_more_by_its_camera() -> None:
    """18a is stored lying, as phones do, and says so twice."""
    picture = copy_of(PHONE.read_bytes())
    assert picture.size == (1240, 1754)
    assert picture.getpixel((9, 9)) == pytest.approx((255, 0, 0), abs=12)  # type: ignore[comparison-overlap]


def test_copy_tells_nothing_of_place_and_camera() -> None:
    assert not copy_of(PHONE.read_bytes()).getexif()


def test_burst_is_its_main_photograph_and_the_others_are_named(person: Any) -> None:
    kept = keep_file(upload=ContentFile(BURST.read_bytes(), name="IMG_2.HEIC"), actor_id=person.pk)
    assert kept.pages == 1
    assert "这个文件里有 3 张照片，只显示和审核其中的主照片" in what_is_said(kept).warnings[0]
    assert copy_of(BURST.read_bytes()).getpixel((9, 9)) == pytest.approx((255, 0, 0), abs=12)  # type: ignore[comparison-overlap]


def test_photograph_with_a_film_behind_it_is_the_photograph() -> None:
    """A motion photo keeps its film in a box of the same file, a live photo beside it: that one is a film."""
    film = files.mp4() * 20
    moving = PHONE.read_bytes() + (len(film) + 8).to_bytes(4, "big") + b"mpvd" + film
    verdict = look(moving)
    assert isinstance(verdict, Examined) and verdict.safe_copy is not None and b"ftyp" not in verdict.safe_copy
    beside = look(films_of_an_iphone(), "IMG_1.MOV")
    assert isinstance(beside, Unacceptable) and "这是音频或视频文件" in beside.text


def films_of_an_iphone() -> bytes:
    return b"\x00\x00\x00\x14ftypqt  \x00\x00\x00\x00qt  " + bytes(400)


def test_photograph_with_another_name_is_what_it_is() -> None:
    verdict = look(PHONE.read_bytes(), "IMG_1.jpg")
    assert isinstance(verdict, Examined)
    assert verdict.warnings[0] == {"code": "renamed", "media_type": "image/heic"}


# --- what is refused ---


@pytest.mark.parametrize("share", [0.01, 0.1, 0.3, 0.5, 0.8, 0.95, 0.999])
def test_photograph_that_was_cut_is_refused(share: float) -> None:
    content = PHONE.read_bytes()
    verdict = look(content[: int(len(content) * share)])
    assert isinstance(verdict, Unacceptable)
    assert verdict.code in {"damaged", "wrong_type"}


def test_memory_that_is_missing_is_not_called_damage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heif, "_BYTES_FOR_A_PIXEL", 1 << 40)
    verdict = look(PHONE.read_bytes())
    assert isinstance(verdict, Unacceptable) and verdict.code == "too_complex"


@given(st.binary(max_size=64))
def test_first_box_of_anything_never_fails(rest: bytes) -> None:
    assert is_heif(rest) in {True, False}
    assert sniff(b"\x00\x00\x00\x18ftyp" + rest) != "jpeg"


@pytest.mark.parametrize(("make", "is_one"), [(files.heic, True), (files.avif, False), (files.mp4, False)])
def test_kinds_of_one_container_are_told_apart(make: Any, is_one: bool) -> None:
    assert is_heif(make()) is is_one


# --- 79 million pixels ---

_TRANSPARENT = files.chunk(b"tRNS", bytes(2))


@pytest.mark.parametrize(
    ("depth", "colour", "beside"),
    [(16, 0, b""), (16, 0, _TRANSPARENT), (16, 2, b""), (16, 4, b""), (16, 6, b""), (8, 6, b"")],
    ids=["grey", "grey with one colour transparent", "colours", "grey and transparent", "all", "all in 8 bits"],
)
def test_picture_of_79_megapixels_is_never_taken_without_a_preview(
    depth: int, colour: int, beside: bytes, tmp_path: Path
) -> None:
    path, allowed = tmp_path / "file", allowance("people", 1)
    path.write_bytes(files.huge_png(8880, depth=depth, colour=colour, beside=beside))
    verdict = examine_confined(path, declared_name="a.png", limits=LIMITS, seconds=allowed.seconds, memory=allowed.memory)
    assert isinstance(verdict, Examined), verdict
    for width in (160, 1600):
        png = render_confined(path, media_type="image/png", page=1, width=width, bounds=LIMITS, seconds=PREVIEW_SECONDS)
        assert Image.open(io.BytesIO(png)).size == (width, width)


def test_picture_for_which_there_is_no_room_is_refused(tmp_path: Path) -> None:
    path, visitors = tmp_path / "file", allowance("visitors", 1)
    path.write_bytes(files.huge_png(8880, depth=16, colour=6))
    verdict = examine_confined(path, declared_name="a.png", limits=LIMITS, seconds=visitors.seconds, memory=visitors.memory)
    assert isinstance(verdict, Unacceptable) and verdict.code == "too_complex"
    with pytest.raises(Rejected):
        render_confined(path, media_type="image/png", page=1, width=160, bounds=LIMITS, memory=visitors.memory)
