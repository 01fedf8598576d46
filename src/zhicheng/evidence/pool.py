"""The processes that examine files: some for people who signed in, some for visitors, none of them a web process.

Each takes one file at a time from the database, says every few seconds that it is still at it, and writes down the outcome. When none waits,
it draws the first pages of the last ones ahead, then looks how legible the pages of kept files are (``actions.checking``). Beside them
one reads what stands on kept files (``actions.reading``), so that nobody who uploads waits behind it. One that
dies is started again; what it had in hand is taken up by whoever is free once it has been silent for ``leases.LEASE``.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import partial
from typing import TypeVar

from django.conf import settings
from django.db import DatabaseError, connection, connections

from zhicheng.evidence.actions import (
    Turn,
    claim_check,
    claim_next,
    claim_reading,
    end_check_turn,
    end_reading_turn,
    end_turn,
    give_back,
    stay_at,
)
from zhicheng.evidence.intake import KEEP
from zhicheng.evidence.leases import Lease, Row
from zhicheng.evidence.models import EvidenceFile, Intake, Lane
from zhicheng.evidence.previews import draw_ahead
from zhicheng.foundation.supervision import Post, Pulse, keep_running

logger = logging.getLogger(__name__)
T = TypeVar("T")

IDLE_SECONDS = 0.2
READER_IDLE_SECONDS = 1
STAY_SECONDS = 4
AFTER_ERROR_SECONDS = 2
SILENT_SECONDS = 90
"""An examiner that shows no sign of life for so long hangs: its process is ended and started again."""
STOP_SECONDS = 8
"""Time for putting back what is in hand, when the examiners are asked to stop."""
CHEAP_SECONDS = 2
PAGES_AHEAD = 10
# The pages come first: on a busy machine an examiner gets what they leave, one for strangers what the others leave.
_NICE = {Lane.PEOPLE: 5, Lane.VISITORS: 15}
_READER_NICE = 10


def lanes() -> list[Lane]:
    """One entry for each process of this instance. At least one for each lane: neither may wait for the other."""
    people, visitors = max(settings.EXAMINERS, 1), max(settings.EXAMINERS_FOR_VISITORS, 1)
    return [Lane.PEOPLE] * people + [Lane.VISITORS] * visitors


def run_pool() -> None:
    """Keep one examiner for each of :func:`lanes` alive until this process gets SIGTERM or SIGINT. Call it from the main thread."""
    posts = [
        Post(f"examiner-{lane.value}-{number}", partial(_examine_for_ever, lane), Pulse(SILENT_SECONDS))
        for number, lane in enumerate(lanes(), start=1)
    ]
    posts.append(Post("reader", _read_for_ever, Pulse(SILENT_SECONDS)))
    # A connection shared by two processes is broken for both.
    keep_running(posts, stop_seconds=STOP_SECONDS, before_fork=connections.close_all)


def _examine_for_ever(lane: Lane, pulse: Pulse, asked: threading.Event) -> None:
    os.nice(_NICE[lane])
    ahead: deque[tuple[EvidenceFile, int, int]] = deque(maxlen=200)
    with ThreadPoolExecutor(max_workers=1) as hands:
        while not asked.is_set():
            pulse.end()
            try:
                turn = claim_next(lane=lane)
                if turn is not None:
                    if not _see_through(turn, end_turn, hands, asked, pulse):
                        os._exit(0)  # the cell that still draws ends by its own limits; nobody waits for it
                    ahead.extend(_worth_drawing(turn))
                elif ahead:
                    draw_ahead(*ahead.popleft())
                elif (check := claim_check(lane=lane)) is not None:
                    if not _see_through(check, end_check_turn, hands, asked, pulse):
                        os._exit(0)
                else:
                    asked.wait(IDLE_SECONDS)
            except DatabaseError:
                logger.exception("the examiner of files for %s has trouble with the database", lane)
                connection.close()
                asked.wait(AFTER_ERROR_SECONDS)
    connections.close_all()


def _read_for_ever(pulse: Pulse, asked: threading.Event) -> None:
    os.nice(_READER_NICE)
    with ThreadPoolExecutor(max_workers=1) as hands:
        while not asked.is_set():
            pulse.end()
            try:
                turn = claim_reading()
                if turn is None:
                    asked.wait(READER_IDLE_SECONDS)
                elif not _see_through(turn, end_reading_turn, hands, asked, pulse):
                    os._exit(0)
            except DatabaseError:
                logger.exception("the reader of files has trouble with the database")
                connection.close()
                asked.wait(AFTER_ERROR_SECONDS)
    connections.close_all()


def _worth_drawing(turn: Turn) -> list[tuple[EvidenceFile, int, int]]:
    """The first pages of a file that was kept and was cheap to examine: its owner, and soon a desk, will look at them."""
    row = Intake.objects.select_related("file").filter(pk=turn.row.pk, cpu_seconds__lt=CHEAP_SECONDS).first()
    if row is None or row.file is None:
        return []
    width = 960 if row.purpose == KEEP else 1600
    return [(row.file, page, width) for page in range(1, min(row.file.pages, PAGES_AHEAD) + 1)]


def _see_through(
    turn: Lease[Row], end: Callable[..., None], hands: ThreadPoolExecutor, asked: threading.Event, pulse: Pulse
) -> bool:
    """Work on one file and write down the outcome; False when this process has to stop first and has put the file back."""
    outcome = _done_meanwhile(hands.submit(turn.work), partial(stay_at, turn=turn), asked, pulse)
    if outcome is None:
        give_back(turn=turn)
        return False
    end(turn=turn, outcome=outcome)
    return True


def _done_meanwhile(work: Future[T], stay: Callable[[], object], asked: threading.Event, pulse: Pulse) -> T | Exception | None:
    """What ``work`` gave or raised; None when this process has to stop before. Only the confined process works meanwhile; this one says
    (``stay``) that it is still there.
    """
    said = time.monotonic()
    while not wait([work], timeout=0.2).done:
        pulse.end()
        if asked.is_set():
            return None
        if time.monotonic() - said > STAY_SECONDS:
            said = time.monotonic()
            stay()
    error = work.exception()
    if error is not None and not isinstance(error, Exception):
        raise error
    return error if isinstance(error, Exception) else work.result()
