"""Asking clamd whether a file is a known virus, over its socket (INSTREAM: clamd(8)). Off unless ``ZHICHENG_CLAMD`` says where it is.

The file goes to clamd as bytes; clamd needs no right to our folders. What it answers is a word in a sentence and a code in the log.
"""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from django.conf import settings

from zhicheng.foundation.deadlines import Deadline

_CHUNK = 1 << 18
# For all of it, from connecting to the last byte of the answer. clamd's own limit for one file is 120; ours are small.
_ANSWER_SECONDS = 60.0
_STATE_SECONDS = 2.0
_FOUND = re.compile(rb"stream: (.+) FOUND")
_LONGEST_ANSWER = 4096


class ScannerUnreachable(Exception):
    """clamd did not answer, or answered something else than yes or no."""


@dataclass(frozen=True, slots=True)
class ScannerState:
    """``state`` is ``"off"``, ``"ready"``, ``"unreachable"``, or ``"stuck"``: it answers, but looks at no file. ``version`` is what clamd
    says of itself and its signatures."""

    state: str
    version: str = ""


def is_on() -> bool:
    """Whether this instance asks a scanner."""
    return bool(settings.CLAMD)


def find_virus(path: Path) -> str:
    """The name of what the file at ``path`` is known as, ``""`` when it is not. Raises :class:`ScannerUnreachable`."""
    with path.open("rb") as file:
        return _look(file, Deadline(_ANSWER_SECONDS))


def _look(file: IO[bytes], deadline: Deadline) -> str:
    try:
        with _connected(deadline) as line:
            _send(line, b"zINSTREAM\0", deadline)
            while chunk := file.read(_CHUNK):
                _send(line, len(chunk).to_bytes(4, "big") + chunk, deadline)
            _send(line, bytes(4), deadline)
            answer = _answer(line, deadline)
    except (OSError, ValueError) as error:
        raise ScannerUnreachable(str(error)) from error
    if match := _FOUND.fullmatch(answer):
        return match[1].decode("ascii", "replace")
    if answer != b"stream: OK":
        raise ScannerUnreachable(ascii(answer[:200]))
    return ""


def scanner_state() -> ScannerState:
    """For the operator's page: what it says of itself, and whether it looks at a file of one byte. Waits four seconds at most."""
    if not is_on():
        return ScannerState("off")
    deadline = Deadline(_STATE_SECONDS)
    try:
        with _connected(deadline) as line:
            _send(line, b"zVERSION\0", deadline)
            version = _answer(line, deadline).decode("ascii", "replace")[:120]
    except (OSError, ValueError):
        return ScannerState("unreachable")
    try:
        _look(BytesIO(b"."), Deadline(_STATE_SECONDS))
    except ScannerUnreachable:
        return ScannerState("stuck", version)
    return ScannerState("ready", version)


def _connected(deadline: Deadline) -> socket.socket:
    """A line to the address of the settings: ``unix:///run/clamav/clamd.ctl`` or ``tcp://127.0.0.1:3310``."""
    place = urlsplit(settings.CLAMD)
    if place.scheme == "tcp" and place.hostname:
        return socket.create_connection((place.hostname, place.port or 3310), timeout=deadline.left())
    if place.scheme != "unix" or not place.path:
        raise ValueError("ZHICHENG_CLAMD is neither unix:///path nor tcp://host:port")
    line = socket.socket(socket.AF_UNIX)
    line.settimeout(deadline.left())
    try:
        line.connect(place.path)
    except OSError:
        line.close()
        raise
    return line


def _send(line: socket.socket, words: bytes, deadline: Deadline) -> None:
    line.settimeout(deadline.left())  # sendall counts it for the whole of what it sends
    line.sendall(words)


def _answer(line: socket.socket, deadline: Deadline) -> bytes:
    """One answer, up to its zero. Raises ``OSError`` for one that breaks off, or whose last byte does not come in time."""
    said = b""
    while not said.endswith(b"\0"):
        line.settimeout(deadline.left())
        part = line.recv(_LONGEST_ANSWER)
        if not part or len(said) > _LONGEST_ANSWER:
            raise ConnectionError("the answer breaks off")
        said += part
    return said.rstrip(b"\0\n")
