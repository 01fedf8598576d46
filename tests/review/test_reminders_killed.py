"""Over random clocks, with the worker killed at any statement: each reminder is queued once, one mail a day, and delivered once but for the
one case that operations.md names, then under the same Message-ID."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.review.test_reminders import end_of
from tests.support import world as w
from tests.support.told_once import told_once
from zhicheng.applications.models import Application
from zhicheng.foundation import clock, outbox
from zhicheng.foundation.models import OutboxMessage, OutboxState
from zhicheng.foundation.quiet import quiet_hours
from zhicheng.messages.digests import send_digests
from zhicheng.messages.models import Digest, Message
from zhicheng.review.jobs import remind

pytestmark = pytest.mark.django_db
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


class Killed(BaseException):
    """SIGKILL: nothing catches it."""


@contextmanager
def killed_at(number: int) -> Iterator[None]:
    """The process is gone before its ``number``-th statement: the transaction it is in is undone, those before it stand."""
    left = number

    def count(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal left
        if "SAVEPOINT" not in sql:  # they stand for the beginning and the end of a transaction
            left -= 1
            if left == 0:
                raise Killed
        return execute(sql, params, many, context)

    try:
        with connection.execute_wrapper(count):
            yield
    except Killed:
        pass


def deliver() -> None:
    """What waits for the mail server, a lease that ran out among it."""
    waiting = OutboxMessage.objects.filter(kind="mail", state=OutboxState.PENDING, key__startswith="digest:")
    for message in list(waiting):
        OutboxMessage.objects.filter(pk=message.pk).update(next_attempt_at=clock.machine_now() - DAY, attempts=0)
        outbox.process_message(message.pk)


WORK = {"remind": remind, "digest": send_digests, "deliver": deliver}
steps = st.lists(
    st.tuples(st.sampled_from(sorted(WORK)), st.sampled_from([1, 10, 60, 400, 1440, 3000, -600]), st.integers(0, 40)),
    min_size=5,
    max_size=40,
)


@told_once
def under_way(world: w.World) -> dict[str, Application]:
    draft = w.start(world)
    returned = w.submitted(world, world.new_applicant())
    w.give_back(world.unit_admin, returned)
    w.submitted(world, world.new_applicant())
    outbox.drain(1000)
    return {"draft": draft, "returned": returned}


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(start=st.integers(0, 60 * 24 * 30), steps=steps)
def test_reminder_is_queued_once_and_mailed_once_a_day_whatever_is_killed(
    under_way: dict[str, Application], start: int, steps: list[tuple[str, int, int]]
) -> None:
    with transaction.atomic():
        mail.outbox.clear()
        run(under_way, start, steps)
        transaction.set_rollback(True)


def run(under_way: dict[str, Application], start: int, steps: list[tuple[str, int, int]]) -> None:
    at, again, delivered_at = w.IN_WINDOW + start * MINUTE, Counter[str](), dict[str, datetime]()
    for name, minutes, kill in steps:
        at += minutes * MINUTE
        before = len(mail.outbox)
        with clock.travel(at), killed_at(kill):
            WORK[name]()
        for sent in mail.outbox[before:]:
            delivered_at[sent.extra_headers["Message-ID"]] = at
            if kill:
                again[sent.extra_headers["Message-ID"]] += 1  # it may not have been noted
    at = max(at, end_of(under_way["returned"], "correct_until") - DAY).replace(hour=12) + DAY
    with clock.travel(at):
        remind()
        send_digests()
        deliver()
    keys = [row.key for row in Message.objects.filter(is_reminder=True)]
    assert len(keys) == len(set(keys))
    days = Counter((row.user_id, row.organization_id, row.day) for row in Digest.objects.all())
    assert set(days.values()) <= {1}
    assert not Message.objects.filter(is_reminder=True, waits=True).exists(), "none is forgotten"
    ids = Counter(sent.extra_headers["Message-ID"] for sent in mail.outbox)
    assert len(ids) == Digest.objects.count(), "each mail of a day under one Message-ID"
    assert all(count <= 1 + again[name] for name, count in ids.items()), (
        "twice only where a delivery was killed before it was noted"
    )
    assert not [moment for moment in delivered_at.values() if quiet_hours().holds(moment)]
