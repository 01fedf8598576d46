"""The stored files are read again, a share at a time, and what is wrong is named."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import storages

from tests.support.verified import violated
from tests.support.world import evidence, person
from zhicheng.accounts.models import AccountKind
from zhicheng.evidence.models import EvidenceFile
from zhicheng.foundation import blobs, rolling, second_copy
from zhicheng.foundation.instance import FOLDER_MARK
from zhicheng.foundation.models import StoredFileCheck
from zhicheng.foundation.reconciling import Reconciled, reconcile

pytestmark = pytest.mark.django_db


@pytest.fixture
def files() -> list[EvidenceFile]:
    user = person(AccountKind.APPLICANT, "someone", serial=3)
    (Path(storages["default"].location) / FOLDER_MARK).write_text("{}")  # type: ignore[attr-defined]
    return [evidence(user.pk, f"file {n}") for n in range(5)]


def _path(file: EvidenceFile) -> Path:
    with blobs.open_blob(file.sha256) as stored:
        return Path(stored.name)


def test_every_file_comes_to_its_turn_the_longest_ago_first(files: list[EvidenceFile], monkeypatch: Any) -> None:
    monkeypatch.setattr(rolling, "LEAST", 2)
    rounds = []
    for _ in range(4):
        assert rolling.check_share() == 2 or StoredFileCheck.objects.count() == 5
        rounds.append(StoredFileCheck.objects.count())
    assert rounds == [2, 4, 5, 5]
    found = rolling.file_checks()
    assert (found.checked, found.bad) == (5, 0) and found.oldest is not None
    assert not violated("foundation.files_are_whole")


@pytest.mark.parametrize(("harm", "said"), [("change", rolling.CHANGED), ("remove", rolling.MISSING)])
def test_damage_is_named_until_the_file_is_whole_again(files: list[EvidenceFile], harm: str, said: str) -> None:
    path, content = _path(files[2]), _path(files[2]).read_bytes()
    if harm == "change":
        path.write_bytes(content[:-1] + b"X")
    else:
        path.unlink()
    assert rolling.check_share() == 5
    assert StoredFileCheck.objects.get(sha256=files[2].sha256).found == said
    assert violated("foundation.files_are_whole") == {("foundation.files_are_whole", f"file:{files[2].sha256[:16]}")}
    assert rolling.file_checks().bad == 1
    blobs.store(content)
    rolling.check_share()
    assert rolling.file_checks().bad == 0 and not violated("foundation.files_are_whole")


def test_file_nothing_refers_to_any_more_is_forgotten(files: list[EvidenceFile]) -> None:
    rolling.check_share()
    sha256 = files[0].sha256
    EvidenceFile.objects.filter(pk=files[0].pk).delete()
    rolling.check_share()
    assert not StoredFileCheck.objects.filter(sha256=sha256).exists()


def test_a_share_stops_after_its_time(files: list[EvidenceFile], monkeypatch: Any) -> None:
    monkeypatch.setattr(rolling, "SECONDS", -1)
    assert rolling.check_share() == 0


def test_file_the_disk_cannot_read_is_named_and_the_others_are_read(files: list[EvidenceFile]) -> None:
    path = _path(files[0])
    path.unlink()
    path.mkdir()  # opening it fails with an error of the system that is not "missing"
    assert rolling.check_share() == 5
    assert StoredFileCheck.objects.get(sha256=files[0].sha256).found == rolling.UNREADABLE
    assert violated("foundation.files_are_whole") == {("foundation.files_are_whole", f"file:{files[0].sha256[:16]}")}


def test_nightly_look_goes_on_after_a_file_that_cannot_be_asked_for(files: list[EvidenceFile]) -> None:
    folder = _path(files[0]).parent
    content = _path(files[0]).read_bytes()
    shutil.rmtree(folder)
    folder.touch()  # NotADirectoryError
    try:
        assert {subject for _name, subject in violated("foundation.files_are_there")} == {f"evidence.evidencefile:{files[0].pk}"}
    finally:
        folder.unlink()
        blobs.store(content)


def test_lost_files_leave_half_of_a_share_to_the_others(files: list[EvidenceFile], monkeypatch: Any) -> None:
    monkeypatch.setattr(rolling, "LEAST", 2)
    for file in files[:3]:
        _path(file).unlink()
    for _ in range(8):
        rolling.check_share()
    assert StoredFileCheck.objects.count() == 5
    assert rolling.file_checks().bad == 3


def test_copy_in_the_second_place_that_rotted_is_replaced(files: list[EvidenceFile], tmp_path: Path, settings: Any) -> None:
    settings.SECOND_FILES_DIR = str(tmp_path / "second")
    reconcile()
    copy = tmp_path / "second" / second_copy.name_of(files[1].sha256)
    content = copy.read_bytes()
    copy.write_bytes(content[:-1] + b"X")
    assert reconcile() == Reconciled(), "its name and size say nothing"
    rolling.check_share()
    assert copy.read_bytes() == content


@pytest.mark.parametrize("harm", ["changed", "lost"])
def test_stored_file_that_is_damaged_comes_back_from_the_second_place(
    files: list[EvidenceFile], tmp_path: Path, settings: Any, harm: str
) -> None:
    settings.SECOND_FILES_DIR = str(tmp_path / "second")
    reconcile()
    copy, stored = tmp_path / "second" / second_copy.name_of(files[1].sha256), _path(files[1])
    content = copy.read_bytes()
    if harm == "changed":
        stored.write_bytes(content[:-1] + b"X")
    else:
        stored.unlink()
    rolling.check_share()
    assert copy.read_bytes() == content == stored.read_bytes()
    assert rolling.file_checks().bad == 0
    [kept] = second_copy.set_aside()
    assert kept.startswith(files[1].sha256) and violated("foundation.files_brought_back")
    if harm == "changed":
        assert (Path(storages["default"].location) / second_copy.DAMAGED / kept).read_bytes() == content[:-1] + b"X"  # type: ignore[attr-defined]
