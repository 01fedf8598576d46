"""What is stored reaches the second place before it is acknowledged, or is owed to it and made up for."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import storages

from tests.support.verified import violated
from zhicheng.evidence.models import EvidenceFile
from zhicheng.foundation import blobs, clock, jobs, originals, reconciling, second_copy
from zhicheng.foundation.instance import FOLDER_MARK
from zhicheng.foundation.models import RegularRun
from zhicheng.foundation.reconciling import LEAVING, Reconciled, reconcile

pytestmark = pytest.mark.django_db
CONTENT = "营业执照".encode() * 1000
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def second(settings: Any, tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "second"
    folder.mkdir()
    settings.SECOND_FILES_DIR = str(folder)
    (first() / FOLDER_MARK).write_text("{}")
    yield folder
    folder.chmod(0o700)


def first() -> Path:
    return Path(storages["default"].location)  # type: ignore[attr-defined]


def away(folder: Path) -> Path:
    """As when a disk is unplugged: nothing can be written where the folder was."""
    elsewhere = folder.with_name("unplugged")
    folder.rename(elsewhere)
    folder.touch()
    return elsewhere


def back(folder: Path, elsewhere: Path) -> None:
    folder.unlink()
    elsewhere.rename(folder)


def test_stored_file_is_in_both_places_when_store_returns(second: Path) -> None:
    blobs.store(CONTENT)
    assert (second / second_copy.name_of(SHA256)).read_bytes() == CONTENT
    assert second_copy.owed() == 0


def test_second_place_that_is_away_refuses_no_upload_and_is_paid_later(second: Path) -> None:
    elsewhere = away(second)
    blob = blobs.store(CONTENT)
    assert blobs.exists(blob.sha256) and second_copy.owed() == 1
    assert second_copy.pay_what_is_owed() == 0 and second_copy.owed() == 1
    back(second, elsewhere)
    assert second_copy.pay_what_is_owed() == 1 and second_copy.owed() == 0
    assert (second / second_copy.name_of(SHA256)).read_bytes() == CONTENT


def test_what_is_owed_and_was_removed_meanwhile_is_forgotten(second: Path) -> None:
    elsewhere = away(second)
    blobs.store(CONTENT)
    back(second, elsewhere)
    (first() / second_copy.name_of(SHA256)).unlink()
    second_copy.pay_what_is_owed()
    assert second_copy.owed() == 0 and not list(second.rglob("*" + SHA256[:8] + "*"))


def test_without_a_second_place_nothing_is_owed(settings: Any) -> None:
    settings.SECOND_FILES_DIR = ""
    blobs.store(CONTENT)
    assert second_copy.owed() is None and second_copy.pay_what_is_owed() == 0
    assert reconcile() == Reconciled()


def test_reconciling_copies_what_lacks_and_puts_aside_what_left(second: Path, settings: Any) -> None:
    settings.SECOND_FILES_DIR = ""
    blobs.store(b"stored before there was a second place")
    settings.SECOND_FILES_DIR = str(second)
    blobs.store(CONTENT)
    (first() / second_copy.name_of(SHA256)).unlink()
    assert reconcile() == Reconciled(copied=1, aside=1)
    assert not (second / second_copy.name_of(SHA256)).exists()
    [kept] = (second / LEAVING).glob("*/*")
    assert kept.name == SHA256 and kept.read_bytes() == CONTENT  # a copy of the database from before still finds it
    assert reconcile() == Reconciled()


def named(evidence: bytes) -> str:
    """Stored, and named by a row."""
    sha256 = blobs.store(evidence).sha256
    EvidenceFile.objects.create(
        name="a.pdf", size=len(evidence), sha256=sha256, media_type="application/pdf", pages=1, uploaded_at=clock.now()
    )
    return sha256


def test_what_the_first_place_has_lost_comes_back_from_the_second(second: Path) -> None:
    sha256 = named(CONTENT)
    (first() / second_copy.name_of(sha256)).unlink()
    assert reconcile() == Reconciled(back=1)
    assert (first() / second_copy.name_of(sha256)).read_bytes() == CONTENT == (second / second_copy.name_of(sha256)).read_bytes()
    [kept] = second_copy.set_aside()
    assert kept.startswith(sha256) and kept.endswith("-missing")
    assert violated("foundation.files_brought_back") == {("foundation.files_brought_back", f"file:{sha256[:16]}")}
    (first() / second_copy.DAMAGED / kept).unlink()
    assert not violated("foundation.files_brought_back")


def test_damaged_copy_is_not_brought_back_and_not_put_aside(second: Path) -> None:
    sha256 = named(CONTENT)
    (first() / second_copy.name_of(sha256)).unlink()
    (second / second_copy.name_of(sha256)).write_bytes(b"rotten")
    assert reconcile() == Reconciled()
    assert (second / second_copy.name_of(sha256)).exists() and not (first() / second_copy.name_of(sha256)).exists()


def test_first_folder_that_is_not_there_leaves_the_second_as_it_is(second: Path) -> None:
    """A disk that was not mounted: an empty folder, in which nothing says whose it is."""
    blobs.store(CONTENT)
    shutil.rmtree(first())
    first().mkdir()
    with pytest.raises(OSError, match="not the folder of this instance"):
        reconcile()
    assert (second / second_copy.name_of(SHA256)).read_bytes() == CONTENT and not (second / LEAVING).exists()
    assert not list(first().iterdir())


@pytest.mark.parametrize("mark", ['{"mode": "production", "instance": "another"}', ""])
def test_second_folder_of_somebody_else_is_left_as_it_is(second: Path, mark: str) -> None:
    """The old setting on a machine set up anew, a rehearsal that points at the folder of people."""
    other = second / second_copy.name_of(SHA256)
    other.parent.mkdir(parents=True)
    other.write_bytes(CONTENT)
    if mark:
        (second / FOLDER_MARK).write_text(mark)
    with pytest.raises(OSError, match=r"another instance|does not say whose"):
        reconcile()
    assert other.read_bytes() == CONTENT and not (second / LEAVING).exists()


def test_restored_copy_touches_no_second_place(second: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blobs.store(CONTENT)
    (first() / second_copy.name_of(SHA256)).unlink()
    monkeypatch.setattr(originals, "is_original", lambda: False)
    assert reconcile() == Reconciled()
    assert (second / second_copy.name_of(SHA256)).exists()


def test_second_place_set_later_is_compared_at_once(second: Path, settings: Any) -> None:
    jobs.prepare_schedules()
    tomorrow = clock.machine_now() + timedelta(days=1)
    RegularRun.objects.filter(name=reconciling.JOB).update(next_at=tomorrow)
    assert reconciling.compared_all() is False and reconciling.begin() is True
    assert RegularRun.objects.get(name=reconciling.JOB).next_at <= clock.machine_now()
    reconcile()
    RegularRun.objects.filter(name=reconciling.JOB).update(next_at=tomorrow)
    assert reconciling.compared_all() is True and reconciling.begin() is False
    settings.SECOND_FILES_DIR = ""
    assert reconciling.compared_all() is None and reconciling.begin() is False


def test_comparing_goes_on_by_itself_in_slices_and_whatever_else_is_due_comes_between(
    second: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SECOND_FILES_DIR = ""
    stored = [blobs.store(f"stored before {number}".encode()).sha256 for number in range(40)]
    stored.append(named(CONTENT))
    (lost, unnamed) = stored[-1], blobs.store(b"of nobody").sha256
    settings.SECOND_FILES_DIR = str(second)
    for sha256 in (lost, unnamed):
        second_copy.keep_second(second_copy.name_of(sha256))
        (first() / second_copy.name_of(sha256)).unlink()
    monkeypatch.setattr(reconciling, "SLICE_SECONDS", 0.0)
    jobs.prepare_schedules()
    mine = next(job for job in jobs.regular_jobs() if job.name == reconciling.JOB)
    others = RegularRun.objects.filter(lane=mine.lane).exclude(name=mine.name)
    others.update(next_at=clock.machine_now() + timedelta(minutes=20))
    slices = 0
    while jobs.next_due(mine.lane) == mine:
        assert reconciling.compared_all() is False
        RegularRun.objects.filter(name="system.verify").update(next_at=clock.machine_now())  # due while the slice runs
        assert jobs.run_if_due(mine, instance=1, pid=1) and not jobs.failing()
        slices += 1
        if slices < 42 + 256:
            due = jobs.next_due(mine.lane)
            assert due is not None and due.name == "system.verify"
        RegularRun.objects.filter(name="system.verify").update(next_at=clock.machine_now() + timedelta(minutes=20))
    assert slices == 42 + 256 + 1, "one for each file, one for each byte's names, one to end it"
    assert reconciling.compared_all() is True
    assert all((second / second_copy.name_of(sha256)).exists() for sha256 in stored)
    assert (first() / second_copy.name_of(lost)).exists() and not (second / second_copy.name_of(unnamed)).exists()
    assert not (second / reconciling.REACHED).exists() and reconcile() == Reconciled()


def test_slice_that_was_broken_off_begins_where_the_one_before_ended(
    second: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SECOND_FILES_DIR = ""
    for number in range(5):
        blobs.store(f"stored before {number}".encode())
    settings.SECOND_FILES_DIR = str(second)
    monkeypatch.setattr(reconciling, "SLICE_SECONDS", 0.0)
    while reconcile() != Reconciled(copied=1):
        pass
    with monkeypatch.context() as full:
        full.setattr(shutil, "copyfileobj", lambda *_words: (_ for _ in ()).throw(OSError(28, "No space left on device")))
        monkeypatch.setattr(reconciling, "SLICE_SECONDS", 60.0)
        with pytest.raises(OSError, match="No space"):
            reconcile()
    assert reconcile() == Reconciled(copied=4) and reconciling.compared_all() is True


def shut(second: Path, sha256: str) -> Path:
    """The folder of one file takes nothing: it is of another owner, or no folder any more."""
    folder = (second / second_copy.name_of(sha256)).parent.parent
    folder.parent.mkdir(exist_ok=True)
    folder.touch()
    return folder


def test_file_that_cannot_be_copied_keeps_no_other_from_it(second: Path, settings: Any) -> None:
    settings.BACKUP_KEPT_DAYS = 3
    settings.SECOND_FILES_DIR = ""
    stored = sorted(blobs.store(f"stored before {number}".encode()).sha256 for number in range(5))
    settings.SECOND_FILES_DIR = str(second)
    folder = shut(second, stored[0])
    old = second / LEAVING / (clock.machine_now().date() - timedelta(days=5)).isoformat()
    (old / "a folder of somebody").mkdir(parents=True)
    with pytest.raises(OSError, match=f"3 files could not be evened out, {second_copy.name_of(stored[0])} among them"):
        reconcile()
    assert all((second / second_copy.name_of(sha256)).exists() for sha256 in stored[1:])
    assert second_copy.owed() == 1 and reconciling.compared_all() is True
    folder.unlink()
    shutil.rmtree(old)
    assert second_copy.pay_what_is_owed() == 1 and reconcile() == Reconciled() and second_copy.owed() == 0


def test_file_that_is_owed_and_cannot_be_copied_keeps_no_other_waiting(second: Path) -> None:
    elsewhere = away(second)
    stored = sorted(blobs.store(f"stored meanwhile {number}".encode()).sha256 for number in range(5))
    assert second_copy.pay_what_is_owed() == 0
    back(second, elsewhere)
    folder = shut(second, stored[0])
    assert second_copy.pay_what_is_owed() == 4 and second_copy.owed() == 1
    folder.unlink()
    assert second_copy.pay_what_is_owed() == 1 and second_copy.owed() == 0


def test_comparing_two_that_are_alike_ends_its_slice_too(second: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The usual night: nothing differs, and a million names are listed all the same."""
    blobs.store(CONTENT)
    jobs.prepare_schedules()
    RegularRun.objects.update(next_at=clock.machine_now() + timedelta(days=1))
    passed = iter(range(0, 100_000, 40))
    monkeypatch.setattr(reconciling.time, "monotonic", lambda: float(next(passed)))
    monkeypatch.setattr(reconciling, "within", lambda _seconds, _place, ask: ask())
    slices = 0
    while not reconciling.compared_all():
        assert reconcile() == Reconciled() and slices < 200
        slices += 1
        is_due = RegularRun.objects.get(name=reconciling.JOB).next_at <= clock.machine_now()
        assert is_due or reconciling.compared_all()
        RegularRun.objects.update(next_at=clock.machine_now() + timedelta(days=1))
    assert slices == 129, "two bytes a slice, and the end"


