"""Background work: the only module that knows django-q2.

The outbox row is the truth; a task in the queue only says "look at that row now". A task that is lost costs a minute (the sweep
finds the row), a task that comes twice costs nothing (the row is done).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core.management import call_command
from django.db import connections, transaction

from zhicheng.foundation.supervision import Pulse, keep_running

logger = logging.getLogger(__name__)

_RUN_MESSAGE = "zhicheng.foundation.outbox.process_message"
IDLE_SECONDS = 180  # three times the shortest interval of a regular job


@dataclass(frozen=True, slots=True)
class RegularJob:
    """A function without arguments that the worker calls every so many minutes."""

    name: str
    path: str
    minutes: int


_regular: dict[str, RegularJob] = {}


def regular(name: str, *, minutes: int) -> Callable[[Callable[[], object]], Callable[[], object]]:
    """Register the decorated function to run every ``minutes`` in the worker, under a stable ``name``. It must be idempotent."""

    def register(function: Callable[[], object]) -> Callable[[], object]:
        _regular[name] = RegularJob(name=name, path=f"{function.__module__}.{function.__qualname__}", minutes=minutes)
        return function

    return register


def regular_jobs() -> list[RegularJob]:
    """Every registered regular job, by name."""
    return [_regular[name] for name in sorted(_regular)]


def wake_outbox(message_id: int) -> None:
    """Ask the worker to look at this outbox row, once the present transaction has been committed.

    With the queue in our own database the task is a row of the same transaction; another broker is told after the commit. A
    broker that cannot be reached then is no disaster: it is logged, and the sweep finds the row.
    """
    if settings.Q_CLUSTER.get("orm") == "default":
        _enqueue(message_id)
    else:
        transaction.on_commit(lambda: _enqueue(message_id), robust=True)


def _enqueue(message_id: int) -> None:
    from django_q.tasks import async_task  # needs the app registry

    # Not saved as a django-q result: the outbox row says what became of it.
    async_task(_RUN_MESSAGE, message_id, q_options={"save": False, "task_name": f"outbox-{message_id}"})


def prepare_schedules() -> list[str]:
    """Write every regular job into the worker's timetable and drop those that no longer exist; return their names. Idempotent."""
    from django_q.models import Schedule

    from zhicheng.foundation.clock import machine_now

    jobs = regular_jobs()
    with transaction.atomic():
        for job in jobs:
            wanted = {"func": job.path, "schedule_type": Schedule.MINUTES, "minutes": job.minutes, "repeats": -1}
            Schedule.objects.update_or_create(
                name=job.name, defaults=wanted, create_defaults=wanted | {"next_run": machine_now()}
            )
        Schedule.objects.filter(func__startswith="zhicheng.").exclude(name__in=[job.name for job in jobs]).delete()
    return [job.name for job in jobs]


def worker_seen() -> datetime | None:
    """When the worker last began one of its every-minute jobs (a time of the machine); ``None`` if it never ran."""
    from django_q.models import Schedule

    minutely = [job.name for job in regular_jobs() if job.minutes == 1]
    due = Schedule.objects.filter(name__in=minutely, task__isnull=False).order_by("-next_run").values_list("next_run", flat=True)
    latest: datetime | None = due.first()
    return latest - timedelta(minutes=1) if latest is not None else None


def run_worker(*, idle_seconds: float = IDLE_SECONDS) -> None:
    """Run the worker in the foreground until it is told to stop (SIGTERM, SIGINT).

    The regular jobs are its pulse: when it has been idle for ``idle_seconds`` although one is due every minute, it hangs and is
    started again.
    """
    from django_q.signals import post_execute_in_worker, pre_execute

    pulse = Pulse()

    def begin(**kwargs: object) -> None:
        pulse.begin()

    def end(**kwargs: object) -> None:
        pulse.end()

    pre_execute.connect(begin)
    post_execute_in_worker.connect(end)
    try:
        busy_seconds = settings.Q_CLUSTER["timeout"] + 60
        keep_running(_run_cluster, pulse=pulse, idle_seconds=idle_seconds, busy_seconds=busy_seconds)
    finally:
        pre_execute.disconnect(begin)
        post_execute_in_worker.disconnect(end)


def _run_cluster() -> None:
    from zhicheng.foundation.outbox import sweep

    sweep()  # what the last cluster had in hand when it ended
    connections.close_all()
    call_command("qcluster")
