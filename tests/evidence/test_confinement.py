"""A file that means harm hurts nobody but the process it is opened in."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tests.evidence import files
from zhicheng.evidence import confinement
from zhicheng.evidence.confinement import asking
from zhicheng.evidence.confinement.asking import inspect_confined, render_confined
from zhicheng.evidence.examination import Bounds, Examined, Unacceptable, examine_confined
from zhicheng.evidence.inspection.verdicts import Rejected

LIMITS = Bounds(max_bytes=20 * 1024 * 1024, max_pages=100)


@pytest.fixture
def good(tmp_path: Path) -> Path:
    return _written(tmp_path / "good", files.pdf(2))


def process() -> subprocess.Popen[bytes]:
    """The warden of this process, which runs."""
    assert asking._warden.started is not None
    return asking._warden.started.process


def descendants(pid: int) -> set[int]:
    """The processes below ``pid``, however deep."""
    with suppress(OSError):
        children = {int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()}
        return children | {below for child in children for below in descendants(child)}
    return set()


def _written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def test_decompression_bomb_is_refused_with_a_sentence_and_the_next_file_is_examined(tmp_path: Path, good: Path) -> None:
    bomb = _written(tmp_path / "bomb", files.pdf_stream_bomb())
    assert bomb.stat().st_size < 100_000
    verdict = examine_confined(bomb, declared_name="总结.pdf", limits=LIMITS)
    assert verdict == Unacceptable(
        "too_complex", "这个文件过于复杂，系统无法完成检查。请用“打印为 PDF”另存一份，或重新扫描后再上传。"
    )
    assert isinstance(examine_confined(good, declared_name="a.pdf", limits=LIMITS), Examined)


def test_file_that_takes_too_long_is_given_up(tmp_path: Path) -> None:
    bomb = _written(tmp_path / "bomb", files.pdf_stream_bomb())
    began = time.monotonic()
    with pytest.raises(Rejected) as refusal:
        inspect_confined(bomb, LIMITS, seconds=1, memory=20_000_000_000)
    assert refusal.value.code == "too_complex"
    assert time.monotonic() - began < 8


def test_machine_that_is_too_busy_for_a_file_is_not_the_files_fault(
    tmp_path: Path, good: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The cell is stopped as if nothing were left for it: its time by the clock runs out, none of the processor's does."""
    inspect_confined(good, LIMITS)
    before, over = descendants(process().pid), threading.Event()

    def hold_up() -> None:
        while not over.wait(0.01):
            for cell in descendants(process().pid) - before:
                with suppress(ProcessLookupError):
                    os.kill(cell, signal.SIGSTOP)

    holding = threading.Thread(target=hold_up)
    holding.start()
    monkeypatch.setattr(confinement, "AT_LEAST", 0)
    try:
        with pytest.raises(Rejected) as refusal:
            inspect_confined(_written(tmp_path / "bomb", files.pdf_stream_bomb()), LIMITS, seconds=1, memory=20_000_000_000)
    finally:
        over.set()
        holding.join()
    assert (refusal.value.code, refusal.value.cpu_seconds) == ("busy", 1)
    assert inspect_confined(good, LIMITS).pages == 2


def test_picture_that_needs_more_memory_than_it_may_have_is_refused(tmp_path: Path) -> None:
    big = _written(tmp_path / "big", files.png_claiming(8900, 8900, rows=8900))
    assert inspect_confined(big, LIMITS).pages == 1
    with pytest.raises(Rejected) as refusal:
        inspect_confined(big, LIMITS, memory=120_000_000)
    assert refusal.value.code == "too_complex"


def test_every_examination_says_what_it_cost(tmp_path: Path, good: Path) -> None:
    kept = examine_confined(good, declared_name="a.pdf", limits=LIMITS)
    assert 0 < kept.cpu_seconds < 5
    refused = examine_confined(_written(tmp_path / "many", files.pdf(200)), declared_name="a.pdf", limits=LIMITS)
    assert isinstance(refused, Unacceptable)
    assert 0 < refused.cpu_seconds < 5


