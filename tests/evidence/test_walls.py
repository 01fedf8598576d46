"""One hostile program, outside of a cell, where everything it tries succeeds, and inside, where nothing does."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import run_checks
from django.db import connection

from tests.evidence import files
from tests.evidence.hostile import hostile_program
from zhicheng.evidence import confinement
from zhicheng.evidence.confinement import layers, starting
from zhicheng.evidence.confinement.asking import Warden, inspect_confined
from zhicheng.evidence.confinement.layers import Layers
from zhicheng.evidence.inspection.verdicts import Bounds, Rejected

LIMITS = Bounds(max_bytes=1 << 20, max_pages=100)
PROGRAM = Path(hostile_program.__file__)
FILES = {"passwd", "own_environ", "parents_environ", "servers_environ", "uploads", "upload", "change", "database", "write"}
NETWORK = {"tcp", "udp", "listen", "unix", "abstract", "postgres"}
OTHERS = {"signal_parent", "signal_server", "trace_parent", "trace_server", "read_server", "fork", "thread", "execute"}


@pytest.fixture
def targets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """Things worth attacking: uploads, a database, listeners, a process with a key."""
    monkeypatch.setenv(hostile_program.SECRET, "the key of everything")
    for name in ("upload", "db.sqlite3"):
        (tmp_path / name).write_text("somebody else's")
    with (
        socket.create_server(("127.0.0.1", 0)) as tcp,
        socket.socket(socket.AF_UNIX) as unix,
        socket.socket(socket.AF_UNIX) as abstract,
        subprocess.Popen([sys.executable, PROGRAM, "victim"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server,
    ):
        unix.bind(str(tmp_path / "socket"))
        abstract.bind(f"\0zhicheng-{os.getpid()}")
        for line in (unix, abstract):
            line.listen(20)
        assert server.stdin is not None and server.stdout is not None
        server.stdout.readline()
        yield {
            "folder": str(tmp_path),
            "tcp": tcp.getsockname()[1],
            "abstract": f"zhicheng-{os.getpid()}",
            "server": server.pid,
            "postgres": _postgres() or list(tcp.getsockname()),
        }
        server.stdin.close()


def _postgres() -> str | None:
    """The socket of the database of this run; where it has none (SQLite), something else that listens stands in for it."""
    if connection.vendor != "postgresql":
        return None
    given = connection.get_connection_params()
    return f"{given['host']}/.s.PGSQL.{given.get('port') or 5432}"


def succeeded(warden: Warden, targets: dict[str, Any], tmp_path: Path, begins: bytes = b"") -> set[str]:
    """What the hostile program says it could do as the parser of a file."""
    with pytest.raises(Rejected) as refusal:
        ask(warden, targets, tmp_path, begins=begins)
    assert (refusal.value.code, refusal.value.params.get("number")) == ("tried", len(hostile_program.ATTEMPTS))
    return set(str(refusal.value.params["detail"]).split())


def ask(warden: Warden, targets: dict[str, Any], tmp_path: Path, seconds: int = 20, begins: bytes = b"") -> object:
    file = tmp_path / "hostile"
    file.write_bytes(begins + json.dumps(targets).encode())
    try:
        return inspect_confined(file, LIMITS, seconds=seconds, warden=warden)
    finally:
        warden.stop()


def hostile(*left_out: str) -> Warden:
    return Warden("hostile_program", left_out, (PROGRAM.parent,))


def test_outside_every_attempt_succeeds(targets: dict[str, Any]) -> None:
    done = subprocess.run([sys.executable, PROGRAM, "outside", json.dumps(targets)], capture_output=True, text=True)
    assert set(done.stdout.split()) == set(hostile_program.ATTEMPTS), done.stderr


def test_inside_none_does(targets: dict[str, Any], tmp_path: Path) -> None:
    assert succeeded(hostile(), targets, tmp_path) == set()
    assert not (tmp_path / "written").exists()


def test_inside_without_bubblewrap_none_does(targets: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(starting, "BUBBLEWRAP", "no such program")
    assert succeeded(hostile(), targets, tmp_path) == set()


def test_inside_as_a_photograph_of_a_phone_nothing_but_a_thread_does(targets: dict[str, Any], tmp_path: Path) -> None:
    """Its decoder cannot do without one."""
    assert succeeded(hostile(), targets, tmp_path, files.heic()[:24]) == {"thread"}


def test_seccomp_alone_tells_a_thread_from_a_process(targets: dict[str, Any], tmp_path: Path) -> None:
    warden = hostile(*(name for name in layers.NAMES if name != "seccomp"))
    if warden.layers.seccomp:
        got = succeeded(warden, targets, tmp_path, files.heic()[:24])
        assert got & (FILES | NETWORK | OTHERS | {"new_code", "hidden_file", "shared_memory", "key"}) == {"thread"}


@pytest.mark.parametrize(
    ("alone", "refused"),
    [
        ("shell", {"servers_environ", "key", "tcp", "abstract", "signal_server", "trace_server", "read_server"}),
        ("nowhere", FILES | {"unix", "execute", "key"}),
        ("landlock", FILES | {"tcp", "listen", "abstract", "signal_parent", "signal_server", "trace_parent", "execute", "key"}),
        ("seccomp", FILES | NETWORK | OTHERS | {"new_code", "hidden_file", "shared_memory", "key"}),
    ],
)
def test_each_wall_holds_alone_or_is_said_to_be_missing(
    alone: str, refused: set[str], targets: dict[str, Any], tmp_path: Path
) -> None:
    warden = hostile(*(name for name in layers.NAMES if name != alone))
    if warden.layers.missing == list(layers.NAMES):  # not on this machine
        assert alone in starting.report().missing
    else:
        left = {"leave": "execute"} if alone == "shell" else {}
        assert succeeded(warden, targets | left, tmp_path) & refused == set()


def test_limits_hold_without_any_wall(targets: dict[str, Any], tmp_path: Path) -> None:
    # Where only forking is refused, executing puts another program in the place of this one.
    got = succeeded(hostile(*layers.NAMES), targets | {"leave": "execute"}, tmp_path)
    assert not {"two_gigabytes", "key"} & got
    assert {"passwd", "tcp"} <= got  # the walls are really away


def test_cell_that_talks_without_end_is_left(tmp_path: Path) -> None:
    with pytest.raises(Rejected) as refusal:
        ask(hostile(), {"instead": "talk"}, tmp_path)
    assert (refusal.value.code, refusal.value.cpu_seconds) == ("too_complex", 20)


def test_cell_that_waits_without_end_is_killed_though_it_hears_no_signal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confinement, "AT_LEAST", 0)
    with pytest.raises(Rejected) as refusal:
        ask(hostile("seccomp"), {"instead": "wait"}, tmp_path, seconds=1)
    assert refusal.value.code == "busy"  # as a machine that has no time for it looks: so often and no oftener is it tried again


GOOD = {"ok": True, "cpu_seconds": 0.1, "media_type": "application/pdf", "pages": 1, "warnings": [], "has_copy": False}


@pytest.mark.parametrize(
    "lie",
    [
        {"media_type": "text/html"},
        {"pages": 0},
        {"pages": 101},
        {"pages": True},
        {"warnings": [{"code": ["x"]}]},
        {"warnings": [{"code": "x" * 1000}]},
        {"warnings": [{"code": "blank"}] * 2000},
        {"has_copy": True},
        {"media_type": "image/heic"},
        {"media_type": "image/jpeg", "has_copy": True},
        {"has_copy": 1},
        {"ok": "yes"},
        {"ok": False, "code": "<b>", "params": {}},
        {"ok": False, "code": "damaged", "params": {"size": "many"}},
        {"ok": False, "code": "damaged"},
    ],
)
def test_cell_is_believed_no_further_than_its_form(lie: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(Rejected) as refusal:
        ask(hostile(), {"instead": "lie", "head": GOOD | lie, "body": ""}, tmp_path)
    assert refusal.value.code == "too_complex"


def test_good_answer_has_that_form(tmp_path: Path) -> None:
    ask(hostile(), {"instead": "lie", "head": GOOD, "body": ""}, tmp_path)


def test_what_a_machine_lacks_is_said_at_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(starting, "report", lambda: Layers("", True, 0, True))
    (found,) = [problem for problem in run_checks() if problem.id == "zhicheng.W030"]
    assert "Landlock" in found.msg
    assert not found.is_serious()
    monkeypatch.setattr(starting, "report", lambda: Layers("namespaces", True, 5, True))
    assert not [problem for problem in run_checks() if problem.id == "zhicheng.W030"]
