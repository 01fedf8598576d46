"""Keeping a group of worker processes alive: when they fall silent, they are ended and started again.

Worker processes share a queue with a lock in it. When one of them is killed while it waits at the queue (the system does that when
memory runs out), the lock stays taken: the others wait for ever, look healthy, and cannot even be asked to stop. Nothing is lost by
ending them all, because the outbox keeps what is unfinished.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from types import FrameType

from django.db import connections

logger = logging.getLogger(__name__)

_fork = multiprocessing.get_context("fork")


class Pulse:
    """When the workers last began or ended a task. Shared by every process forked after it was made; needs no lock."""

    def __init__(self) -> None:
        self._last = _fork.RawValue("d", time.monotonic())
        self._busy = _fork.RawValue("b", 0)

    def begin(self) -> None:
        """A task begins."""
        self._last.value, self._busy.value = time.monotonic(), 1

    def end(self) -> None:
        """A task has ended, well or badly. Also said when the workers are started."""
        self._last.value, self._busy.value = time.monotonic(), 0

    def is_silent(self, *, idle_seconds: float, busy_seconds: float) -> bool:
        """Whether nothing was heard for too long: after the end of a task, or since one began."""
        return time.monotonic() - self._last.value > (busy_seconds if self._busy.value else idle_seconds)


def keep_running(
    target: Callable[[], None], *, pulse: Pulse, idle_seconds: float, busy_seconds: float, stop_seconds: float = 30
) -> None:
    """Run ``target`` in a process group of its own until this process gets SIGTERM or SIGINT; start it again when it ends or is silent.

    Asked to stop, the group has ``stop_seconds`` to finish what it is doing. Call it from the main thread.
    """
    asked_to_stop = threading.Event()

    def stop(signum: int, frame: FrameType | None) -> None:
        asked_to_stop.set()

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        while not asked_to_stop.is_set():
            pulse.end()
            group = _Group(target)
            while group.exitcode is None and not asked_to_stop.wait(0.5):
                if pulse.is_silent(idle_seconds=idle_seconds, busy_seconds=busy_seconds):
                    logger.error("the workers are silent: they are ended and started again")
                    break
            else:
                if not asked_to_stop.is_set():
                    logger.error("the workers ended (%s): they are started again", group.exitcode)
                    asked_to_stop.wait(2)  # a worker that cannot start must not spin
            group.end(stop_seconds if asked_to_stop.is_set() else 0)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class _Group:
    """``target`` and everything it starts, in one process group that can be ended as a whole."""

    def __init__(self, target: Callable[[], None]) -> None:
        # Nobody but this process holds the writing end: whoever reads the other one learns when this process dies.
        reading, self._held = os.pipe()

        def run() -> None:
            os.setsid()
            os.close(self._held)
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the supervisor, who asks politely
            if os.fork() == 0:
                os.read(reading, 1)
                os.killpg(0, signal.SIGKILL)  # workers without a supervisor would go on for ever
            os.close(reading)
            target()

        connections.close_all()  # a connection shared by two processes is broken for both
        self._process = _fork.Process(target=run, name="workers")
        self._process.start()
        os.close(reading)

    @property
    def exitcode(self) -> int | None:
        """``None`` while the first process of the group runs."""
        return self._process.exitcode

    def end(self, grace_seconds: float) -> None:
        """Ask it to stop, wait so long, then end whatever is left."""
        if self.exitcode is None and grace_seconds:
            self._process.terminate()
            until = time.monotonic() + grace_seconds
            # Not join(): it waits for every process of the group.
            while self.exitcode is None and time.monotonic() < until:
                time.sleep(0.05)
        # Its children may be alive although it is not.
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid or 0, signal.SIGKILL)
        self._process.join()
        os.close(self._held)
