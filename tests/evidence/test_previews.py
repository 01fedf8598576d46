"""Pictures of pages: upright, bounded, kept, and never an error."""

from __future__ import annotations

import io
import time
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from PIL import Image

from tests.evidence import files
from tests.support.uploads import keep_file
from zhicheng import web
from zhicheng.documents.photos import PhotoBusy
from zhicheng.evidence import previews
from zhicheng.evidence.inspection.verdicts import Rejected
from zhicheng.evidence.models import EvidenceFile
from zhicheng.evidence.previews import PENDING_WIDTH, WIDTHS, draw_ahead, neutral_png, portrait_png, preview_png
from zhicheng.foundation import blobs, clock

pytestmark = pytest.mark.django_db


def kept(person: Any, content: bytes, name: str = "证书.pdf") -> EvidenceFile:
    return keep_file(upload=ContentFile(content, name=name), actor_id=person.pk)


def unexamined(person: Any, content: bytes, media_type: str, pages: int = 1) -> EvidenceFile:
    """A row as an older examination might have let it in."""
    blob = blobs.store(content)
    return EvidenceFile.objects.create(
        sha256=blob.sha256,
        size=blob.size,
        name="x",
        media_type=media_type,
        pages=pages,
        uploaded_by=person,
        uploaded_at=clock.now(),
    )


def opened(picture: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(picture))
    image.load()
    assert image.format == "PNG"
    return image


def darkness(picture: bytes) -> float:
    histogram = opened(picture).convert("L").histogram()
    return sum(histogram[:80]) / sum(histogram)


def test_page_of_a_pdf_is_drawn_in_the_wanted_width(person: Any) -> None:
    image = opened(preview_png(kept(person, files.pdf(2)), 1, 480))
    assert abs(image.width - 480) <= 1
    assert abs(image.height / image.width - 842 / 595) < 0.01
    assert darkness(preview_png(kept(person, files.pdf(2)), 1, 480)) > 0.003


def test_picture_shows_what_a_reader_gets_and_the_examination_looked_at(person: Any) -> None:
    """What the parser threw away was not reckoned: a reader must not find it in the picture either."""
    file = kept(person, files.pdf(1))
    assert darkness(preview_png(file, 1, 480)) > 0
    file.safe_sha256 = blobs.store(files.pdf_with_blank_page()).sha256
    file.pages = 2
    assert darkness(preview_png(file, 2, 480)) == 0
    file.sha256 = "0" * 64
    assert darkness(preview_png(file, 1, 960)) > 0, "drawn from the copy"


def test_every_page_has_its_own_picture(person: Any) -> None:
    file = kept(person, files.pdf_with_blank_page())
    assert darkness(preview_png(file, 1, 480)) > 0
    assert darkness(preview_png(file, 2, 480)) == 0


@pytest.mark.parametrize(
    "content",
    [
        files.jpeg(),
        files.png(),
        files.png(mode="L"),
        files.png(mode="P"),
        files.png(mode="1"),
        files.transparent_png(),
        files.deep_png(),
        files.photo_of_two(),
        files.jpeg(image=files.picture().convert("CMYK")),
    ],
)
def test_every_kind_of_picture_is_shown_dark_on_light(content: bytes, person: Any) -> None:
    picture = preview_png(kept(person, content, "x"), 1, 480)
    assert 0.05 < darkness(picture) < 0.4
    assert opened(picture).mode == "RGB"
    assert opened(picture).width == 480


def test_turned_photograph_comes_upright_and_without_its_marks(person: Any) -> None:
    lying = files.picture(1600, 1200)
    image = opened(preview_png(kept(person, files.jpeg(image=lying, orientation=6), "照片.jpg"), 1, 480))
    assert image.size == (480, 640)
    assert not image.getexif()


@pytest.mark.parametrize(("asked", "given"), [(-5, 160), (1, 160), (161, 480), (480, 480), (961, 1600), (10**9, 1600)])
def test_width_is_rounded_to_one_that_exists(asked: int, given: int, person: Any) -> None:
    image = opened(preview_png(kept(person, files.pdf()), 1, asked))
    assert abs(image.width - given) <= 1
    assert given in WIDTHS


def test_small_picture_is_not_blown_up(person: Any) -> None:
    assert opened(preview_png(kept(person, files.png(300, 400), "x.png"), 1, 960)).size == (300, 400)


def test_very_tall_page_is_bounded(person: Any) -> None:
    image = opened(preview_png(kept(person, files.png(200, 20_000), "x.png"), 1, 160))
    assert image.height <= 4 * 160


