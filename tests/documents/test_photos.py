"""The photograph on the review form: in its place, small, the same bytes every time; else room to glue one."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pypdfium2
import pytest
from PIL import Image

from tests.documents import examples
from tests.documents.reading import MM, printed, whole_text
from zhicheng.documents import photos
from zhicheng.documents.photos import PhotoBusy, photo_of
from zhicheng.documents.rendering import render_pdf

PHOTO = {"sha256": examples.SHA, "media_type": "image/jpeg"}


def _png(size: tuple[int, int] = (480, 672), mode: str = "RGB") -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, "#a03020" if mode == "RGB" else None).save(out, format="PNG")
    return out.getvalue()


@pytest.fixture
def drawn() -> Iterator[list[tuple[str, str]]]:
    """Who draws answers a picture of one colour; what it was asked for."""
    asked: list[tuple[str, str]] = []
    before = list(photos._drawers)

    @photos.drawer
    def draw(sha256: str, media_type: str) -> bytes:
        asked.append((sha256, media_type))
        return _png()

    yield asked
    photos._drawers[:] = before


def _pictures(pdf: bytes, page: int = 2) -> list[tuple[Any, tuple[float, float, float, float]]]:
    """Photographs on the page and their place (left, bottom, right, top); the QR code and the watermark are drawings."""
    with pypdfium2.PdfDocument(pdf) as document:
        found = document[page].get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_IMAGE])
        return [(item.get_bitmap().to_pil().convert("RGB"), item.get_bounds()) for item in found]


def test_photograph_is_printed_in_its_place(drawn: list[tuple[str, str]]) -> None:
    form = examples.rich_form(photo=PHOTO)
    pdf = render_pdf(form, marks=examples.marks(), photo=photo_of(form))
    assert drawn == [(examples.SHA, "image/jpeg")]
    ((picture, (left, bottom, right, top)),) = _pictures(pdf)
    red, green, blue = picture.getpixel((picture.width // 2, picture.height // 2))
    assert (red, green, blue) == pytest.approx((0xA0, 0x30, 0x20), abs=6)
    assert (right - left, top - bottom) == pytest.approx((25 * MM, 35 * MM), abs=1)  # one inch (S-47)
    assert right < (210 - 18) * MM
    assert "粘贴处" not in whole_text(pdf)
    assert render_pdf(form, marks=examples.marks(), photo=photo_of(form)) == pdf
    assert len(pdf) < len(printed(examples.rich_form())) + 30_000


@pytest.mark.parametrize("size", [(480, 480), (300, 672), (60, 84)])
def test_photograph_of_another_shape_is_shown_whole(drawn: list[tuple[str, str]], size: tuple[int, int]) -> None:
    photos._drawers[:] = [lambda _sha, _type: _png(size)]
    form = examples.minimal_form(photo=PHOTO)
    ((_picture, (left, bottom, right, top)),) = _pictures(render_pdf(form, marks=examples.marks(), photo=photo_of(form)))
    assert (right - left) / (top - bottom) == pytest.approx(size[0] / size[1], abs=0.02)
    assert right - left <= 25 * MM + 1
    assert top - bottom <= 35 * MM + 1


@pytest.mark.parametrize("mode", ["RGBA", "L", "P"])
def test_every_kind_of_picture_becomes_one_of_three_colours(drawn: list[tuple[str, str]], mode: str) -> None:
    photos._drawers[:] = [lambda _sha, _type: _png(mode=mode)]
    with Image.open(io.BytesIO(photo_of(examples.minimal_form(photo=PHOTO)))) as made:
        assert (made.format, made.mode) == ("JPEG", "RGB")


def test_form_without_a_photograph_has_room_to_glue_one() -> None:
    for form in (examples.minimal_form(), examples.rich_form()):
        pdf = printed(form)
        assert "（粘贴处）" in whole_text(pdf)
        assert _pictures(pdf) == []


def test_picture_that_cannot_be_shown_leaves_the_room(drawn: list[tuple[str, str]]) -> None:
    photos._drawers[:] = [lambda _sha, _type: b""]
    assert photo_of(examples.minimal_form(photo=PHOTO)) == b""
    photos._drawers[:] = []
    assert photo_of(examples.minimal_form(photo=PHOTO)) == b""
    assert photo_of(examples.notice()) == b""


def test_picture_that_is_not_ready_is_asked_for_again(drawn: list[tuple[str, str]]) -> None:
    def busy(_sha: str, _type: str) -> bytes:
        raise PhotoBusy

    photos._drawers[:] = [busy]
    with pytest.raises(PhotoBusy, match="照片正在处理"):
        photo_of(examples.minimal_form(photo=PHOTO))
