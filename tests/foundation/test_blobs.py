import hashlib
import os
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import InMemoryStorage, storages
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.foundation.conftest import Elsewhere
from zhicheng.foundation import blobs
from zhicheng.foundation.errors import Refused
from zhicheng.foundation.instance import FOLDER_MARK

CONTENT = "学历证书".encode() * 50_000


@pytest.fixture
def root() -> Path:
    """The folder of the stored files."""
    return Path(storages["default"].location)  # type: ignore[attr-defined]


@pytest.fixture(params=["folder", "elsewhere"])
def any_storage(request: pytest.FixtureRequest, settings: Any) -> str:
    """Both ways of storing: a folder of this machine, and a storage that is none."""
    if request.param == "elsewhere":
        settings.STORAGES = settings.STORAGES | {"default": {"BACKEND": "django.core.files.storage.InMemoryStorage"}}
        assert isinstance(storages["default"], InMemoryStorage)
    return str(request.param)


def all_files(folder: Path) -> list[Path]:
    """All but the mark that says whose folder it is."""
    return [path for path in folder.rglob("*") if path.is_file() and path.name != FOLDER_MARK]


def read(sha256: str) -> bytes:
    with blobs.open_blob(sha256) as file:
        return file.read()


def test_store_gives_hash_and_size_and_keeps_the_bytes(any_storage: str) -> None:
    blob = blobs.store(CONTENT)
    assert blob == blobs.Blob(sha256=hashlib.sha256(CONTENT).hexdigest(), size=len(CONTENT))
    assert blobs.exists(blob.sha256)
    assert read(blob.sha256) == CONTENT
    assert blobs.blob_size(blob.sha256) == len(CONTENT)
    assert blobs.verify_blob(blob.sha256)


def test_store_takes_files_of_every_sort_whole(any_storage: str, tmp_path: Path) -> None:
    path = tmp_path / "diploma.pdf"
    path.write_bytes(CONTENT)
    on_disk = TemporaryUploadedFile("a.pdf", "application/pdf", len(CONTENT), None)
    on_disk.write(CONTENT)
    half_read = BytesIO(CONTENT)
    half_read.read(1000)
    with path.open("rb") as opened, on_disk:
        for file in (SimpleUploadedFile("a.pdf", CONTENT), on_disk, half_read, opened):
            assert blobs.store(file).size == len(CONTENT)


def test_store_takes_a_stream_that_cannot_be_rewound(any_storage: str) -> None:
    reading, writing = os.pipe()
    os.write(writing, b"from a pipe")
    os.close(writing)
    with os.fdopen(reading, "rb") as stream:
        assert read(blobs.store(stream).sha256) == b"from a pipe"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(content=st.binary(max_size=300_000))
def test_store_keeps_any_bytes(content: bytes) -> None:
    assert read(blobs.store(content).sha256) == content


def test_store_twice_keeps_one_copy_and_nothing_else(root: Path) -> None:
    first, second = blobs.store(CONTENT), blobs.store(BytesIO(CONTENT))
    assert first == second
    name = first.sha256
    assert all_files(root) == [root / "sha256" / name[:2] / name[2:4] / name]


def test_store_lets_nobody_else_on_the_machine_read(root: Path) -> None:
    blobs.store(CONTENT)
    (file,) = all_files(root)
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700


def test_store_again_heals_a_damaged_copy(root: Path) -> None:
    blob = blobs.store(CONTENT)
    (file,) = all_files(root)
    file.write_bytes(b"x" * len(CONTENT))
    assert not blobs.verify_blob(blob.sha256)
    blobs.store(CONTENT)
    assert blobs.verify_blob(blob.sha256)


@pytest.mark.parametrize("name", ["0" * 64, "", "../../etc/passwd", "A" * 64, "0" * 63 + "\n"])
def test_missing_or_impossible_names_are_missing(any_storage: str, name: str) -> None:
    assert not blobs.exists(name)
    for ask in (blobs.open_blob, blobs.blob_size, blobs.verify_blob):
        with pytest.raises(blobs.BlobMissing):
            ask(name)


def assert_kind_refusal(refused: Refused) -> None:
    (problem,) = refused.problems
    assert problem.code == "storage"
    assert "服务器暂时无法保存文件" in str(problem.text)
    assert "您填写的内容没有丢失" in str(problem.text)
    assert "错误编号" in str(problem.text)


def test_full_disk_refuses_with_a_sentence_and_keeps_nothing_half_written(elsewhere: Elsewhere) -> None:
    """The system itself refuses the write, half-way, as a full disk does."""
    said = elsewhere.run("store_on_a_small_disk", "500000", "200000")
    assert said.startswith("storage 服务器暂时无法保存文件")
    assert all_files(elsewhere.folder / "files") == []
    assert elsewhere.run("store_on_a_small_disk", "150000", "200000") == "stored"
    assert len(all_files(elsewhere.folder / "files")) == 1


def test_folder_that_cannot_be_written_refuses(root: Path, caplog: pytest.LogCaptureFixture) -> None:
    root.rmdir()
    root.write_text("a file where the folder should be")
    with pytest.raises(Refused) as refused:
        blobs.store(CONTENT)
    assert_kind_refusal(refused.value)
    assert str(refused.value.problems[0].text).split("错误编号 ")[1][:8] in caplog.text
    root.unlink()
    root.mkdir()


def test_place_that_is_taken_refuses_and_clears_up(root: Path) -> None:
    name = hashlib.sha256(CONTENT).hexdigest()
    (root / "sha256").mkdir(parents=True)
    (root / "sha256" / name[:2]).write_text("a file where the folder should be")
    with pytest.raises(Refused) as refused:
        blobs.store(CONTENT)
    assert_kind_refusal(refused.value)
    assert all_files(root / blobs.INCOMING) == []
    assert not blobs.exists(name)


class Torn(BytesIO):
    """An upload whose file vanishes while it is read."""

    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell() > 100_000:
            raise OSError("gone")
        return super().read(size)


def test_upload_that_breaks_off_refuses_and_keeps_nothing(any_storage: str, root: Path) -> None:
    with pytest.raises(Refused) as refused:
        blobs.store(Torn(CONTENT))
    assert_kind_refusal(refused.value)
    assert not blobs.exists(hashlib.sha256(CONTENT).hexdigest())


class Interrupted(BytesIO):
    """An upload whose worker is told to stop while it reads."""

    def read(self, size: int | None = -1, /) -> bytes:
        raise KeyboardInterrupt


def test_interruption_keeps_nothing_half_written(root: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        blobs.store(Interrupted(CONTENT))
    assert all_files(root) == []


@pytest.fixture
def leftover(root: Path) -> Iterator[Path]:
    """What a killed process leaves."""
    (root / blobs.INCOMING).mkdir(parents=True)
    file = root / blobs.INCOMING / "tmpabc"
    file.write_bytes(b"half")
    yield file


def test_tidy_removes_leftovers_of_yesterday_only(root: Path, leftover: Path) -> None:
    blob = blobs.store(CONTENT)
    assert blobs.tidy() == 0
    yesterday = time.time() - 25 * 60 * 60
    os.utime(leftover, (yesterday, yesterday))
    os.utime(root / blobs._name(blob.sha256), (yesterday, yesterday))
    assert blobs.tidy() == 1
    assert not leftover.exists()
    assert blobs.verify_blob(blob.sha256)


def test_tidy_has_nothing_to_do_in_a_storage_elsewhere(settings: Any) -> None:
    settings.STORAGES = settings.STORAGES | {"default": {"BACKEND": "django.core.files.storage.InMemoryStorage"}}
    assert blobs.tidy() == 0