def test_file_that_is_given_up_cost_all_it_was_allowed(tmp_path: Path) -> None:
    bomb = _written(tmp_path / "bomb", files.pdf_stream_bomb())
    verdict = examine_confined(bomb, declared_name="a.pdf", limits=LIMITS, seconds=1, memory=20_000_000_000)
    assert isinstance(verdict, Unacceptable)
    assert (verdict.code, verdict.cpu_seconds) == ("too_complex", 1)


def test_visitor_may_be_given_less_memory(tmp_path: Path) -> None:
    big = _written(tmp_path / "big", files.png_claiming(8900, 8900, rows=8900))
    assert isinstance(examine_confined(big, declared_name="a.png", limits=LIMITS), Examined)
    verdict = examine_confined(big, declared_name="a.png", limits=LIMITS, seconds=5, memory=120_000_000)
    assert isinstance(verdict, Unacceptable)
    assert verdict.code == "too_complex"


def test_preview_is_confined_too(tmp_path: Path) -> None:
    bomb = _written(tmp_path / "bomb", files.pdf_stream_bomb())
    with pytest.raises(Rejected):
        render_confined(bomb, media_type="application/pdf", page=1, width=480, bounds=LIMITS, seconds=1)


@pytest.mark.parametrize("way", ["its shell", "itself"])
def test_dead_warden_is_replaced(good: Path, way: str) -> None:
    inspect_confined(good, LIMITS)
    first = process()
    inside = Path(f"/proc/{first.pid}/task/{first.pid}/children").read_text().split()
    os.kill(int(inside[0]) if inside and way == "itself" else first.pid, signal.SIGKILL)
    first.wait(10)
    assert inspect_confined(good, LIMITS).pages == 2
    assert process().pid != first.pid


def test_many_threads_each_get_the_answer_to_their_own_question(tmp_path: Path) -> None:
    asked = {pages: _written(tmp_path / str(pages), files.pdf(pages)) for pages in range(1, 13)}
    answers: dict[int, int] = {}

    def ask(pages: int) -> None:
        answers[pages] = inspect_confined(asked[pages], LIMITS).pages

    threads = [threading.Thread(target=ask, args=(pages,)) for pages in asked]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == {pages: pages for pages in asked}


def test_forked_worker_starts_a_warden_of_its_own(good: Path) -> None:
    inspect_confined(good, LIMITS)
    ours = process()
    answers = multiprocessing.get_context("fork").SimpleQueue()

    def work() -> None:
        pages = inspect_confined(good, LIMITS).pages
        theirs = process().pid
        asking._warden.stop()
        answers.put((pages, theirs))

    worker = multiprocessing.get_context("fork").Process(target=work)
    with asking._warden.lock:  # another thread is asking at the moment of the fork
        worker.start()
    worker.join(30)
    worker.kill()
    worker.join()
    assert worker.exitcode == 0
    pages, theirs = answers.get()
    assert (pages, theirs != ours.pid) == (2, True)
    assert inspect_confined(good, LIMITS).pages == 2
    assert process() is ours


def test_warden_leaves_when_its_process_does(good: Path) -> None:
    inspect_confined(good, LIMITS)
    running = process()
    asking._warden.stop()
    assert running.returncode == 0


def test_cell_can_write_no_file(tmp_path: Path) -> None:
    """``take_limits`` is irreversible, so it is tried in a process of its own."""
    target = tmp_path / "written"

    def try_to_write() -> None:
        from zhicheng.evidence.confinement.cell import take_limits

        with target.open("wb", buffering=0) as file:
            take_limits(seconds=20, memory=2_000_000_000)
            file.write(b"x")

    worker = multiprocessing.get_context("fork").Process(target=try_to_write)
    worker.start()
    worker.join()
    assert worker.exitcode != 0
    assert target.read_bytes() == b""
