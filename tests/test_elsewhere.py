"""Processes forked from one that has loaded a script: whatever goes wrong is said, and nothing of it reaches the next test."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import pytest

from tests.support.elsewhere import ROOT, Elsewhere, elsewhere_on
from tests.support.loaded import Loaded
from zhicheng.foundation.liveness import process_started

SCRIPT = """
import os, subprocess, sys, time

def stay():
    print(subprocess.Popen(["/bin/sleep", "25"]).pid, flush=True)
    print("it waits for nobody", file=sys.stderr, flush=True)
    time.sleep(25)

def leave():
    print(subprocess.Popen(["/bin/sleep", "25"]).pid, flush=True)

def say(name):
    print(os.environ.get(name, ""))

def group():
    print(os.getpgid(0) == os.getpid())
"""
CONNECTED = """
from django.conf import settings
settings.configure(DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}})
from django.db import connection
connection.ensure_connection()
"""


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "script.py"
    path.write_text(SCRIPT)
    return path


def load(script: Path) -> Loaded:
    return Loaded(script, {**os.environ, "PYTHONPATH": str(ROOT)})


@pytest.fixture
def loaded(script: Path) -> Iterator[Loaded]:
    one = load(script)
    yield one
    one.end()


@pytest.mark.parametrize("word", ["stay", "leave"])
def test_one_that_is_not_over_in_time_is_named_and_ended_with_what_it_has_started(loaded: Loaded, word: str) -> None:
    """``leave`` has ended; what it has started holds its standard output."""
    began = time.monotonic()
    with TemporaryFile() as log, loaded.start(word, stderr=log.fileno()) as process:
        child = int(process.stdout.readline())
        with pytest.raises(subprocess.TimeoutExpired, match=word) as expired:
            process.communicate(timeout=0.5)
    assert ("it waits for nobody" in str(expired.value)) == (word == "stay")
    while process_started(child):  # it is being ended
        assert time.monotonic() - began < 15
        time.sleep(0.01)


def test_process_leads_a_group_of_its_own(loaded: Loaded) -> None:
    with loaded.start("group", stderr=2) as process:
        assert process.communicate()[0] == "True\n"


def test_one_that_has_died_is_loaded_anew(loaded: Loaded) -> None:
    loaded._process.send_signal(signal.SIGKILL)
    loaded._process.wait()
    with loaded.start("group", stderr=2) as process:
        assert process.communicate()[0] == "True\n"


@pytest.mark.parametrize(
    ("text", "reason"), [("1 / 0", "ZeroDivisionError"), (CONNECTED, "loading the script has opened a connection")]
)
def test_script_that_cannot_be_loaded_says_so_each_time(
    script: Path, text: str, reason: str, capfd: pytest.CaptureFixture[str]
) -> None:
    script.write_text(text)
    one = load(script)
    for _time in range(2):
        with pytest.raises(RuntimeError, match="could not be loaded"):
            one.start("say", "HOME", stderr=2)
        assert reason in capfd.readouterr().err
    one.end()


def test_each_test_has_the_environment_it_begins_with(script: Path, db: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with elsewhere_on(script) as first:
        before = first._loaded_with({}, 2)
        assert first.run("say", "OF_THE_TEST") == ""
        first.environment["OF_THE_TEST"] = "1"
        assert first.run("say", "OF_THE_TEST") == "1"
    with elsewhere_on(script) as second:
        assert second.run("say", "OF_THE_TEST") == "" and second._loaded_with({}, 2) is before
    monkeypatch.setenv("OF_THE_TEST", "2")
    with elsewhere_on(script) as third:
        assert third.run("say", "OF_THE_TEST") == "2" and third.folder == first.folder


def test_one_that_cannot_be_ended_keeps_none_of_the_others(script: Path, tmp_path: Path) -> None:
    there = Elsewhere(script, "", tmp_path)
    process = there.start("stay")
    loaded = there._loaded_with({}, 2)

    class Held:
        def end(self) -> None:
            raise subprocess.TimeoutExpired("held", 30)

    there._started.insert(0, Held())  # type: ignore[arg-type]
    with pytest.raises(subprocess.TimeoutExpired, match="held"):
        there.end()
    assert not process_started(process.pid) and loaded._process.returncode == 0