def test_comparison_that_paused_for_longer_than_a_day_begins_anew(second: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The place was away for weeks: what was looked at before says nothing about today."""
    blobs.store(CONTENT)
    monkeypatch.setattr(reconciling, "SLICE_SECONDS", 0.0)
    while not (second / reconciling.REACHED).exists() or name_reached(second) <= second_copy.name_of(SHA256):
        reconcile()
    (second / second_copy.name_of(SHA256)).unlink()
    monkeypatch.setattr(reconciling, "SLICE_SECONDS", 60.0)
    noted = (second / reconciling.REACHED).read_text()
    now = clock.machine_now()
    for later in (timedelta(days=2), -timedelta(days=2)):  # a clock that was wrong
        (second / second_copy.name_of(SHA256)).unlink(missing_ok=True)
        (second / reconciling.REACHED).write_text(noted)
        with monkeypatch.context() as weeks:
            weeks.setattr(clock, "machine_now", lambda later=later: now + later)
            assert reconcile() == Reconciled(copied=1)
    (second / second_copy.name_of(SHA256)).unlink()
    (second / reconciling.REACHED).write_text(name_reached(second, noted))  # as the version before noted it
    assert reconcile() == Reconciled(copied=1)
    (second / second_copy.name_of(SHA256)).unlink()
    (second / reconciling.REACHED).write_text(noted)
    assert reconcile() == Reconciled(), "on the same day it goes on"


def name_reached(second: Path, noted: str = "") -> str:
    return (noted or (second / reconciling.REACHED).read_text()).split()[-1]


@contextmanager
def asked_by_itself(second: Path) -> Iterator[list[str]]:
    """What is asked of the disk of the second place by a thread that is not one to be given up."""
    waiting: list[str] = []

    def watch(module: Any, name: str) -> None:
        real = getattr(module, name)

        def asked(*words: Any, **more: Any) -> Any:
            is_there = words and str(words[0]).startswith(str(second))
            if is_there and not threading.current_thread().name.startswith("asks "):
                waiting.append(f"{name} {words[0]}")
            return real(*words, **more)

        watched.setattr(module, name, asked)

    with pytest.MonkeyPatch.context() as watched:
        for name in ("stat", "open", "scandir", "listdir", "replace", "rename", "unlink", "rmdir", "mkdir", "utime"):
            watch(os, name)
        watch(io, "open")
        yield waiting


def test_second_place_is_asked_by_nobody_who_would_wait_for_ever(
    second: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is done in it: begun, compared, copied, put aside, put back, dropped, tidied, noted and ended."""
    settings.BACKUP_KEPT_DAYS = 3
    settings.SECOND_FILES_DIR = ""
    lost, lacking = named(CONTENT), blobs.store(b"lacking").sha256
    settings.SECOND_FILES_DIR = str(second)
    with asked_by_itself(second) as waiting:
        monkeypatch.setattr(reconciling, "SLICE_SECONDS", 0.0)
        reconcile()
    assert (second / reconciling.REACHED).exists() and not waiting
    old = second / LEAVING / (clock.machine_now().date() - timedelta(days=5)).isoformat()
    old.mkdir(parents=True)
    (old / lost).write_bytes(CONTENT)
    (old / hashlib.sha256(b"of nobody").hexdigest()).write_bytes(b"of nobody")
    unnamed = second / second_copy.name_of(hashlib.sha256(b"unnamed").hexdigest())
    unnamed.parent.mkdir(parents=True)
    unnamed.write_bytes(b"unnamed")
    left = unnamed.with_name(f".{unnamed.name}.abc")
    left.touch()
    os.utime(left, (0, 0))
    monkeypatch.setattr(reconciling, "SLICE_SECONDS", 60.0)
    with asked_by_itself(second) as waiting:
        assert reconcile() == Reconciled(copied=2, aside=1)
    assert not waiting
    assert not old.exists() and not left.exists() and not unnamed.exists()
    assert all((second / second_copy.name_of(sha256)).exists() for sha256 in (lost, lacking))


def test_dropping_what_left_long_ago_goes_on_in_slices(second: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.BACKUP_KEPT_DAYS = 3
    old = second / LEAVING / (clock.machine_now().date() - timedelta(days=5)).isoformat()
    old.mkdir(parents=True)
    for number in range(5):
        (old / hashlib.sha256(b"%d" % number).hexdigest()).touch()
    monkeypatch.setattr(reconciling, "SLICE_SECONDS", 0.0)
    monkeypatch.setattr(reconciling, "_BYTES", [])
    for left in (4, 3, 2, 1, 0):
        reconcile()
        assert len(list(old.iterdir())) == left and not reconciling.compared_all()
    reconcile()
    assert not old.exists() and reconciling.compared_all()


def test_what_a_row_names_after_all_is_not_dropped(second: Path, settings: Any) -> None:
    settings.BACKUP_KEPT_DAYS = 3
    sha256 = named(CONTENT)
    old = second / LEAVING / (clock.machine_now().date() - timedelta(days=5)).isoformat()
    old.mkdir(parents=True)
    (second / second_copy.name_of(sha256)).replace(old / sha256)
    reconcile()
    assert (second / second_copy.name_of(sha256)).read_bytes() == CONTENT and not old.exists()


def test_what_was_put_aside_long_ago_goes(second: Path, settings: Any) -> None:
    settings.BACKUP_KEPT_DAYS = 3
    today = clock.machine_now().date()
    for days in (2, 5):
        (second / LEAVING / (today - timedelta(days=days)).isoformat()).mkdir(parents=True)
    reconcile()
    assert [folder.name for folder in (second / LEAVING).iterdir()] == [(today - timedelta(days=2)).isoformat()]


def test_a_copy_broken_off_in_the_middle_is_never_taken_for_a_file(second: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_words: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copyfileobj", full)
    blobs.store(CONTENT)
    assert second_copy.owed() == 1 and not [path for path in second.rglob("*") if path.is_file()]


def test_unfinished_copies_of_dead_processes_are_tidied(second: Path) -> None:
    blobs.store(CONTENT)
    left = (second / second_copy.name_of(SHA256)).with_name(f".{SHA256}.abc")
    left.touch()
    os.utime(left, (0, 0))
    reconcile()
    assert not left.exists() and (second / second_copy.name_of(SHA256)).exists()


def test_the_second_place_is_looked_after_every_minute() -> None:
    assert {job.name: job.minutes for job in jobs.regular_jobs()}["files.second_copy"] == 1


def test_a_copy_being_made_is_not_put_aside(second: Path) -> None:
    blobs.store(CONTENT)
    being_made = (second / second_copy.name_of(SHA256)).with_name(f".{SHA256}.abc")
    being_made.write_bytes(CONTENT[:100])
    assert reconcile() == Reconciled()
    assert being_made.exists() and not list((second / LEAVING).glob("*/*"))


def test_what_is_stored_is_received_even_where_the_debt_cannot_be_noted(second: Path) -> None:
    (first() / second_copy.OWED).touch()  # nothing can be made below it
    away(second)
    try:
        assert blobs.exists(blobs.store(CONTENT).sha256)
    finally:
        (first() / second_copy.OWED).unlink()


def test_second_place_that_hangs_holds_nobody(second: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that is gone does not fail: whoever writes to its disk waits for it."""
    answers = threading.Event()
    copy = shutil.copyfileobj

    def hang(*words: Any) -> None:
        answers.wait(60)
        copy(*words)

    monkeypatch.setattr(second_copy, "SECONDS", 0.5)
    monkeypatch.setattr(shutil, "copyfileobj", hang)
    began = time.monotonic()
    blobs.store(CONTENT)
    for number in range(20):
        blobs.store(f"another {number}".encode())
    assert time.monotonic() - began < 5
    assert second_copy.owed() == 21 and second_copy.pay_what_is_owed() == 0
    with pytest.raises(TimeoutError):
        reconcile()
    answers.set()
    until = time.monotonic() + 30
    while second_copy.owed() and time.monotonic() < until:
        second_copy.pay_what_is_owed()
        time.sleep(0.05)
    assert second_copy.owed() == 0 and reconcile() == Reconciled()
    assert (second / second_copy.name_of(SHA256)).read_bytes() == CONTENT
