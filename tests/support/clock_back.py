"""What the process of tests/foundation/test_clock_put_back.py does, on a machine whose clock is put back under it, three times."""

from __future__ import annotations

import os
import select
import time
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import django
from django.utils import timezone

BEGAN = time.monotonic()
SHOWN = datetime.fromisoformat("2023-05-24T10:00:00+08:00")
BY = (60, 60 * 60, 24 * 60 * 60)  # a minute, an hour, a day
back = timedelta()
# Below Python: the C library's clock of this process is moved by libfaketime, which reads from this file by how much.
MACHINE = os.environ.get("FAKETIME_TIMESTAMP_FILE", "")


def machine() -> datetime:
    return SHOWN.astimezone(timezone.get_default_timezone()) - back + timedelta(seconds=time.monotonic() - BEGAN)


def put_back(seconds: int) -> None:
    global back
    back += timedelta(seconds=seconds)
    if MACHINE:
        Path(MACHINE).write_text(f"{int(os.environ['SECONDS_TO_SHOWN']) - int(back.total_seconds())}\n")
        assert abs(clock.machine_now() - machine()) < timedelta(minutes=2), "the clock really is another one"


if MACHINE:  # the library refuses a sleep until a moment of a clock that it does not move
    time.sleep = lambda seconds: select.select([], [], [], seconds)  # type: ignore[assignment,misc]
else:
    # The edge: nobody else asks the machine (a lint rule holds that), and libraries ask it through one of these two.
    timezone.now = machine  # type: ignore[assignment]  # noqa: TID251
    time.time = lambda: machine().timestamp()

django.setup()

from django.db.models import Q  # noqa: E402

from tests.support import world as w  # noqa: E402
from tests.support.verified import everything_holds  # noqa: E402
from tests.web.applicant.kit import client_of  # noqa: E402
from zhicheng.applications.models import Application, StatusChange  # noqa: E402
from zhicheng.foundation import clock, jobs, ledger, liveness, outbox  # noqa: E402
from zhicheng.foundation.lanes import Lane  # noqa: E402
from zhicheng.foundation.models import LedgerEntry, OutboxMessage, OutboxState  # noqa: E402


def go_on(world: w.World, number: int) -> None:
    """Look, act, and let the worker do what waits, also what was queued while the clock showed more."""
    assert client_of(world.applicant).get("/my/applications/").status_code == 200
    assert client_of(world.unit_admin).get("/desk/").status_code == 200
    w.give_back(world.unit_admin, Application.objects.get(pk=number))
    w.submit(world.applicant, Application.objects.get(pk=number))
    instance, ran = liveness.enter().pk, set()
    for lane in Lane:
        while (job := jobs.next_due(lane)) is not None:
            assert jobs.run_if_due(job, instance=instance, pid=os.getpid())
            ran.add(job.name)
    assert "health.probe" in ran and not jobs.failing(), "what comes every minute came"
    outbox.drain()
    waiting = OutboxMessage.objects.filter(state=OutboxState.PENDING).filter(~Q(kind__startswith="system."))
    assert not [message.kind for message in waiting], "nothing waits until the clock shows again what it did"


def main() -> None:
    """On a migrated database."""
    put_back(0)
    jobs.prepare_schedules()
    world = w.make_world()
    number = w.submitted(world).pk
    go_on(world, number)
    for seconds in BY:
        put_back(seconds)
        go_on(world, number)
    assert ledger.verify().ok
    everything_holds()
    changes = list(StatusChange.objects.filter(application_id=number).order_by("id"))
    assert all(one.to_state == other.from_state for one, other in pairwise(changes)), "the order is the one it was done in"
    times = list(LedgerEntry.objects.order_by("number").values_list("at", flat=True))
    print(sum(later < earlier for earlier, later in pairwise(times)), len(changes))
