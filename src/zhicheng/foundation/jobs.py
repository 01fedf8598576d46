"""Regular jobs: what the worker does every so many minutes, and its timetable (``RegularRun``).

A job of the timetable is run by one process of all machines at a time: whoever finds it due claims its row. A job that fails is
logged, keeps its error in the timetable and comes again at its next time.
"""

from __future__ import annotations

import logging
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from django.db.models import Q, QuerySet
from django.utils.module_loading import import_string

from zhicheng.foundation import clock
from zhicheng.foundation.ids import new_error_id
from zhicheng.foundation.lanes import Lane
from zhicheng.foundation.logs import describe_error, working_on
from zhicheng.foundation.models import RegularRun
from zhicheng.foundation.prepared import prepared
from zhicheng.foundation.text import fit_text
from zhicheng.foundation.transactions import one_transaction

logger = logging.getLogger(__name__)

SHORT_ROUND = 15  # minutes; what comes more seldom may take long and has the other lane
LIMIT = timedelta(hours=2)  # how long one run may take before its process is taken to hang
SHORT_LIMIT = timedelta(minutes=5)
_MACHINES = 16  # whose notes a row keeps; a machine whose note went begins with a new one


@dataclass(frozen=True, slots=True)
class RegularJob:
    """A function without arguments that the worker calls every so many minutes, in ``lane``."""

    name: str
    path: str
    minutes: int
    lane: Lane

    @property
    def limit(self) -> timedelta:
        """How long one run may take."""
        return SHORT_LIMIT if self.lane == Lane.ROUNDS else LIMIT


_regular: dict[str, RegularJob] = {}


def regular(name: str, *, minutes: int) -> Callable[[Callable[[], object]], Callable[[], object]]:
    """Register the decorated function to run every ``minutes`` in the worker, under a stable ``name``. It must be idempotent."""
    lane = Lane.ROUNDS if minutes <= SHORT_ROUND else Lane.CHECKS

    def register(function: Callable[[], object]) -> Callable[[], object]:
        _regular[name] = RegularJob(name, f"{function.__module__}.{function.__qualname__}", minutes, lane)
        return function

    return register


def regular_jobs() -> list[RegularJob]:
    """Every registered regular job, by name."""
    return [_regular[name] for name in sorted(_regular)]


@one_transaction
def prepare_schedules() -> list[str]:
    """Write every regular job into the worker's timetable and drop those that no longer exist; return their names. Idempotent."""
    jobs = regular_jobs()
    for job in jobs:
        wanted = {"lane": job.lane, "minutes": job.minutes}
        RegularRun.objects.update_or_create(
            name=job.name, defaults=wanted, create_defaults=wanted | {"next_at": clock.machine_now()}
        )
    RegularRun.objects.exclude(name__in=[job.name for job in jobs]).delete()
    return [job.name for job in jobs]


def next_due(lane: Lane) -> RegularJob | None:
    """The job of ``lane`` that has been due longest and that nobody has in hand. Takes no lock."""
    intervals = _intervals()
    names = _names_due(*_moments(intervals), lane=lane, intervals=intervals)
    return next((_regular[name] for (name,) in names if name in _regular), None)


def run_if_due(job: RegularJob, *, instance: int, pid: int) -> bool:
    """Run ``job`` now if it still is due and nobody has it in hand; return whether it was run. Never raises for a failing job."""
    if not _take_in_hand(job, instance, pid):
        return False
    with working_on(f"job-{job.name}"):
        error = run_now(job)
    mine = RegularRun.objects.filter(name=job.name, claimed_by=instance, claimed_pid=pid)
    mine.update(claimed_by=0, claimed_pid=0, ended_at=clock.machine_now(), last_error=error)
    return True


@one_transaction
def _take_in_hand(job: RegularJob, instance: int, pid: int) -> bool:
    row = _due(job.lane).filter(name=job.name).select_for_update(no_key=True, skip_locked=True).first()
    if row is None:
        return False
    at = clock.machine_now()
    row.claimed_by, row.claimed_pid, row.began_at = instance, pid, at
    row.next_at = at + timedelta(minutes=row.minutes)
    _count_round(row)
    row.save(update_fields=["claimed_by", "claimed_pid", "began_at", "next_at", "rounds", "round_began", "round_notes"])
    return True


