"""Kept means: examined, on the disk, then a row. Refused means: a sentence, and nothing anywhere."""

from __future__ import annotations

import hashlib
import resource
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from django.db import DatabaseError, IntegrityError, transaction

from tests.evidence import drawn, files
from tests.support.checking import check_due
from tests.support.uploads import keep_file
from zhicheng.evidence.models import EvidenceFile
from zhicheng.evidence.queries import describe_warnings, what_is_said
from zhicheng.foundation import blobs, clock
from zhicheng.foundation.errors import Refused

pytestmark = pytest.mark.django_db


def upload(content: bytes, name: str = "学历证书.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="text/html")


def stored_files(settings: Any) -> list[Path]:
    return [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


def test_good_file_is_kept_with_what_was_found(person: Any) -> None:
    content = files.pdf(3)
    moment = datetime(2023, 5, 22, 10, 30, tzinfo=clock.BEIJING)
    with clock.travel(moment):
        kept = keep_file(upload=upload(content, "C:\\扫描\\学历证书.PDF"), actor_id=person.pk)
    kept.refresh_from_db()
    assert (kept.sha256, kept.size) == (hashlib.sha256(content).hexdigest(), len(content))
    assert (kept.name, kept.media_type, kept.pages, kept.warnings) == ("学历证书.pdf", "application/pdf", 3, [])
    assert (kept.uploaded_by_id, str(kept)) == (person.pk, "学历证书.pdf")
    assert abs((kept.uploaded_at - moment).total_seconds()) < 5
    with blobs.open_blob(kept.sha256) as stored:
        assert stored.read() == content


def test_declared_content_type_is_not_believed(person: Any) -> None:
    assert keep_file(upload=upload(files.png(), "证书.pdf"), actor_id=person.pk).media_type == "image/png"


def test_warnings_are_kept_and_said(person: Any) -> None:
    kept = keep_file(upload=upload(files.pdf_with_blank_page()), actor_id=person.pk)
    check_due()
    kept.refresh_from_db()
    assert describe_warnings(kept) == ["第 2 页看起来是空白页。请确认没有放反或漏扫。"]


def test_file_with_a_script_is_kept_whole_and_beside_it_a_copy_without(person: Any) -> None:
    content = files.pdf(dressed_with="script on opening")
    kept = keep_file(upload=upload(content), actor_id=person.pk)
    kept.refresh_from_db()
    assert (kept.sha256, kept.warnings) == (hashlib.sha256(content).hexdigest(), [])
    assert kept.safe_sha256 is not None
    with blobs.open_blob(kept.safe_sha256) as copy:
        assert b"app.alert" not in copy.read()
    assert what_is_said(kept).notes[0] == (
        "文件中带有脚本、自动动作或附件，这里显示和下载的是去除这些内容后的副本，页面不变；原件另行保存。"
    )


def test_file_that_was_only_mended_is_not_said_to_carry_a_script(person: Any) -> None:
    kept = keep_file(upload=upload(drawn.named_in_a_stream()), actor_id=person.pk)
    kept.refresh_from_db()
    assert kept.safe_sha256 is not None
    said = "".join(describe_warnings(kept))
    assert "补全后的副本" in said and "脚本" not in said


def test_same_bytes_twice_are_stored_once_and_are_two_rows(person: Any, settings: Any) -> None:
    first = keep_file(upload=upload(files.jpeg(), "甲.jpg"), actor_id=person.pk)
    second = keep_file(upload=upload(files.jpeg(), "乙.jpg"), actor_id=person.pk)
    assert first.pk != second.pk
    assert first.sha256 == second.sha256
    assert len(stored_files(settings)) == 1


def test_large_upload_that_came_by_the_disk_is_kept_whole(person: Any) -> None:
    content = files.scanned_pdf(*[files.jpeg(2480, 3508)] * 12)
    assert len(content) > 3_000_000
    with TemporaryUploadedFile("扫描.pdf", "application/pdf", len(content), None) as arriving:
        arriving.write(content)
        arriving.seek(0)
        kept = keep_file(upload=arriving, actor_id=person.pk)
    assert (kept.sha256, kept.pages) == (hashlib.sha256(content).hexdigest(), 12)


def test_file_that_was_read_before_is_kept_whole(person: Any) -> None:
    arriving = ContentFile(files.pdf(2), name="证书.pdf")
    arriving.read(100)
    assert keep_file(upload=arriving, actor_id=person.pk).size == len(files.pdf(2))


def test_bytes_are_stored_before_the_row_is_written(settings: Any) -> None:
    """The row fails (nobody has that number); the bytes were there already, so no row can ever point at nothing."""
    content = files.pdf()
    with pytest.raises(IntegrityError), transaction.atomic():
        keep_file(upload=upload(content), actor_id=4_000_000)
        transaction.get_connection().check_constraints()
    assert blobs.exists(hashlib.sha256(content).hexdigest())
    assert not EvidenceFile.objects.exists()


@pytest.mark.parametrize(
    ("make", "name", "code", "part"),
    [
        (lambda: b"", "证书.pdf", "empty", "这个文件是空的（0 字节）"),
        (files.program, "证书.pdf", "wrong_type", "文件名以 .pdf 结尾，但内容不是这种格式（改文件名不会改变格式）。这是程序文件"),
        (files.svg, "照片.png", "wrong_type", "这是网页或 SVG 文件"),
        (files.html, "照片.png", "wrong_type", "这是网页或 SVG 文件"),
        (files.docx, "总结.docx", "wrong_type", "请在软件中选择“另存为 PDF”"),
        (files.avif, "IMG_0001.HEIC", "wrong_type", "AVIF"),
        (files.encrypted_pdf, "证书.pdf", "encrypted", "设置了打开密码"),
        (lambda: files.pdf(5)[:1500], "证书.pdf", "damaged", "已损坏或不完整"),
        (lambda: files.jpeg()[:5000], "照片.jpg", "damaged", "已损坏或不完整"),
        (files.pdf_stream_bomb, "证书.pdf", "too_complex", "过于复杂"),
        (lambda: files.png_claiming(50_000, 50_000), "照片.png", "too_many_pixels", "8000 万像素"),
        (lambda: files.pdf(200), "证书.pdf", "too_many_pages", "有 200 页，超过每个文件 100 页的上限"),
        (lambda: files.pdf(dressed_with="launch"), "证书.pdf", "launch", "自动执行的动作"),
        (lambda: files.pdf(dressed_with="attachment"), "证书.pdf", "attachment", "嵌入了不能接收的文件"),
        (lambda: files.png(1, 1), "照片.png", "too_small", "1 × 1 像素"),
    ],
)
def test_bad_file_is_refused_with_its_sentence_and_nothing_stored(
    make: Callable[[], bytes], name: str, code: str, part: str, person: Any, settings: Any
) -> None:
    with pytest.raises(Refused) as refusal:
        keep_file(upload=upload(make(), name), actor_id=person.pk, where="material:diploma")
    (problem,) = refusal.value.problems
    assert (problem.code, problem.where) == (code, "material:diploma")
    assert part in str(problem.text)
    assert "请" in str(problem.text)
    _nothing_was_kept(settings)


def test_file_over_the_limit_is_refused_before_all_of_it_is_read(person: Any, settings: Any) -> None:
    settings.UPLOAD_LIMIT_BYTES = 1024 * 1024

    class Endless:
        name = "证书.pdf"
        given = 0

        def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
            while True:
                self.given += 1
                yield bytes(256 * 1024)

    endless = Endless()
    with pytest.raises(Refused) as refusal:
        keep_file(upload=endless, actor_id=person.pk)
    assert refusal.value.has("too_large")
    assert "超过每个文件 1 MB 的上限" in str(refusal.value)
    assert endless.given <= 5
    _nothing_was_kept(settings)


def test_size_in_the_sentence_is_the_size_of_the_whole_file(person: Any, settings: Any) -> None:
    settings.UPLOAD_LIMIT_BYTES = 1024 * 1024
    with pytest.raises(Refused, match=r"文件大小为 30 MB，超过每个文件 1 MB 的上限"):
        keep_file(upload=upload(bytes(30 * 1024 * 1024)), actor_id=person.pk)


def test_storage_that_refuses_the_write_gives_a_sentence_and_no_row(person: Any, settings: Any, tmp_path: Path) -> None:
    (tmp_path / "not a folder").write_bytes(b"")
    broken = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": tmp_path / "not a folder" / "files"},
    }
    settings.STORAGES = settings.STORAGES | {"default": broken}
    with pytest.raises(Refused) as refusal:
        keep_file(upload=upload(files.pdf()), actor_id=person.pk, where="material:diploma")
    (problem,) = refusal.value.problems
    assert (problem.code, problem.where) == ("storage", "material:diploma")
    assert "服务器暂时无法保存文件" in str(problem.text)
    assert "您填写的内容没有丢失" in str(problem.text)
    assert not EvidenceFile.objects.exists()


@contextmanager
def disk_with_room_for(size: int) -> Iterator[None]:
    """The kernel refuses every write beyond ``size`` bytes of a file, as a full disk does."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_disk_that_fills_up_during_the_upload_gives_a_sentence_and_no_row(person: Any, settings: Any) -> None:
    with disk_with_room_for(40_000), pytest.raises(Refused) as refusal:
        keep_file(upload=upload(files.jpeg(), "照片.jpg"), actor_id=person.pk, where="photo")
    (problem,) = refusal.value.problems
    assert (problem.code, problem.where) == ("storage", "photo")
    assert "服务器暂时无法保存文件" in str(problem.text)
    _nothing_was_kept(settings)


def test_nothing_is_left_in_the_temporary_folder(person: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))  # a folder no other run writes to
    keep_file(upload=upload(files.pdf()), actor_id=person.pk)
    with pytest.raises(Refused):
        keep_file(upload=upload(files.program()), actor_id=person.pk)
    assert not list(tmp_path.glob("zhicheng-*"))


def _nothing_was_kept(settings: Any) -> None:
    assert stored_files(settings) == []
    assert not EvidenceFile.objects.exists()


@pytest.mark.parametrize(
    "wrong", [{"size": 0}, {"pages": 0}, {"media_type": "text/html"}, {"sha256": "../../etc/passwd"}, {"sha256": "A" * 64}]
)
def test_database_takes_no_row_that_cannot_be_true(wrong: dict[str, object], person: Any) -> None:
    right: dict[str, Any] = {
        "sha256": "a" * 64,
        "size": 1,
        "name": "x.pdf",
        "media_type": "application/pdf",
        "uploaded_by": person,
        "uploaded_at": clock.now(),
    }
    EvidenceFile.objects.create(**right)
    with pytest.raises(DatabaseError), transaction.atomic():
        EvidenceFile.objects.create(**right | wrong)
