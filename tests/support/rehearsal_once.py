"""The rehearsal that journeys begin with is told once, by ``./run`` in an empty folder; every instance begins with a copy of that folder."""

from __future__ import annotations

import fcntl
import os
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.support.journeys import Instance

FOLDER = "JOURNEYS_REHEARSAL"  # names a folder that several runs share, so that one of them tells it (./test)
PAPERS_SECONDS = 180.0  # what is not made by then is made in each copy
NOT_COPIED = ("run.lock", "log", "settings-fingerprint.json")  # a copy lies elsewhere, which is no change of its settings
_TO_DO = "SELECT count(*) FROM foundation_outboxmessage WHERE state <> 'done'"


@contextmanager
def instance_of_its_own(factory: pytest.TempPathFactory, name: str) -> Iterator[Instance]:
    """An instance in a new folder ``name``, with all the rehearsal's data. Mails that were sent before lead to where it was told."""
    data = factory.mktemp(name) / "data"
    shutil.copytree(_told(factory), data, ignore=shutil.ignore_patterns(*NOT_COPIED))
    started = Instance(data)
    yield started
    assert started.stop() == 0, "".join(started.said[-20:])


def _told(factory: pytest.TempPathFactory) -> Path:
    """The folder to copy: told by whoever comes first, while others wait."""
    place = Path(os.environ.get(FOLDER) or factory.getbasetemp() / "rehearsal")
    place.mkdir(exist_ok=True)
    told, whole = place / "told", place / "whole"
    with (place / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not whole.exists():
            shutil.rmtree(told, ignore_errors=True)  # what somebody has begun who was ended
            instance = Instance(told, ready="All rehearsal data is there.")
            _wait_for_papers(told)
            assert instance.stop() == 0, "".join(instance.said[-20:])
            whole.touch()
    return told


def _wait_for_papers(data: Path) -> None:
    """Let the worker do what the stories have caused: its papers and mails are the same in every copy."""
    until = time.monotonic() + PAPERS_SECONDS
    with closing(sqlite3.connect(f"file:{data / 'zhicheng.sqlite3'}?mode=ro", uri=True)) as database:
        while database.execute(_TO_DO).fetchone() != (0,) and time.monotonic() < until:
            time.sleep(0.5)
