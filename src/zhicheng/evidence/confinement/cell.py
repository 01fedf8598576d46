"""The cell: one process for one file. It is handed an open file, reads it, lets go of it, shuts itself in, and only then looks at
what it read. Whatever takes it over finds no other file, no network, no other process, and an end that is near.
"""

from __future__ import annotations

import array
import codecs
import io
import json
import os
import resource
import signal
import socket
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import pikepdf

from zhicheng.evidence.confinement import TAKEN, layers, wall_seconds
from zhicheng.evidence.confinement.layers import Layers
from zhicheng.evidence.inspection.composing import compose
from zhicheng.evidence.inspection.inspector import inspect
from zhicheng.evidence.inspection.kinds import is_heif
from zhicheng.evidence.inspection.rendering import render_png
from zhicheng.evidence.inspection.verdicts import Bounds, Rejected

Answer = Callable[[dict[str, Any], bytes], tuple[dict[str, Any], bytes]]
"""From a request and the content of a file to head and body."""

_LONGEST_REQUEST = 65_536
_OPEN_FILES = 16
_ENCODINGS = ("hex", "gb18030", "ascii", "latin-1", "utf-16", "utf-16-be", "utf-16-le", "utf-32", "pdfdoc")


def warm_up() -> None:
    """In the warden, while there are files: what the parsers would load when they first need it (encodings, random numbers)."""
    for encoding in _ENCODINGS:
        codecs.lookup(encoding)
    locked = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(locked, encryption=pikepdf.Encryption(owner="-", user="", R=6))
    inspect(locked.getvalue(), Bounds(max_bytes=1 << 20, max_pages=1))


def live(line: socket.socket, walls: Layers, *, by: Answer | None = None) -> None:
    """Read the request and the file, shut in, answer with one line of JSON and raw bytes; ``by`` what (:func:`answer`)."""
    request, content = receive(line)
    line.sendall(TAKEN)
    threads = is_heif(content[:64])  # its decoder works in one
    take_limits(seconds=request["seconds"], memory=request["memory"], threads=threads)
    layers.shut_in(walls, threads=threads)
    head, body = (by or answer)(request, content)
    head["cpu_seconds"] = round(time.process_time(), 3)  # of this process: a fork begins at nothing
    tell(line, json.dumps(head).encode() + b"\n" + body)


def receive(line: socket.socket) -> tuple[dict[str, Any], bytes]:
    """The request (one line of JSON) and the content of the file whose descriptor came with it, which is closed again.

    Never more than one byte over ``bounds.max_bytes``, or over what it says to ``read``, is read: enough to see that it is too much.
    """
    received, descriptors = b"", array.array("i")
    while not received.endswith(b"\n") and len(received) < _LONGEST_REQUEST:
        part, found, _flags, _address = socket.recv_fds(line, _LONGEST_REQUEST, 1)
        descriptors.extend(found)
        if not part:
            break
        received += part
    request: dict[str, Any] = json.loads(received)
    with os.fdopen(descriptors[0], "rb") as file:
        return request, file.read(request.get("read", request["bounds"]["max_bytes"]) + 1)


def take_limits(*, seconds: int, memory: int, threads: bool) -> None:
    """CPU in seconds, address space in bytes; no files may be written, no processes made, no core is left behind. The kernel counts
    threads as processes: with ``threads`` it is seccomp alone that tells them apart.
    """
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, wall_seconds(seconds))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if not threads:
        resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (_OPEN_FILES, _OPEN_FILES))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def answer(request: dict[str, Any], content: bytes) -> tuple[dict[str, Any], bytes]:
    """The head (plain data) and body (bytes) for a request ``{"verb": "inspect" | "render" | "compose", "bounds": ..., ...}``."""
    return answered(partial(_inspect_or_render, request, content))


def _inspect_or_render(request: dict[str, Any], content: bytes) -> tuple[dict[str, Any], bytes]:
    bounds = Bounds(**request["bounds"])
    if request["verb"] == "inspect":
        finding = inspect(content, bounds)
        head = {"ok": True, "media_type": finding.media_type, "pages": finding.pages, "warnings": finding.warnings}
        return head | {"has_copy": finding.safe_copy is not None}, finding.safe_copy or b""
    if request["verb"] == "compose":
        return {"ok": True}, compose(content, request["sources"], request["leaves"], bounds)
    media_type, page, width = request["media_type"], request["page"], request["width"]
    return {"ok": True}, render_png(content, media_type=media_type, page=page, width=width, bounds=bounds)


def answered(work: Callable[[], tuple[dict[str, Any], bytes]]) -> tuple[dict[str, Any], bytes]:
    """What ``work`` gives; whatever it raises, as the head of a refusal."""
    try:
        return work()
    except Rejected as refusal:
        return {"ok": False, "code": refusal.code, "params": refusal.params}, b""
    except MemoryError:
        return {"ok": False, "code": "too_complex", "params": {}}, b""
    except Exception as error:
        return {"ok": False, "code": "unreadable", "params": {"detail": f"{type(error).__name__}: {error}"[:300]}}, b""


def tell(line: socket.socket, content: bytes) -> None:
    """Everything, by the one call for it that is left."""
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(line.fileno(), rest) :]
