"""How a warden is started: in bubblewrap where that works, else alone, when it makes itself a world of its own."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import zhicheng
from zhicheng.evidence.confinement.layers import Layers

MODULE = "zhicheng.evidence.confinement.warden"
BUBBLEWRAP = "bwrap"
_PATIENCE = 30
_SCRATCH = "/scratch"  # of bubblewrap's own world
_SOURCE = Path(zhicheng.__file__).resolve().parent.parent
_LOADED_FROM = ("/usr/lib", "/usr/lib64", "/usr/lib32", "/usr/local/lib", "/lib", "/lib64", "/lib32", "/etc/ld.so.cache")


@dataclass(slots=True)
class Started:
    """A warden that said which walls stand."""

    process: subprocess.Popen[bytes]
    control: socket.socket
    layers: Layers

    def stop(self) -> None:
        """Close the line and see the process out."""
        self.control.close()
        try:
            self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def start(module: str = MODULE, *, left_out: tuple[str, ...] = (), also: tuple[Path, ...] = ()) -> Started:
    """A running warden. Raises ``OSError`` when there is none to be had."""
    if "shell" not in left_out and (bubblewrap := shutil.which(BUBBLEWRAP)):
        started = _try([*_in_bubblewrap(bubblewrap, also), *_python(module), "bubblewrap", *left_out], also)
        if started is not None:
            return started
    started = _try([*_python(module), "alone", *left_out], also)
    if started is None:
        raise OSError("the examining process did not start")
    return started


def report() -> Layers:
    """Which walls this machine has, found out without loading the parsers (0.1 s). Never raises."""
    bubblewrap = shutil.which(BUBBLEWRAP)
    ways = [[*_in_bubblewrap(bubblewrap, ()), *_python(MODULE), "bubblewrap", "report"]] if bubblewrap else []
    for command in [*ways, [*_python(MODULE), "alone", "report"]]:
        try:
            done = subprocess.run(  # noqa: S603 - our own module
                command, capture_output=True, env=_bare_environment(()), timeout=_PATIENCE
            )
            return Layers(**json.loads(done.stdout))
        except (OSError, ValueError, TypeError, subprocess.SubprocessError):
            continue
    return Layers()


def _try(command: list[str], also: Iterable[Path]) -> Started | None:
    ours, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen(  # noqa: S603 - our own module; nothing of the request is in the command
            command, stdin=theirs.fileno(), stdout=subprocess.DEVNULL, env=_bare_environment(also), start_new_session=True
        )
    said = _first_line(ours)
    if said:
        return Started(process, ours, Layers(**json.loads(said)))
    ours.close()
    process.kill()
    process.wait()
    return None


def _first_line(control: socket.socket) -> bytes:
    """The line a warden begins with; nothing when it died before, or took longer than anybody waits."""
    said, until = b"", time.monotonic() + _PATIENCE
    while not said.endswith(b"\n"):
        control.settimeout(max(until - time.monotonic(), 0.01))
        try:
            part = control.recv(4096)
        except OSError:
            return b""
        if not part:
            return b""
        said += part
    control.settimeout(None)
    return said


def _python(module: str) -> list[str]:
    return [sys.executable, "-s", "-m", module]


def _bare_environment(also: Iterable[Path]) -> dict[str, str]:
    """No keys, no database address: a cell that is taken over finds nothing to take."""
    keep = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "TMPDIR") if name in os.environ}
    path = os.pathsep.join(map(str, (_SOURCE, *also)))
    return keep | {
        "PYTHONPATH": path,
        "PYTHONUTF8": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "OMP_NUM_THREADS": "1",
        "MALLOC_ARENA_MAX": "1",
    }


def _in_bubblewrap(bubblewrap: str, also: Iterable[Path]) -> list[str]:
    """Python, its packages and this program, read-only; no network, no other process, no ``/proc``; the rest does not exist."""
    command = [bubblewrap, "--unshare-all", "--unshare-user", "--uid", "65534", "--gid", "65534", "--as-pid-1", "--new-session"]
    command += ["--cap-drop", "ALL", "--cap-add", "CAP_SYS_CHROOT", "--dev", "/dev"]
    command += ["--setenv", "TMPDIR", _SCRATCH, "--tmpfs", _SCRATCH]
    shown = [*_LOADED_FROM, sys.prefix, sys.base_prefix, sys.exec_prefix, _SOURCE / "zhicheng", *also]
    shown += filter(None, os.environ.get("LD_LIBRARY_PATH", "").split(":"))
    for place in dict.fromkeys(map(str, shown)):
        path = Path(place)
        if path.is_symlink() and place in _LOADED_FROM:
            command += ["--symlink", str(path.readlink()), place]
        elif path.exists():
            command += ["--ro-bind", place, place]
    return [*command, "--chdir", "/", "--"]
