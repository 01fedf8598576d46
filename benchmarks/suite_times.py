"""A plugin of pytest that writes down how long each test took: ``suite.py --whole`` puts it where ``./test`` of any commit finds it.

One line for each test in a file for each process: its name, seconds by the clock with what it began and ended with, seconds of processor
time of its own and of the processes it waited for.
"""

from __future__ import annotations

import json
import os
import resource
import time
from collections.abc import Generator
from pathlib import Path
from typing import IO

import pytest

FOLDER = "SUITE_TIMES"  # the variable that says into which folder
_kept: dict[str, IO[str]] = {}


def _used() -> tuple[float, float]:
    own, children = (resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own.ru_utime + own.ru_stime, children.ru_utime + children.ru_stime


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Measure one test from the beginning of its setup to the end of its teardown."""
    began, (own, children) = time.monotonic(), _used()
    try:
        return (yield)
    finally:
        own_after, children_after = _used()
        taken = [time.monotonic() - began, own_after - own, children_after - children]
        if folder := os.environ.get(FOLDER):
            if "times" not in _kept:
                marker = item.config.getoption("-m").replace(" ", "_") or "all"
                on = os.environ.get("ZHICHENG_TEST_DATABASE", "sqlite")
                _kept["times"] = (Path(folder) / f"{on}-{marker}-{os.getpid()}.jsonl").open("a", buffering=1)
            print(json.dumps([item.nodeid, *(round(each, 4) for each in taken)]), file=_kept["times"])


def pytest_unconfigure() -> None:
    """Close the file."""
    if "times" in _kept:
        _kept.pop("times").close()
