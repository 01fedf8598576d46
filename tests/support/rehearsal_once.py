"""The rehearsal that journeys begin with is told once, by ``./run`` in an empty folder; every instance begins with a copy of that folder."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Protocol, TypeVar

import pytest

from tests.support.journeys import ROOT, Instance

FOLDER = "JOURNEYS_REHEARSAL"  # names a folder that several runs share, so that one of them tells it (./test)
PAPERS_SECONDS = 180.0  # for what the stories have caused
NOT_COPIED = ("run.lock", "log", "settings-fingerprint.json")  # a copy lies elsewhere, which is no change of its settings
TELLS = ("src", "deploy", "run", "requirements.lock")  # what a rehearsal comes from, below the root
MADE = {".pyc", ".mo"}  # made from the rest, by whoever comes first
_BY_STATE = "SELECT state, kind, last_error FROM foundation_outboxmessage WHERE state <> 'done' ORDER BY state, id"


@contextmanager
def instance_of_its_own(factory: pytest.TempPathFactory, name: str) -> Iterator[Instance]:
    """An instance in a new folder ``name``, with all the rehearsal's data. Mails that were sent before lead to where it was told."""
    data = factory.mktemp(name) / "data"
    place = Path(os.environ.get(FOLDER) or factory.getbasetemp() / "rehearsal")
    shutil.copytree(told_in(place, _tell), data, ignore=shutil.ignore_patterns(*NOT_COPIED))
    with running(Instance(data)) as started:
        yield started


def told_in(place: Path, tell: Callable[[Path], None]) -> Path:
    """The folder to copy: told by whoever comes first, while others wait; told anew where the program was another one then."""
    place.mkdir(exist_ok=True)
    told, whole = place / "told", place / "whole"
    with (place / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        program = program_now()
        if not whole.exists() or whole.read_text() != program:
            whole.unlink(missing_ok=True)
            shutil.rmtree(told, ignore_errors=True)  # what somebody has begun who was ended
            tell(told)
            whole.write_text(program)
    return told


def program_now(root: Path = ROOT) -> str:
    """What a rehearsal depends on: the digest of every file of the program as it stands here, committed or not."""
    digest = hashlib.sha256()
    for top in TELLS:
        within = root / top
        for file in sorted(within.rglob("*")) if within.is_dir() else [within]:
            if file.is_file() and file.suffix not in MADE:
                digest.update(f"{file.relative_to(root)}\0".encode())
                digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def wait_for_papers(data: Path, seconds: float = PAPERS_SECONDS) -> None:
    """Let the worker do what the stories have caused: its papers and mails are the same in every copy. All of it has to be done."""
    until = time.monotonic() + seconds
    with closing(sqlite3.connect(f"file:{data / 'zhicheng.sqlite3'}?mode=ro", uri=True)) as database:
        while left := database.execute(_BY_STATE).fetchall():
            given_up = [one for one in left if one[0] == "failed"]
            assert not given_up, f"the worker has given up: {given_up[:5]}"
            assert time.monotonic() < until, f"not done after {seconds:g} s, {len(left)} in all: {left[:5]}"
            time.sleep(0.5)


def _tell(told: Path) -> None:
    with running(Instance(told, ready="All rehearsal data is there.")):
        wait_for_papers(told)


class Started(Protocol):
    """What runs until it is stopped, and says how it ended."""

    said: list[str]

    def stop(self) -> int: ...


Running = TypeVar("Running", bound=Started)


@contextmanager
def running(instance: Running) -> Iterator[Running]:
    """The instance ends with what is done with it, and has to end well where that went well."""
    try:
        yield instance
    except BaseException:
        instance.stop()
        raise
    assert instance.stop() == 0, "".join(instance.said[-20:])
