"""The side of the confinement that lives in the web process or the worker: start the warden, ask it, outlive its cells."""

from __future__ import annotations

import atexit
import json
import logging
import os
import socket
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

import zhicheng
from zhicheng.evidence.confinement import TAKEN, wall_seconds
from zhicheng.evidence.inspection.verdicts import Bounds, Finding, Rejected

logger = logging.getLogger(__name__)

SECONDS = 20
"""CPU seconds one file may take. A clean 20 MB scan takes about 5 (drawing stops after 4)."""
MEMORY = 1_200_000_000
"""Address space of one cell, bytes: enough for one picture of 80 million pixels, twice in memory."""
AT_ONCE = 2
"""Cells of one web process at the same time; others wait their turn."""
_WAIT_FOR_TURN = 45
_LONGEST_ANSWER = 64 * 1024 * 1024


class _Warden:
    """One warden per process, started when first needed and again when it has died."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.turns = threading.BoundedSemaphore(AT_ONCE)
        self.process: subprocess.Popen[bytes] | None = None
        self.control: socket.socket | None = None

    def connect(self) -> socket.socket:
        """A fresh line to a fresh cell."""
        with self.lock:
            for attempt in (1, 2):
                ours, theirs = socket.socketpair()
                with theirs:
                    try:
                        socket.send_fds(self._running(), [b"f"], [theirs.fileno()])
                    except OSError:
                        ours.close()
                        self._stop()
                        if attempt == 2:
                            raise
                        logger.warning("The examining process had gone; a new one is started.")
                        continue
                return ours
        raise AssertionError("unreachable")

    def _running(self) -> socket.socket:
        if self.control is None or self.process is None or self.process.poll() is not None:
            self._stop()
            ours, theirs = socket.socketpair()
            with theirs:
                self.process = subprocess.Popen(  # our own module; nothing of the request is in the command
                    [sys.executable, "-s", "-m", "zhicheng.evidence.confinement.warden"],
                    stdin=theirs.fileno(),
                    stdout=subprocess.DEVNULL,
                    env=_bare_environment(),
                    start_new_session=True,
                )
            self.control = ours
        return self.control

    def _stop(self) -> None:
        if self.control is not None:
            self.control.close()
            self.control = None
        if self.process is not None:
            try:
                self.process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            self.process = None

    def stop(self) -> None:
        """Close the line; the warden leaves by itself."""
        with self.lock:
            self._stop()

    def forget(self) -> None:
        """In a forked child: the warden belongs to the parent."""
        if self.process is not None:
            self.process.returncode = 0
        if self.control is not None:
            self.control.close()
        self.__init__()  # type: ignore[misc]


_warden = _Warden()
atexit.register(_warden.stop)
os.register_at_fork(after_in_child=_warden.forget)


def _bare_environment() -> dict[str, str]:
    """No keys, no database address: a cell that is taken over finds nothing to take."""
    source = str(Path(zhicheng.__file__).resolve().parent.parent)
    keep = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "TMPDIR") if name in os.environ}
    return keep | {"PYTHONPATH": source, "PYTHONUTF8": "1", "OMP_NUM_THREADS": "1"}


def inspect_confined(path: Path, bounds: Bounds, *, seconds: int = SECONDS, memory: int = MEMORY) -> Finding:
    """``inspection.inspector.inspect`` in a cell.

    Raises ``Rejected`` like it, and besides with ``too_complex`` (the cell ran into its limits) and ``busy`` (no cell was
    free, or none could be started).
    """
    head, _body = _ask({"verb": "inspect", "path": str(path)}, bounds, seconds=seconds, memory=memory)
    return Finding(media_type=head["media_type"], pages=head["pages"], warnings=head["warnings"], cpu_seconds=head["cpu_seconds"])


def render_confined(
    path: Path, *, media_type: str, page: int, width: int, bounds: Bounds, seconds: int = SECONDS, memory: int = MEMORY
) -> bytes:
    """``inspection.rendering.render_png`` in a cell. Raises ``Rejected`` like ``inspect_confined``."""
    request = {"verb": "render", "path": str(path), "media_type": media_type, "page": page, "width": width}
    _head, body = _ask(request, bounds, seconds=seconds, memory=memory)
    return body


def _ask(request: dict[str, Any], bounds: Bounds, *, seconds: int, memory: int) -> tuple[dict[str, Any], bytes]:
    if not _warden.turns.acquire(timeout=_WAIT_FOR_TURN):
        raise Rejected("busy")
    try:
        answer = _exchange(
            request | {"bounds": asdict(bounds), "seconds": seconds, "memory": memory}, patience=wall_seconds(seconds) + 10
        )
    finally:
        _warden.turns.release()
    line, newline, body = answer.partition(b"\n")
    if not newline:
        logger.warning("A file ran into the limits of its examination (%s).", request["verb"])
        raise _refusal("too_complex", {}, cpu_seconds=seconds)
    head: dict[str, Any] = json.loads(line)
    if not head["ok"]:
        if "detail" in head["params"]:
            logger.info("A file could not be read: %s", head["params"]["detail"])
        raise _refusal(head["code"], head["params"], cpu_seconds=head["cpu_seconds"])
    return head, body


def _refusal(code: str, params: dict[str, Any], *, cpu_seconds: float) -> Rejected:
    refusal = Rejected(code, **params)
    refusal.cpu_seconds = cpu_seconds
    return refusal


def _exchange(request: dict[str, Any], *, patience: int) -> bytes:
    """Send the request; the whole answer, or less when the cell died.

    A line that closes before anybody took the request was a dying warden's: it is asked for once more.
    """
    for _attempt in (1, 2):
        try:
            line = _warden.connect()
        except OSError as error:
            logger.exception("No process to examine files could be started.")
            raise Rejected("busy") from error
        answer = _converse(line, request, patience)
        if answer.startswith(TAKEN):
            return answer.removeprefix(TAKEN)
        _warden.stop()
    logger.error("The examining process takes no requests.")
    raise Rejected("busy")


def _converse(line: socket.socket, request: dict[str, Any], patience: int) -> bytes:
    """Everything that came back before the line closed or ``patience`` (seconds) ran out."""
    received = bytearray()
    with line, suppress(OSError):
        line.settimeout(patience)
        line.sendall(json.dumps(request).encode() + b"\n")
        while len(received) < _LONGEST_ANSWER and (part := line.recv(1 << 20)):
            received += part
    return bytes(received)
