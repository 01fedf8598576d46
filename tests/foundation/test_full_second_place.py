"""The disk of the second place is really full: no upload is refused, nothing half written is left, and all goes on by itself."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.small_disk import small_disk
from zhicheng.foundation import blobs, second_copy
from zhicheng.foundation.archive import HASH, KEPT

pytestmark = pytest.mark.small_disk
PIECE = "000000010000000000000001"
ARCHIVE_WAL = Path(__file__).parents[2] / "deploy" / "archive_wal"


@pytest.fixture
def full() -> Iterator[Path]:
    """A disk of one megabyte, on which half of one is left."""
    with small_disk(1) as place:
        (place / "somebody's").write_bytes(bytes(2**19))
        yield place


def archived(piece: Path, place: Path) -> int:
    return subprocess.run([ARCHIVE_WAL, piece, piece.name, place], stderr=subprocess.DEVNULL, check=False).returncode


def test_piece_of_the_log_that_does_not_fit_is_not_called_archived(full: Path, tmp_path: Path) -> None:
    piece = tmp_path / PIECE
    piece.write_bytes(os.urandom(3 * 2**18))  # nothing in it can be made smaller
    assert archived(piece, full) != 0
    assert [path.name for path in full.iterdir()] == ["somebody's"], "PostgreSQL tries the same name again"
    (full / "somebody's").unlink()
    assert archived(piece, full) == 0
    assert sorted(path.name for path in full.iterdir()) == [f"{PIECE}{KEPT}", f"{PIECE}{HASH}"]


@pytest.mark.django_db
def test_upload_that_does_not_fit_into_the_second_place_is_taken_and_owed(full: Path, settings: Any) -> None:
    settings.SECOND_FILES_DIR = str(full)
    content = os.urandom(3 * 2**18)
    blob = blobs.store(content)
    assert blobs.exists(blob.sha256) and second_copy.owed() == 1
    assert [path.name for path in full.rglob("*") if path.is_file()] == ["somebody's"]
    assert second_copy.pay_what_is_owed() == 0
    (full / "somebody's").unlink()
    assert second_copy.pay_what_is_owed() == 1 and second_copy.owed() == 0
    assert (full / second_copy.name_of(blob.sha256)).read_bytes() == content
