"""``zhicheng worker``: one process (or more) for each lane, and a keeper that frees what dead workers had in hand.

The first process only starts the others, ends those that hang and starts them again; it does no work that could hold it.
"""

from __future__ import annotations

import logging
import os
import random
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from functools import partial

from django.conf import settings
from django.db import DatabaseError, close_old_connections, connections

from zhicheng.foundation import jobs, liveness, outbox, uploads
from zhicheng.foundation.lanes import Lane
from zhicheng.foundation.supervision import Post, Pulse, keep_running

logger = logging.getLogger(__name__)

POLL_SECONDS = 0.2
CALM_POLL_SECONDS = 1.0  # at night eight processes need not ask five times a second
CALM_AFTER = timedelta(seconds=30)
DATABASE_AWAY_SECONDS = 2.0
KEEPER = "keeper"

Gate = Callable[[bool], bool]
_gates: dict[Lane, Gate] = {}


def gate(lane: Lane) -> Callable[[Gate], Gate]:
    """Register the decorated function to be asked before anything of ``lane`` is taken in hand: it may say that now is no time. It is
    told whether anything is due, and asked every time round, so that it can also put away what is not needed."""

    def register(function: Gate) -> Gate:
        _gates[lane] = function
        return function

    return register


class Rest:
    """How long a process rests before it asks for work again: a fifth of a second, a whole one when there was nothing for a while."""

    def __init__(self) -> None:
        self._busy_at = time.monotonic()

    def seconds(self, *, busy: bool) -> float:
        """0 after work; else what it rests, a little more or less each time so that the processes do not ask in step."""
        now = time.monotonic()
        if busy:
            self._busy_at = now
            return 0.0
        calm = now - self._busy_at > CALM_AFTER.total_seconds()
        return (CALM_POLL_SECONDS if calm else POLL_SECONDS) * random.uniform(0.8, 1.2)  # noqa: S311 - nothing is guessed from it


def run_worker(*, stop_seconds: float = 30) -> None:
    """Run the worker in the foreground until it is told to stop (SIGTERM, SIGINT)."""
    instance = liveness.enter().pk
    posts = [Post(name, partial(_work, lane, instance)) for name, lane in _lanes()]
    posts.append(Post(KEEPER, partial(_keep, instance, posts[:])))
    try:
        # A connection shared by two processes is broken for both.
        keep_running(posts, stop_seconds=stop_seconds, before_fork=connections.close_all)
    finally:
        with suppress(DatabaseError):  # away: the next start sees that this process is no more
            liveness.leave(instance)
        connections.close_all()


def _lanes() -> list[tuple[str, Lane]]:
    """The processes by name: one for a lane, several where the settings say so."""
    several = {Lane.PAPERS: settings.WORKER_PAPER_PROCESSES, Lane.MAIL: settings.WORKER_MAIL_PROCESSES}
    return [
        (str(lane.value) if number == 0 else f"{lane.value}-{number + 1}", lane)
        for lane in Lane
        for number in range(max(1, several.get(lane, 1)))
    ]


def _work(lane: Lane, instance: int, pulse: Pulse, ending: threading.Event) -> None:
    """A lane's process: take the next message or regular job in hand, do it, ask again."""
    claimer = outbox.Claimer(instance, os.getpid())
    random.seed()
    rest, was_away = Rest(), False
    while not ending.is_set():
        pulse.end()
        close_old_connections()
        try:
            if was_away:
                put_down(claimer)
                was_away = False
            busy = do_next(lane, claimer, pulse)
        except DatabaseError:
            logger.exception("the lane %s cannot reach its work", lane)
            connections.close_all()
            was_away = True
            ending.wait(DATABASE_AWAY_SECONDS)
        else:
            ending.wait(rest.seconds(busy=busy))
    connections.close_all()


def put_down(claimer: outbox.Claimer) -> int:
    """Free what this process seems to have in hand: it is about to ask for work, so it has nothing. Its last note did not reach the
    database, and nobody else would free it while this process lives. Return how many messages and jobs that were."""
    freed = jobs.release(instance=claimer.instance, pid=claimer.pid, error="the database was away when the job ended")
    return freed + outbox.release(instance=claimer.instance, pid=claimer.pid)


def do_next(lane: Lane, claimer: outbox.Claimer, pulse: Pulse) -> bool:
    """Do one thing of ``lane``; return whether there was one. Raises ``DatabaseError`` when the database is away."""
    if job := jobs.next_due(lane):
        pulse.begin(job.limit.total_seconds())
        return jobs.run_if_due(job, instance=claimer.instance, pid=claimer.pid)
    due = outbox.has_due(lane)
    if lane in _gates:
        pulse.begin(60)
        due = _gates[lane](due)
    if not due:
        return False
    message = outbox.claim(lane, by=claimer)
    if message is None:
        return False
    pulse.begin(outbox.limit_of(message.kind).total_seconds())
    outbox.run_claimed(message)
    return True


def _keep(instance: int, posts: list[Post], pulse: Pulse, ending: threading.Event) -> None:
    """The keeper's process: count up, free what the dead had in hand, mend what a clock put back has put off."""
    watch = liveness.Watch(instance)
    tidied = 0.0
    while not ending.is_set():
        pulse.begin(120)
        close_old_connections()
        try:
            liveness.beat(instance, {post.name: "silent" if post.pulse.is_silent() else "alive" for post in posts})
            watch.bury_the_dead()
            liveness.free_dead_processes(instance)
            outbox.tidy()
            if time.monotonic() - tidied > timedelta(hours=1).total_seconds() or not tidied:
                liveness.forget_old()
                uploads.tidy()
                tidied = time.monotonic()
        except DatabaseError:
            logger.exception("the keeper cannot reach the database")
            connections.close_all()
        pulse.end()
        ending.wait(liveness.BEAT_SECONDS)
    connections.close_all()