def _count_round(row: RegularRun) -> None:
    """Only a run that begins most of an interval after the last counted one: a clock that is set forth and back makes many due.

    That time is the machine's since it was started: the same in all its processes, another on every machine. So each machine notes what it
    showed when the machine last counted, and how many rounds there were; it counts when most of an interval has passed by its own for
    each round that was counted anywhere since, and for the one it counts. A machine that begins, or was started anew, counts none the
    first time: it cannot know how long ago the last one was.
    """
    here, steady = _this_start(), time.monotonic()
    notes = {one: (shown, rounds) for one, shown, rounds in row.round_notes or []}
    if not notes and row.round_began is not None:  # counted by the version before, which knew one machine
        notes[here] = (row.round_began, row.rounds)
    shown, rounds = notes.get(here, (steady, row.rounds))
    passed = steady - shown
    counts = not notes or passed < 0 or passed >= row.minutes * 60 * 5 / 6 * (row.rounds - rounds + 1)
    if counts:
        row.rounds, row.round_began = row.rounds + 1, steady
    if counts or here not in notes:
        notes[here] = (steady, row.rounds)
    newest = sorted(notes.items(), key=lambda note: (note[0] == here, note[1][1]))[-_MACHINES:]
    row.round_notes = [[one, *note] for one, note in newest]


@cache
def _this_start() -> str:
    """This machine since it was started: in it one clock that nobody sets."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:  # no /proc; where that clock shows less than before, it was started anew
        return socket.gethostname()[:100]


def rounds_made(name: str) -> int:
    """How many rounds of a job were made that lie an interval apart, or nearly: what has really passed, whatever the clocks were set to,
    and however many machines take turns."""
    return RegularRun.objects.filter(name=name).values_list("rounds", flat=True).first() or 0


def run_now(job: RegularJob) -> str:
    """Run ``job``, whatever the timetable says; return what went wrong, with the id it has in the log, or nothing."""
    try:
        import_string(job.path)()
    except Exception as error:
        error_id = new_error_id()
        logger.error("the regular job %s failed [%s]", job.name, error_id, exc_info=error)
        return fit_text(f"{error_id} {describe_error(error)}", 2000)
    return ""


def release(*, instance: int, pid: int | None = None, error: str = "the process died before the job was done") -> int:
    """Free the jobs a dead instance (or one dead process of it) had in hand, due again; return how many. ``error`` is what the
    timetable keeps of that run."""
    held = RegularRun.objects.filter(claimed_by=instance)
    if pid is not None:
        held = held.filter(claimed_pid=pid)
    again = {} if pid is not None else {"next_at": clock.machine_now()}  # a job that kills its process waits for its next time
    return held.update(claimed_by=0, claimed_pid=0, last_error=error, **again)


def failing() -> list[RegularRun]:
    """The jobs whose last run failed."""
    return list(RegularRun.objects.exclude(last_error="").order_by("name"))


def late(after: timedelta) -> list[RegularRun]:
    """The jobs that have waited for longer than ``after`` beyond their time, because nobody runs them or because whoever has them in hand
    has had them for longer than a run may take."""
    before = clock.machine_now() - after
    found = Q(claimed_by=0, next_at__lt=before)
    for lane, limit in ((Lane.ROUNDS, SHORT_LIMIT), (Lane.CHECKS, LIMIT)):
        found |= Q(claimed_by__gt=0, lane=lane, next_at__lt=before, began_at__lt=before - limit)
    return list(RegularRun.objects.filter(found).order_by("name"))


def _due(lane: Lane) -> QuerySet[RegularRun]:
    """Due, or further ahead than its interval: the machine's clock was put back."""
    intervals = _intervals()
    return _due_at(*_moments(intervals), lane=lane, intervals=intervals)


def _intervals() -> tuple[int, ...]:
    return tuple(sorted({job.minutes for job in _regular.values()}))


def _moments(intervals: tuple[int, ...]) -> list[datetime]:
    """Now, and the latest time at which a job of each interval can come next."""
    at = clock.machine_now()
    return [at, *(at + timedelta(minutes=minutes, seconds=5) for minutes in intervals)]


def _due_at(at: datetime, *latest: datetime, lane: Lane, intervals: tuple[int, ...]) -> QuerySet[RegularRun]:
    due = Q(next_at__lte=at)
    for minutes, last in zip(intervals, latest, strict=True):
        due |= Q(minutes=minutes, next_at__gt=last)
    return RegularRun.objects.filter(due, lane=lane, claimed_by=0)


@prepared
def _names_due(at: datetime, *latest: datetime, lane: Lane, intervals: tuple[int, ...]) -> QuerySet[RegularRun, tuple[str]]:
    """Asked by every process of the worker every time round."""
    return _due_at(at, *latest, lane=lane, intervals=intervals).order_by("next_at", "name").values_list("name")
