"""Which starts of the worker live, and freeing what a dead one had in hand.

A dead one is recognised without comparing two clocks. On the same machine its process is looked up: what was killed is free at once.
A worker elsewhere counts up a number every ``BEAT_SECONDS``; when it has not moved for ``DEAD_SECONDS`` of the observer's own
monotonic time, it is dead.
"""

from __future__ import annotations

import logging
import os
import socket
import time
from datetime import timedelta
from pathlib import Path

from django.db.models import F

from zhicheng.foundation import clock, jobs, outbox
from zhicheng.foundation.models import OutboxMessage, OutboxState, RegularRun, WorkerInstance

logger = logging.getLogger(__name__)

BEAT_SECONDS = 3.0
DEAD_SECONDS = 15.0
KEPT = timedelta(days=7)


def host_identity() -> str:
    """This machine, this start of it and this namespace of processes: inside it a process is known by its number."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        space = str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        boot, space = "", ""  # no /proc: only the beats tell
    return f"{socket.gethostname()[:100]} {boot} {space}"


def process_started(pid: int) -> str:
    """When the process began, in the kernel's own count; empty when there is no such process (one that has ended and is only
    waiting to be counted is none)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] in {"Z", "X"} else fields[19]


def enter() -> WorkerInstance:
    """Write down that this process is a worker, and return its row."""
    at, pid = clock.machine_now(), os.getpid()
    return WorkerInstance.objects.create(
        host=host_identity(), pid=pid, pid_started=process_started(pid), started_at=at, seen_at=at
    )


def leave(instance: int) -> None:
    """The worker has ended: what its processes may have left in hand is free."""
    WorkerInstance.objects.filter(pk=instance).update(ended_at=clock.machine_now())
    _free(instance)


def beat(instance: int, lanes: dict[str, object]) -> None:
    """Count up, and say of each lane whether its processes answer."""
    WorkerInstance.objects.filter(pk=instance).update(beats=F("beats") + 1, seen_at=clock.machine_now(), lanes=lanes)


class Watch:
    """What one process has seen of the other workers' beats."""

    def __init__(self, own: int) -> None:
        self._own = own
        self._here = host_identity()
        self._seen: dict[int, tuple[int, float]] = {}

    def bury_the_dead(self) -> int:
        """End every instance that is dead and free what it had in hand; return how many messages and jobs that were."""
        freed = 0
        for other in WorkerInstance.objects.filter(ended_at__isnull=True).exclude(pk=self._own):
            if self._is_dead(other):
                logger.warning("the worker %s of %s is dead: what it had in hand is free", other.pk, other.host)
                WorkerInstance.objects.filter(pk=other.pk).update(ended_at=clock.machine_now())
                freed += _free(other.pk)
        return freed

    def _is_dead(self, other: WorkerInstance) -> bool:
        if other.host == self._here and other.pid_started:
            return process_started(other.pid) != other.pid_started
        at = time.monotonic()
        beats, since = self._seen.get(other.pk, (other.beats, at))
        if beats != other.beats:
            since = at
        self._seen[other.pk] = (other.beats, since)
        return at - since > DEAD_SECONDS


def forget_old() -> int:
    """Remove the rows of workers that ended longer ago than ``KEPT``; return how many."""
    return WorkerInstance.objects.filter(ended_at__lt=clock.machine_now() - KEPT).delete()[0]


def living() -> list[WorkerInstance]:
    """The workers not known to be dead, newest first."""
    return list(WorkerInstance.objects.filter(ended_at__isnull=True).order_by("-seen_at"))


def free_dead_processes(own: int) -> int:
    """Free what processes of this worker had in hand that are no more; return how many messages and jobs that were."""
    held = OutboxMessage.objects.filter(state=OutboxState.PENDING, claimed_by=own).values_list("claimed_pid", flat=True)
    running = RegularRun.objects.filter(claimed_by=own).values_list("claimed_pid", flat=True)
    dead = [pid for pid in {*held, *running} if not _is_running(pid)]
    return sum(outbox.release(instance=own, pid=pid) + jobs.release(instance=own, pid=pid) for pid in dead)


def _is_running(pid: int) -> bool:
    if process_started(os.getpid()):
        return bool(process_started(pid))
    try:  # a system without /proc
        os.kill(pid, 0)
    except OSError:
        return False
    return True


def _free(instance: int) -> int:
    return outbox.release(instance=instance) + jobs.release(instance=instance)
