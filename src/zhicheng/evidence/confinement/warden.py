"""The warden: a small process without Django, secrets or threads that forks one cell for every file.

Started by ``guard``. Its imports are paid once (about 0.2 s); a fork with everything in place costs a few milliseconds.
Over its standard input (a socket) it is handed one socket per file. The cell reads the request, says that it has it, takes
its limits, answers with one line of JSON followed by raw bytes, and is gone. A cell that outlives its limits is killed by
the kernel, and the guard sees the connection close without an answer.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import socket
import sys
import time
from pathlib import Path
from typing import Any

from zhicheng.evidence.confinement import TAKEN, wall_seconds
from zhicheng.evidence.inspection.inspector import inspect_to_dict
from zhicheng.evidence.inspection.rendering import render_png
from zhicheng.evidence.inspection.verdicts import Bounds, Rejected

_LONGEST_REQUEST = 65_536
_OPEN_FILES = 64


def serve(control: socket.socket) -> None:
    """Fork a cell for every socket that arrives, until the guard closes its end."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel buries the cells
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while True:
        try:
            _message, descriptors, _flags, _address = socket.recv_fds(control, 1, 1)
        except ConnectionError:
            return
        if not descriptors:
            return
        with socket.socket(fileno=descriptors[0]) as line:
            if os.fork() == 0:
                _live_in_cell(control, line)


def _live_in_cell(control: socket.socket, line: socket.socket) -> None:
    try:
        control.close()
        request = _read_request(line)
        line.sendall(TAKEN)
        take_limits(seconds=request["seconds"], memory=request["memory"])
        head, body = answer(request)
        head["cpu_seconds"] = round(time.process_time(), 3)  # of this process: a fork begins at nothing
        line.sendall(json.dumps(head).encode() + b"\n" + body)
    finally:
        os._exit(0)


def _read_request(line: socket.socket) -> dict[str, Any]:
    received = b""
    while not received.endswith(b"\n") and len(received) < _LONGEST_REQUEST:
        part = line.recv(_LONGEST_REQUEST)
        if not part:
            break
        received += part
    request: dict[str, Any] = json.loads(received)
    return request


def take_limits(*, seconds: int, memory: int) -> None:
    """CPU in seconds, address space in bytes; no files may be written, no core is left behind."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, wall_seconds(seconds))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (_OPEN_FILES, _OPEN_FILES))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    nowhere = os.open(os.devnull, os.O_WRONLY)  # what parsers say about a file is the file speaking: keep it out of the log
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)


def answer(request: dict[str, Any]) -> tuple[dict[str, object], bytes]:
    """The head (plain data) and body (bytes) for a request ``{"verb": "inspect" | "render", "path": ..., "bounds": ...}``."""
    path, bounds = Path(request["path"]), Bounds(**request["bounds"])
    if request["verb"] == "inspect":
        return inspect_to_dict(path, bounds), b""
    try:
        body = render_png(path, media_type=request["media_type"], page=request["page"], width=request["width"], bounds=bounds)
    except Rejected as refusal:
        return {"ok": False, "code": refusal.code, "params": refusal.params}, b""
    except Exception as error:
        return {"ok": False, "code": "unreadable", "params": {"detail": f"{type(error).__name__}: {error}"[:300]}}, b""
    return {"ok": True}, body


if __name__ == "__main__":
    with socket.socket(fileno=sys.stdin.fileno()) as _control:
        serve(_control)
