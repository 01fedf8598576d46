"""Keeping processes alive, those of the worker and the examiners of files: one that ends, or that is busy for longer than its work may
take, is ended and started again.

Nothing is lost by ending one, because the database keeps what is unfinished.
"""

from __future__ import annotations

import ctypes
import logging
import multiprocessing
import multiprocessing.process
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from types import FrameType

logger = logging.getLogger(__name__)

_fork = multiprocessing.get_context("fork")
GONE_SECONDS = 5.0  # to be gone after it was killed
PAUSE_SECONDS = 2.0  # before a process that ended by itself is started again: one that cannot start must not spin


_held: set[int] = set()  # the writing ends of the pipes by which the processes notice that this one has died


class Pulse:
    """Until when a process may be silent. Shared by the processes forked after it was made; no lock."""

    def __init__(self, idle_seconds: float) -> None:
        self._idle = idle_seconds
        self._until = _fork.RawValue("d", time.monotonic() + idle_seconds)

    def begin(self, seconds: float) -> None:
        """Work begins that takes ``seconds`` at most."""
        self._until.value = time.monotonic() + seconds

    def end(self) -> None:
        """The process is there and has nothing in hand. Said at least once in ``idle_seconds``."""
        self._until.value = time.monotonic() + self._idle

    def is_silent(self) -> bool:
        """Whether more time has passed than the process asked for."""
        return time.monotonic() > self._until.value


@dataclass
class Post:
    """One process to be kept: what it runs, under which name."""

    name: str
    run: Callable[[Pulse, threading.Event], None]
    pulse: Pulse = field(default_factory=lambda: Pulse(30))


def keep_running(
    posts: Sequence[Post],
    *,
    stop_seconds: float = 30,
    before_fork: Callable[[], None] = lambda: None,
) -> None:
    """Run each post in a process (and process group) of its own until this process gets SIGTERM or SIGINT.

    One that ends is started again after a moment, one that is silent is ended first. Asked to stop, all have ``stop_seconds`` together to
    finish what they have in hand. Call it from the main thread.
    """
    asked_to_stop = threading.Event()

    def stop(signum: int, frame: FrameType | None) -> None:
        asked_to_stop.set()

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    running: dict[str, _Running] = {}
    again_at: dict[str, float] = {}
    try:
        while not asked_to_stop.is_set():
            for post in posts:
                if post.name not in running and time.monotonic() >= again_at.get(post.name, 0):
                    before_fork()
                    running[post.name] = _Running(post)
            asked_to_stop.wait(0.25)
            for name, one in list(running.items()):
                if asked_to_stop.is_set() or not _has_failed(one):
                    continue
                one.end_now()
                del running[name]
                again_at[name] = time.monotonic() + PAUSE_SECONDS
    finally:
        _end_all(list(running.values()), stop_seconds)
        for number, handler in before.items():
            signal.signal(number, handler)


def _has_failed(one: _Running) -> bool:
    if one.exitcode is not None:
        logger.error("the process %s (%d) ended (%s): it is started again", one.post.name, one.pid, one.exitcode)
        return True
    if one.post.pulse.is_silent():
        logger.error("the process %s (%d) is silent: it is ended and started again", one.post.name, one.pid)
        return True
    return False


def _end_all(running: Sequence[_Running], seconds: float) -> None:
    for one in running:
        one.ask_to_end()
    until = time.monotonic() + seconds
    while any(one.exitcode is None for one in running) and time.monotonic() < until:
        time.sleep(0.05)
    for one in running:
        one.end_now()


class _Running:
    """A post's process, in a group of its own that can be ended with everything it has started."""

    def __init__(self, post: Post) -> None:
        self.post = post
        # Nobody but this process keeps a writing end open: whoever reads the other one learns when this process dies.
        reading, self._held = os.pipe()
        _held.add(self._held)
        post.pulse.end()
        self._process = _fork.Process(target=self._run, args=(reading,), name=post.name)
        self._process.start()
        os.close(reading)
        self.pid = self._process.pid or 0

    def _run(self, reading: int) -> None:
        os.setsid()
        for held in _held:  # its own, and those of the others that this process was forked with
            os.close(held)
        _held.clear()
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG: also when no thread of ours gets to run
        ending = threading.Event()

        def end(signum: int, frame: FrameType | None) -> None:
            ending.set()

        signal.signal(signal.SIGTERM, end)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the supervisor, who asks politely

        def die_with_the_supervisor() -> None:
            os.read(reading, 1)
            os.killpg(0, signal.SIGKILL)

        threading.Thread(target=die_with_the_supervisor, daemon=True).start()
        self.post.run(self.post.pulse, ending)

    @property
    def exitcode(self) -> int | None:
        """``None`` while it runs."""
        return self._process.exitcode

    def ask_to_end(self) -> None:
        """It may finish what it has in hand."""
        if self.exitcode is None:
            self._process.terminate()

    def end_now(self) -> None:
        """End whatever is left of its group; its children may be alive although it is not."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self._process.join(GONE_SECONDS)
        if self._process.exitcode is None:  # the kernel holds it (a file system that hangs): nobody waits for it
            logger.error("the process %s (%d) cannot be ended: it waits for a disk", self.post.name, self.pid)
            vars(multiprocessing.process)["_children"].discard(self._process)  # which the library waits for when this one ends
        if self._held in _held:
            _held.remove(self._held)
            os.close(self._held)