@pytest.mark.parametrize("page", [0, -1, 3, 10**9])
def test_page_that_does_not_exist_is_a_neutral_page(page: int, person: Any) -> None:
    assert preview_png(kept(person, files.pdf(2)), page, 480) == neutral_png(480)


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"nonsense", "application/pdf"),
        (files.encrypted_pdf(), "application/pdf"),
        (
            files.jpeg()[:300],
            "image/jpeg",
        ),  # one that lacks rows is never taken: what was looked at is drawn with its end put there
        (files.png_claiming(50_000, 50_000), "image/png"),
        (files.pdf(), "image/png"),
    ],
)
def test_file_that_cannot_be_drawn_is_a_neutral_page(content: bytes, media_type: str, person: Any) -> None:
    assert preview_png(unexamined(person, content, media_type), 1, 480) == neutral_png(480)


def test_missing_content_is_a_neutral_page_and_comes_back_with_the_content(person: Any) -> None:
    content = files.pdf()
    file = kept(person, content)
    with blobs.open_blob(file.sha256) as stored:
        path = Path(stored.name)
    path.unlink()
    assert preview_png(file, 1, 480) == neutral_png(480)
    blobs.store(content)
    assert preview_png(file, 1, 480) != neutral_png(480)


def test_drawn_page_is_kept_and_drawn_again_when_the_folder_was_emptied(person: Any, settings: Any) -> None:
    file = kept(person, files.pdf())
    first = preview_png(file, 1, 480)
    (picture,) = [path for path in Path(settings.DATA_DIR).rglob("*") if path.is_file()]
    assert picture.name == f"{file.sha256}-1-480.png"
    picture.write_bytes(b"from the folder")
    assert preview_png(file, 1, 480) == b"from the folder"
    picture.unlink()
    assert preview_png(file, 1, 480) == first


def test_folder_that_cannot_be_written_hinders_nobody(person: Any, settings: Any, tmp_path: Path) -> None:
    (tmp_path / "data").write_bytes(b"a file where the folder should be")
    assert opened(preview_png(kept(person, files.pdf()), 1, 480)).width in {480, 481}


def test_only_one_thread_draws_and_one_waits_and_nobody_else(person: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures must never take all the threads of the pages."""
    monkeypatch.setattr(previews, "_PATIENCE", 0.2)
    file = kept(person, files.pdf(2))
    with previews._drawing:
        began = time.monotonic()
        assert opened(preview_png(file, 1, 960)).width == PENDING_WIDTH
        assert time.monotonic() - began < 2
        with previews._next:
            began = time.monotonic()
            assert opened(preview_png(file, 1, 960)).width == PENDING_WIDTH
            assert time.monotonic() - began < 0.2
    assert abs(opened(preview_png(file, 1, 960)).width - 960) <= 1
    with previews._drawing:
        assert abs(opened(preview_png(file, 1, 960)).width - 960) <= 1, "what was drawn once is there for everybody"


def test_no_page_is_as_wide_as_a_picture_that_is_still_to_come() -> None:
    assert PENDING_WIDTH not in WIDTHS
    script = Path(web.__file__).parent / "static" / "zhicheng" / "zhicheng.js"
    assert f"naturalWidth !== {PENDING_WIDTH}" in script.read_text()


def test_what_was_drawn_ahead_is_not_drawn_again(person: Any, settings: Any) -> None:
    file = kept(person, files.pdf(2))
    draw_ahead(file, 1, 960)
    (picture,) = (Path(settings.DATA_DIR) / "previews").rglob("*.png")
    with previews._drawing:
        assert preview_png(file, 1, 960) == picture.read_bytes()


def test_portrait_is_drawn_from_the_stored_bytes(person: Any) -> None:
    file = kept(person, files.jpeg(), "照片.jpg")
    assert opened(portrait_png(file.served_sha256, file.served_media_type)).width <= previews.PORTRAIT_WIDTH


def test_portrait_of_what_cannot_be_shown_is_none() -> None:
    broken = blobs.store(b"\xff\xd8\xff no picture")
    assert portrait_png(broken.sha256, "image/jpeg") == b""
    assert portrait_png("0" * 64, "image/jpeg") == b""


def test_portrait_that_finds_nobody_free_is_asked_for_again(monkeypatch: pytest.MonkeyPatch, person: Any) -> None:
    def busy(*_args: Any, **_more: Any) -> bytes:
        raise Rejected("busy")

    file = kept(person, files.jpeg(), "照片.jpg")
    monkeypatch.setattr(previews, "render_confined", busy)
    with pytest.raises(PhotoBusy):
        portrait_png(file.sha256, "image/jpeg")
