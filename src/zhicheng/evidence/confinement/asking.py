"""The side of the confinement that lives in the web process or the worker: start the warden, ask it, outlive its cells.

What a cell says is believed no further than its form: a cell that was taken over can call a bad file good, and nothing else.
"""

from __future__ import annotations

import atexit
import json
import logging
import os
import socket
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

from zhicheng.evidence.confinement import TAKEN, looking, reading, starting, wall_seconds
from zhicheng.evidence.confinement.layers import Layers
from zhicheng.evidence.inspection.reading.lines import PageText, from_bytes
from zhicheng.evidence.inspection.verdicts import Bounds, Finding, Rejected

logger = logging.getLogger(__name__)

SECONDS = 20
"""CPU seconds one file may take. A clean 20 MB scan takes about 5 (drawing stops after 4)."""
MEMORY = 1_200_000_000
"""Address space of one cell, bytes: enough for one picture of 80 million pixels, twice in memory."""
LOOK_SECONDS, LOOK_MEMORY = 20, 1_000_000_000
"""The same for a look at the pages of a file, of which there may be several. A page takes about a third of a second."""
READ_SECONDS, READ_MEMORY = 30, 1_500_000_000
"""The same for reading one page. It takes about two seconds; what it keeps in memory is less than half of the addresses it asks for."""
AT_ONCE = 2
"""Cells of one web process at the same time; others wait their turn."""
_WAIT_FOR_TURN = 45
_LONGEST_ANSWER = 64 * 1024 * 1024
_MEDIA_TYPES = {"application/pdf", "image/jpeg", "image/png", "image/heic"}
Source = tuple[int, int, str]
Leaf = tuple[int, int, int]
"""As ``inspection.composing`` has them, which a web process does not load."""
Repair = tuple[int, int, bool, bool]
"""The values of an ``inspection.legibility.mending.Repair``: page, turn, whether to straighten, whether to crop."""
_BEGINS = {"application/pdf": b"%PDF-", "image/jpeg": b"\xff\xd8\xff", "image/png": b"\x89PNG\r\n\x1a\n"}
"""How a file of each type begins."""
_COPIES = {"application/pdf": b"%PDF-", "image/heic": b"\xff\xd8\xff"}
"""How the copy that readers get begins."""
_MOST_WARNINGS = 1000


class Warden:
    """One warden per process, started when first needed and again when it has died.

    ``module``, ``left_out`` and ``also`` (folders it may read while it starts) are for tests of the walls.
    """

    def __init__(self, module: str = starting.MODULE, left_out: tuple[str, ...] = (), also: tuple[Path, ...] = ()) -> None:
        self._made_of = (module, left_out, also)
        self.lock = threading.Lock()
        self.turns = threading.BoundedSemaphore(AT_ONCE)
        self.started: starting.Started | None = None

    def connect(self, wall: int) -> socket.socket:
        """A fresh line to a fresh cell that may live ``wall`` seconds."""
        with self.lock:
            for attempt in (1, 2):
                ours, theirs = socket.socketpair()
                with theirs:
                    try:
                        socket.send_fds(self._running().control, [bytes([min(wall, 255)])], [theirs.fileno()])
                    except OSError:
                        ours.close()
                        self._stop()
                        if attempt == 2:
                            raise
                        logger.warning("The examining process had gone; a new one is started.")
                        continue
                return ours
        raise AssertionError("unreachable")

    @property
    def layers(self) -> Layers:
        """The walls that stand around the cells. Starts the warden when it does not run."""
        with self.lock:
            return self._running().layers

    def _running(self) -> starting.Started:
        if self.started is None or self.started.process.poll() is not None:
            self._stop()
            module, left_out, also = self._made_of
            self.started = starting.start(module, left_out=left_out, also=also)
            if not left_out and (missing := self.started.layers.missing):
                logger.warning("Uploaded files are examined without: %s (docs/security/confinement.md).", ", ".join(missing))
        return self.started

    def _stop(self) -> None:
        if self.started is not None:
            self.started.stop()
            self.started = None

    def stop(self) -> None:
        """Close the line; the warden leaves by itself."""
        with self.lock:
            self._stop()

    def forget(self) -> None:
        """In a forked child: the warden belongs to the parent."""
        if self.started is not None:
            self.started.process.returncode = 0
            self.started.control.close()
        self.__init__(*self._made_of)  # type: ignore[misc]


_warden = Warden()
_lookout = Warden(looking.MODULE)
_reader = Warden(reading.MODULE)
for each in (_warden, _lookout, _reader):
    atexit.register(each.stop)
    os.register_at_fork(after_in_child=each.forget)


