"""A time for the whole of a conversation with another machine. A socket's own time-out is one for each byte: whoever sends one byte
now and then never meets it, and holds whatever waits for the last one.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from socket import SHUT_RDWR, socket


class Deadline:
    """So many seconds from now, for everything together."""

    def __init__(self, seconds: float) -> None:
        self._ends = time.monotonic() + seconds

    def left(self) -> float:
        """Seconds that are left; raises ``TimeoutError`` when there are none."""
        left = self._ends - time.monotonic()
        if left <= 0:
            raise TimeoutError("the whole took too long")
        return left


@contextmanager
def cut_after(seconds: float, opened: Callable[[], socket | None]) -> Iterator[threading.Event]:
    """Cut the connection that ``opened`` gives when the block takes longer than that: what waits for it then reads its end. Gives what
    tells whether that was done: half an answer may look like a whole one.

    Hand over a :meth:`~socket.socket.dup` of the socket: the original is lost as soon as it is wrapped in TLS.
    """
    was_cut = threading.Event()

    def cut() -> None:
        was_cut.set()
        if (line := opened()) is not None:
            with suppress(OSError):
                line.shutdown(SHUT_RDWR)

    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield was_cut
    finally:
        timer.cancel()
