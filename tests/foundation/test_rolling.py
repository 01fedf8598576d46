"""The stored files are read again, a share at a time, and what is wrong is named."""

from __future__ import annotations

import shutil
from datetime import timedelta
from io import StringIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import storages
from django.core.management import call_command

from tests.support.verified import violated
from tests.support.world import evidence, person
from zhicheng.accounts.models import AccountKind
from zhicheng.evidence.models import EvidenceFile
from zhicheng.foundation import blobs, clock, rolling, second_copy, verification
from zhicheng.foundation.instance import FOLDER_MARK
from zhicheng.foundation.models import LedgerEntry, StoredFileCheck
from zhicheng.foundation.reconciling import Reconciled, reconcile

pytestmark = pytest.mark.django_db


@pytest.fixture
def files() -> list[EvidenceFile]:
    user = person(AccountKind.APPLICANT, "someone", serial=3)
    (Path(storages["default"].location) / FOLDER_MARK).write_text("{}")  # type: ignore[attr-defined]
    return [evidence(user.pk, f"file {n}") for n in range(5)]


@pytest.fixture
def nobodys_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    """No file has this hour of the week."""
    monkeypatch.setattr(rolling, "bounds_of", lambda _hour: ("g", "g"))


def _path(file: EvidenceFile) -> Path:
    with blobs.open_blob(file.sha256) as stored:
        return Path(stored.name)


@pytest.mark.usefixtures("nobodys_hour")
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


@pytest.mark.usefixtures("nobodys_hour")
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


def _altered(file: EvidenceFile) -> None:
    """One byte of it is another one; its size is the same."""
    path = _path(file)
    path.write_bytes(path.read_bytes()[:-1] + b"X")


def _verified(*words: str) -> tuple[int, str, str]:
    code, out, err = 0, StringIO(), StringIO()
    try:
        call_command("verify", *words, stdout=out, stderr=err)
    except SystemExit as ended:
        code = int(ended.code or 0)
    return code, out.getvalue(), err.getvalue()


def test_verification_says_how_many_files_it_has_not_read_and_reads_them_when_asked(files: list[EvidenceFile]) -> None:
    altered = files[3]
    _altered(altered)
    code, said, _ = _verified()
    assert code == 0 and "登记的文件 5 个：最近 7 天内逐字节读过 0 个，其余 5 个这次只比对了大小，没有读内容。" in said
    assert "zhicheng verify --files" in said
    code, said, named = _verified("--files")
    assert code == 1 and "登记的文件 5 个，这次逐字节全部读过。" in said
    assert f"file:{altered.sha256[:16]}" in named
    code, said, _ = _verified()
    assert code == 1 and "读过 5 个，其余 0 个" in said and "--files" not in said


def test_file_read_too_long_ago_counts_as_not_read(files: list[EvidenceFile]) -> None:
    rolling.check_share()
    now = clock.machine_now()
    StoredFileCheck.objects.filter(sha256=files[0].sha256).update(checked_at=now - timedelta(days=8))
    StoredFileCheck.objects.filter(sha256=files[1].sha256).update(checked_at=now + timedelta(days=8))
    StoredFileCheck.objects.create(sha256="0" * 64, checked_at=now, found=rolling.GOOD)  # nothing refers to it any more
    assert rolling.bytes_read() == rolling.BytesRead(stored=5, read=3, days=7)


def test_verification_of_the_night_keeps_how_many_files_were_read(files: list[EvidenceFile]) -> None:
    rolling.check_share()
    EvidenceFile.objects.filter(pk=files[0].pk).delete()
    kept = verification.verify_and_keep(actor="system")
    assert kept.files == {"stored": 4, "read": 4, "days": 7}
    assert LedgerEntry.objects.latest("number").data["files"] == kept.files


@pytest.mark.usefixtures("nobodys_hour")
def test_file_noted_as_read_in_the_future_is_named_and_read_first(files: list[EvidenceFile], monkeypatch: Any) -> None:
    rolling.check_share()
    monkeypatch.setattr(rolling, "LEAST", 2)
    last = StoredFileCheck.objects.order_by("-checked_at")[0].sha256
    hidden = next(file for file in files if file.sha256 == last)
    _altered(hidden)
    StoredFileCheck.objects.filter(sha256=last).update(found=rolling.GOOD, checked_at=clock.machine_now() + timedelta(days=9999))
    assert violated("foundation.files_are_whole") == {("foundation.files_are_whole", f"file:{last[:16]}")}
    assert rolling.file_checks().ahead == 1
    rolling.check_share()
    assert StoredFileCheck.objects.get(sha256=last).found == rolling.CHANGED
    assert rolling.file_checks().ahead == 0


def test_every_hash_has_one_hour_of_the_week() -> None:
    bounds = [rolling.bounds_of(hour) for hour in range(rolling.HOURS)]
    assert bounds[0][0] == "00000000" and bounds[-1][1] > "f" * 64
    assert all(first < end for first, end in bounds)
    assert all(end == begins for (_, end), (begins, _) in pairwise(bounds))


def test_file_of_the_hour_is_read_whatever_is_noted_of_it(files: list[EvidenceFile], monkeypatch: Any) -> None:
    """Who can write the database notes each day that it was read just now."""
    rolling.check_share()
    monkeypatch.setattr(rolling, "LEAST", 1)
    bounds = rolling.bounds_of
    hidden = files[2]
    _altered(hidden)
    StoredFileCheck.objects.filter(sha256=hidden.sha256).update(checked_at=clock.machine_now())
    [hour] = [one for one in range(rolling.HOURS) if bounds(one)[0] <= hidden.sha256 < bounds(one)[1]]
    monkeypatch.setattr(rolling, "bounds_of", lambda _hour: bounds(hour))
    rolling.check_share()
    assert StoredFileCheck.objects.get(sha256=hidden.sha256).found == rolling.CHANGED
