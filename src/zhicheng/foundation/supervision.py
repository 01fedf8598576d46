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
from multiprocessing.context import ForkProcess
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
            group = _start(target)
            while group.is_alive() and not asked_to_stop.wait(0.5):
                if pulse.is_silent(idle_seconds=idle_seconds, busy_seconds=busy_seconds):
                    logger.error("the workers are silent: they are ended and started again")
                    break
            else:
                if not asked_to_stop.is_set():
                    logger.error("the workers ended (%s): they are started again", group.exitcode)
                    asked_to_stop.wait(2)  # a worker that cannot start must not spin
            _end(group, stop_seconds if asked_to_stop.is_set() else 0)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _start(target: Callable[[], None]) -> ForkProcess:
    def run() -> None:
        os.setsid()
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the supervisor, who asks politely
        target()

    connections.close_all()  # a connection shared by two processes is broken for both
    group = _fork.Process(target=run, name="workers")
    group.start()
    return group


def _end(group: ForkProcess, grace_seconds: float) -> None:
    if group.is_alive() and grace_seconds:
        group.terminate()
        group.join(grace_seconds)
    # Its children may be alive although it is not.
    with suppress(ProcessLookupError):
        os.killpg(group.pid or 0, signal.SIGKILL)
    group.join()