def inspect_confined(
    path: Path, bounds: Bounds, *, seconds: int = SECONDS, memory: int = MEMORY, warden: Warden | None = None
) -> Finding:
    """``inspection.inspector.inspect`` in a cell. ``seconds``: of CPU; ``memory``: bytes of address space.

    Raises ``Rejected`` like it, and besides with ``too_complex`` (the cell ran into its limits, or said what no cell says) and
    ``busy`` (no cell was free, none could be started, or the machine was so busy that the time by the clock ran out before the
    file's own of the processor: that is not the file's doing).
    """
    bounds = replace(bounds, cpu_seconds=seconds)
    head, body = _ask(warden or _warden, {"verb": "inspect"}, path, bounds, seconds=seconds, memory=memory)
    begins = _COPIES.get(head["media_type"])
    good = begins is not None and body.startswith(begins)
    if head["has_copy"] != good or (head["media_type"] == "image/heic" and not good):
        raise _refusal("too_complex", {}, cpu_seconds=seconds)
    return Finding(
        media_type=head["media_type"],
        pages=head["pages"],
        warnings=head["warnings"],
        cpu_seconds=head["cpu_seconds"],
        safe_copy=body if head["has_copy"] else None,
    )


def render_confined(
    path: Path,
    *,
    media_type: str,
    page: int,
    width: int,
    bounds: Bounds,
    seconds: int = SECONDS,
    memory: int = MEMORY,
    warden: Warden | None = None,
) -> bytes:
    """``inspection.rendering.render_png`` in a cell. Raises ``Rejected`` like ``inspect_confined``."""
    request = {"verb": "render", "media_type": media_type, "page": page, "width": width}
    _head, body = _ask(warden or _warden, request, path, bounds, seconds=seconds, memory=memory)
    if not body.startswith(b"\x89PNG\r\n\x1a\n"):
        raise _refusal("too_complex", {}, cpu_seconds=seconds)
    return body


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found on the pages of a file up to the page ``up_to``, and what it cost."""

    warnings: list[dict[str, int | str]]
    up_to: int
    cpu_seconds: float


def look_confined(
    path: Path,
    *,
    media_type: str,
    first: int,
    most: int,
    bounds: Bounds,
    seconds: int = LOOK_SECONDS,
    memory: int = LOOK_MEMORY,
    warden: Warden | None = None,
    verb: Literal["look", "codes"] = "look",
) -> Looked:
    """``inspection.legibility.look`` at up to ``most`` pages from ``first`` (from 1) on, in a cell; or, with the verb
    ``codes``, ``inspection.codes.read_codes`` of them, the codes as the findings. Raises ``Rejected`` like ``inspect_confined``.
    """
    bounds = replace(bounds, cpu_seconds=seconds)
    request = {"verb": verb, "media_type": media_type, "first": first, "most": most}
    head, _body = _ask(warden or _lookout, request, path, bounds, seconds=seconds, memory=memory)
    return Looked(head["warnings"], head["up_to"], head["cpu_seconds"])


def read_confined(
    path: Path,
    *,
    media_type: str,
    number: int,
    bounds: Bounds,
    seconds: int = READ_SECONDS,
    memory: int = READ_MEMORY,
    warden: Warden | None = None,
) -> tuple[PageText, float]:
    """``inspection.reading.read`` of page ``number`` (from 1), in a cell, and what it cost in seconds of CPU. Raises ``Rejected`` like
    ``inspect_confined``.
    """
    bounds = replace(bounds, cpu_seconds=seconds)
    request = {"verb": "read", "media_type": media_type, "number": number}
    head, body = _ask(warden or _reader, request, path, bounds, seconds=seconds, memory=memory)
    page = from_bytes(number, body)
    if page is None:
        raise _refusal("too_complex", {}, cpu_seconds=seconds)
    return page, head["cpu_seconds"]


def compose_confined(
    path: Path,
    *,
    sources: Sequence[Source],
    leaves: Sequence[Leaf],
    bounds: Bounds,
    seconds: int = SECONDS,
    memory: int = MEMORY,
    warden: Warden | None = None,
) -> bytes:
    """``inspection.composing.compose`` in a cell, of the files that lie one behind the other at ``path``. Raises ``Rejected`` like
    ``inspect_confined``.
    """
    request = {
        "verb": "compose",
        "sources": list(sources),
        "leaves": list(leaves),
        "read": sum(size for _at, size, _kind in sources),
    }
    _head, body = _ask(warden or _warden, request, path, bounds, seconds=seconds, memory=memory)
    if not body.startswith(b"%PDF-"):
        raise _refusal("too_complex", {}, cpu_seconds=seconds)
    return body


def mend_confined(
    path: Path,
    *,
    media_type: str,
    repairs: Sequence[Repair],
    bounds: Bounds,
    seconds: int = LOOK_SECONDS,
    memory: int = LOOK_MEMORY,
    warden: Warden | None = None,
) -> bytes:
    """``inspection.legibility.mending.mend`` in a cell of those who look at pages. Raises ``Rejected`` like ``inspect_confined``."""
    request = {"verb": "mend", "media_type": media_type, "repairs": list(repairs), "read": path.stat().st_size}
    _head, body = _ask(warden or _lookout, request, path, bounds, seconds=seconds, memory=memory)
    if not body.startswith(_BEGINS[media_type]):
        raise _refusal("too_complex", {}, cpu_seconds=seconds)
    return body


def _ask(
    warden: Warden, request: dict[str, Any], path: Path, bounds: Bounds, *, seconds: int, memory: int
) -> tuple[dict[str, Any], bytes]:
    if not warden.turns.acquire(timeout=_WAIT_FOR_TURN):
        raise Rejected("busy")
    try:
        with path.open("rb") as file:
            began = time.monotonic()
            question = request | {"bounds": asdict(bounds), "seconds": seconds, "memory": memory}
            answer = _exchange(warden, question, file.fileno(), wall_seconds(seconds))
    finally:
        warden.turns.release()
    line, newline, body = answer.partition(b"\n")
    head = _believed(line, bounds) if newline else None
    if head is None and time.monotonic() - began >= wall_seconds(seconds):
        logger.warning("The machine is too busy: an examination (%s) ran out of time by the clock.", request["verb"])
        raise _refusal("busy", {}, cpu_seconds=seconds)
    if head is None:
        logger.warning("A file ran into the limits of its examination (%s).", request["verb"])
        raise _refusal("too_complex", {}, cpu_seconds=seconds)
    if not head["ok"]:
        if "detail" in head["params"]:
            logger.info("A file could not be read: %s", ascii(head["params"]["detail"]))
        raise _refusal(head["code"], head["params"], cpu_seconds=head["cpu_seconds"])
    return head, body


def _refusal(code: str, params: dict[str, Any], *, cpu_seconds: float) -> Rejected:
    refusal = Rejected(code)
    refusal.params, refusal.cpu_seconds = params, cpu_seconds
    return refusal


def _believed(line: bytes, bounds: Bounds) -> dict[str, Any] | None:
    """The head of an answer when it has the form every head has; None for anything else."""
    try:
        head = json.loads(line)
        good = isinstance(head["ok"], bool) and isinstance(head["cpu_seconds"], float | int) and 0 <= head["cpu_seconds"] < 1000
        if good and not head["ok"]:
            words = {"kind", "detail"}
            good = isinstance(head["code"], str) and head["code"].isidentifier() and _is_plain(head["params"])
            good = good and all(type(value) is int or name in words for name, value in head["params"].items())
        elif good and "media_type" in head:
            pages = head["pages"]
            good = head["media_type"] in _MEDIA_TYPES and type(pages) is int and 1 <= pages <= max(bounds.max_pages, 1)
            good = good and isinstance(head["has_copy"], bool) and _are_plain(head["warnings"])
        elif good and "up_to" in head:
            good = type(head["up_to"]) is int and 1 <= head["up_to"] <= max(bounds.max_pages, 1) and _are_plain(head["warnings"])
    except (ValueError, LookupError, TypeError, RecursionError):
        return None
    return head if good else None


def _are_plain(warnings: Any) -> bool:
    """Whether these are warnings, and not too many."""
    return isinstance(warnings, list) and len(warnings) <= _MOST_WARNINGS and all(_is_plain(warning) for warning in warnings)


def _is_plain(values: Any) -> bool:
    """Whether it is a small dictionary of short words and numbers."""
    return (
        isinstance(values, dict)
        and len(values) < 10
        and all(key.isidentifier() for key in values)
        and all(type(value) is int or (isinstance(value, str) and len(value) <= 400) for value in values.values())
    )


def _exchange(warden: Warden, request: dict[str, Any], descriptor: int, wall: int) -> bytes:
    """Send the request and the open file; the whole answer, or less when the cell died.

    A line that closes before anybody took the request was a dying warden's: it is asked for once more.
    """
    for _attempt in (1, 2):
        try:
            line = warden.connect(wall)
        except OSError as error:
            logger.exception("No process to examine files could be started.")
            raise Rejected("busy") from error
        answer = _converse(line, request, descriptor, wall + 10)
        if answer.startswith(TAKEN):
            return answer.removeprefix(TAKEN)
        warden.stop()
    logger.error("The examining process takes no requests.")
    raise Rejected("busy")


def _converse(line: socket.socket, request: dict[str, Any], descriptor: int, patience: int) -> bytes:
    """Everything that came back before the line closed or ``patience`` (seconds) ran out; of too much, only that it was taken."""
    received = bytearray()
    with line, suppress(OSError):
        line.settimeout(patience)
        socket.send_fds(line, [json.dumps(request).encode() + b"\n"], [descriptor])
        while part := line.recv(1 << 20):
            received += part
            if len(received) > _LONGEST_ANSWER:
                return TAKEN
    return bytes(received)
