"""The processes that examine files: some for people who signed in, some for visitors, none of them a web process.

Each takes one file at a time from the database, says every few seconds that it is still at it, and writes down the outcome. One that
dies is started again; what it had in hand is taken up by whoever is free once it has been silent for ``actions.examining.LEASE``.
"""

from __future__ import annotations

import ctypes
import logging
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor, wait
from types import FrameType

from django.conf import settings
from django.db import DatabaseError, connection, connections

from zhicheng.evidence.actions import Turn, claim_next, end_turn, give_back, stay_at
from zhicheng.evidence.checks import Examined, Unacceptable
from zhicheng.evidence.intake import KEEP
from zhicheng.evidence.models import EvidenceFile, Intake, Lane
from zhicheng.evidence.previews import draw_ahead

logger = logging.getLogger(__name__)

IDLE_SECONDS = 0.2
STAY_SECONDS = 4
AFTER_ERROR_SECONDS = 2
SILENT_SECONDS = 90
"""An examiner that shows no sign of life for so long hangs: its process is ended and started again."""
CHEAP_SECONDS = 2
PAGES_AHEAD = 10
# The pages come first: on a busy machine an examiner gets what they leave, one for strangers what the others leave.
_NICE = {Lane.PEOPLE: 5, Lane.VISITORS: 15}
_fork = multiprocessing.get_context("fork")


def lanes() -> list[Lane]:
    """One entry for each process of this instance. At least one for each lane: neither may wait for the other."""
    people, visitors = max(settings.EXAMINERS, 1), max(settings.EXAMINERS_FOR_VISITORS, 1)
    return [Lane.PEOPLE] * people + [Lane.VISITORS] * visitors


def run_pool() -> None:
    """Keep one examiner for each of :func:`lanes` alive until this process gets SIGTERM or SIGINT. Call it from the main thread."""
    asked = threading.Event()

    def stop(signum: int, frame: FrameType | None) -> None:
        asked.set()

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    posts = [_Post(lane) for lane in lanes()]
    try:
        while not asked.wait(0.5):
            for post in posts:
                post.look_after()
    finally:
        for post in posts:
            post.stop()
        for post in posts:
            post.join()
        for number, handler in before.items():
            signal.signal(number, handler)


class _Post:
    """One examiner's place: the process that fills it now, and when to fill it again."""

    def __init__(self, lane: Lane) -> None:
        self.lane = lane
        self.beat = _fork.RawValue("d", 0.0)
        self.not_before = 0.0
        self._fill()

    def _fill(self) -> None:
        connections.close_all()  # a connection shared by two processes is broken for both
        self.beat.value = time.monotonic()
        self.process = _fork.Process(target=_examine_for_ever, args=(self.lane, self.beat), name=f"examiner-{self.lane}")
        self.process.start()

    def look_after(self) -> None:
        """Fill the place again when its process has ended or is silent."""
        now = time.monotonic()
        if self.process.is_alive():
            if now - self.beat.value > SILENT_SECONDS:
                logger.error("the examiner of files for %s is silent: it is ended and started again", self.lane)
                self.process.kill()
                self.process.join()
                self._fill()
            return
        if not self.not_before:
            logger.error("an examiner of files for %s ended (%s): it is started again", self.lane, self.process.exitcode)
            self.not_before = now + 1  # one that cannot start must not spin
        elif now >= self.not_before:
            self.not_before = 0.0
            self._fill()

    def stop(self) -> None:
        """Ask the process to stop."""
        if self.process.is_alive():
            self.process.terminate()

    def join(self) -> None:
        """Wait for its end, and do not wait for ever."""
        self.process.join(8)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()


def _examine_for_ever(lane: Lane, beat: ctypes.c_double) -> None:
    asked = threading.Event()

    def stop(signum: int, frame: FrameType | None) -> None:
        asked.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the supervisor, who asks politely
    parent = os.getppid()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG: without a supervisor nobody would end it
    os.nice(_NICE[lane])
    ahead: deque[tuple[EvidenceFile, int, int]] = deque(maxlen=200)
    with ThreadPoolExecutor(max_workers=1) as hands:
        while not asked.is_set() and os.getppid() == parent:
            beat.value = time.monotonic()
            try:
                turn = claim_next(lane=lane)
                if turn is not None:
                    if not _see_through(turn, hands, asked, beat):
                        os._exit(0)  # the cell that still draws ends by its own limits; nobody waits for it
                    ahead.extend(_worth_drawing(turn))
                elif ahead:
                    draw_ahead(*ahead.popleft())
                else:
                    asked.wait(IDLE_SECONDS)
            except DatabaseError:
                logger.exception("the examiner of files for %s has trouble with the database", lane)
                connection.close()
                asked.wait(AFTER_ERROR_SECONDS)
    connections.close_all()


def _worth_drawing(turn: Turn) -> list[tuple[EvidenceFile, int, int]]:
    """The first pages of a file that was kept and was cheap to examine: its owner, and soon a desk, will look at them."""
    row = Intake.objects.select_related("file").filter(pk=turn.intake.pk, cpu_seconds__lt=CHEAP_SECONDS).first()
    if row is None or row.file is None:
        return []
    width = 960 if row.purpose == KEEP else 1600
    return [(row.file, page, width) for page in range(1, min(row.file.pages, PAGES_AHEAD) + 1)]


def _see_through(turn: Turn, hands: ThreadPoolExecutor, asked: threading.Event, beat: ctypes.c_double) -> bool:
    """Examine one file and write down the outcome; False when this process has to stop first and has put the file back.

    Only the confined process works meanwhile; this one says that it is still there.
    """
    work: Future[Examined | Unacceptable] = hands.submit(turn.examine)
    said = time.monotonic()
    while not wait([work], timeout=0.2).done:
        beat.value = time.monotonic()
        if asked.is_set():
            give_back(turn=turn)
            return False
        if time.monotonic() - said > STAY_SECONDS:
            said = time.monotonic()
            stay_at(turn=turn)
    error = work.exception()
    if error is not None and not isinstance(error, Exception):
        raise error
    end_turn(turn=turn, verdict=error if isinstance(error, Exception) else work.result())
    return True
