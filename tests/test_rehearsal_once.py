"""The rehearsal of the journeys is told once for one program, is whole, and leaves nothing running."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.rehearsal_once import program_now, running, told_in, wait_for_papers


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "rehearsal"


def tell(folder: Path) -> None:
    folder.mkdir()
    (folder / "told").touch()


def not_again(folder: Path) -> None:
    raise AssertionError(f"{folder} was told")


def test_it_is_told_once_for_who_has_the_same_program(place: Path) -> None:
    folder = told_in(place, tell)
    assert told_in(place, not_again) == folder
    assert (folder / "told").exists()


def test_what_another_program_has_told_is_told_anew(place: Path) -> None:
    folder = told_in(place, tell)
    (folder / "of another").touch()
    (place / "whole").write_text("another program")
    assert told_in(place, tell) == folder
    assert [one.name for one in folder.iterdir()] == ["told"]
    told_in(place, not_again)


def test_what_was_not_told_to_its_end_is_told_anew(place: Path) -> None:
    def half(folder: Path) -> None:
        tell(folder)
        raise InterruptedError

    (place / "told").mkdir(parents=True)
    (place / "whole").write_text("another program")
    with pytest.raises(InterruptedError):
        told_in(place, half)
    assert not (place / "whole").exists()
    told_in(place, tell)


def test_program_is_another_with_every_change_of_a_file_and_the_same_with_what_is_made_from_it(tmp_path: Path) -> None:
    for file in ("src/zhicheng/a.py", "src/zhicheng/b.html", "deploy/c.py", "run", "requirements.lock"):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text(file)
    seen = [program_now(tmp_path)]
    for file in ("src/zhicheng/a.py", "src/zhicheng/b.html", "deploy/c.py", "run", "requirements.lock"):
        (tmp_path / file).write_text("changed")
        seen.append(program_now(tmp_path))
    (tmp_path / "src/zhicheng/a.py").rename(tmp_path / "src/zhicheng/d.py")
    seen.append(program_now(tmp_path))
    assert len(set(seen)) == len(seen)
    for made in ("src/zhicheng/django.mo", "src/zhicheng/a.pyc"):
        (tmp_path / made).touch()
    assert program_now(tmp_path) == seen[-1]
    assert program_now() != seen[-1]


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(tmp_path / "zhicheng.sqlite3", isolation_level=None)) as database:
        database.execute("CREATE TABLE foundation_outboxmessage (id INTEGER PRIMARY KEY, state TEXT, kind TEXT, last_error TEXT)")
        database.execute("INSERT INTO foundation_outboxmessage VALUES (1, 'done', 'paper', '')")
        yield database


def test_papers_that_are_done_are_not_waited_for(outbox: sqlite3.Connection, tmp_path: Path) -> None:
    wait_for_papers(tmp_path, 0)


def test_paper_that_is_late_or_given_up_is_named(outbox: sqlite3.Connection, tmp_path: Path) -> None:
    outbox.execute("INSERT INTO foundation_outboxmessage VALUES (2, 'pending', 'a mail', '')")
    with pytest.raises(AssertionError, match=r"not done after 0 s, 1 in all: .*a mail"):
        wait_for_papers(tmp_path, 0)
    outbox.execute("INSERT INTO foundation_outboxmessage VALUES (3, 'failed', 'a paper', 'no font')")
    with pytest.raises(AssertionError, match=r"given up: .*a paper.*no font"):
        wait_for_papers(tmp_path)


class Sleeper:
    """What runs until it is stopped, as an instance does."""

    def __init__(self, status: int = 0) -> None:
        self.said = ["it said this"]
        self.process = subprocess.Popen([sys.executable, "-c", f"input(); exit({status})"], stdin=subprocess.PIPE)

    def stop(self) -> int:
        self.process.communicate(b"\n", 20)
        return self.process.returncode


def test_what_was_started_ends_when_it_cannot_be_used() -> None:
    sleeper = Sleeper()
    with sleeper.process:
        with pytest.raises(ZeroDivisionError), running(sleeper):
            raise ZeroDivisionError
        assert sleeper.process.poll() == 0


def test_what_ends_badly_is_told_with_what_it_said() -> None:
    with pytest.raises(AssertionError, match="it said this"), running(Sleeper(3)):
        pass
