import importlib
import re
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from django_q.models import OrmQ, Schedule

import zhicheng
from zhicheng.foundation import jobs, outbox
from zhicheng.foundation.models import OutboxMessage


@pytest.fixture
def own_jobs() -> Iterator[None]:
    """Regular jobs registered in the test are forgotten after it."""
    known = dict(jobs._regular)
    yield
    jobs._regular.clear()
    jobs._regular.update(known)


def count_sheep() -> None:
    """A regular job of these tests."""


def test_only_one_module_knows_the_queue() -> None:
    package = Path(zhicheng.__file__).parent
    importing = re.compile(r"^\s*(from|import) django_q", re.MULTILINE)
    using = [path for path in package.rglob("*.py") if importing.search(path.read_text())]
    assert [str(path.relative_to(package)) for path in using] == ["foundation/jobs.py"]


def test_regular_jobs_can_be_found_by_the_worker() -> None:
    names = [job.name for job in jobs.regular_jobs()]
    assert "outbox.sweep" in names
    assert names == sorted(names)
    for job in jobs.regular_jobs():
        module, _, function = job.path.rpartition(".")
        assert callable(getattr(importlib.import_module(module), function))


@pytest.mark.django_db
def test_prepare_jobs_writes_the_timetable_and_is_safe_to_repeat(own_jobs: None) -> None:
    jobs.regular("test.sheep", minutes=7)(count_sheep)
    out = StringIO()
    call_command("prepare_jobs", stdout=out)
    assert "outbox.sweep" in out.getvalue() and "test.sheep" in out.getvalue()
    before = {one.name: (one.pk, one.next_run) for one in Schedule.objects.all()}
    call_command("prepare_jobs", stdout=out)
    assert {one.name: (one.pk, one.next_run) for one in Schedule.objects.all()} == before
    sweep = Schedule.objects.get(name="outbox.sweep")
    assert (sweep.func, sweep.minutes, sweep.repeats) == ("zhicheng.foundation.outbox.sweep", 1, -1)


@pytest.mark.django_db
def test_prepare_jobs_changes_what_changed_and_drops_what_is_gone(own_jobs: None) -> None:
    Schedule.objects.create(name="old", func="zhicheng.gone.away", schedule_type=Schedule.MINUTES, minutes=1)
    Schedule.objects.create(name="foreign", func="other.thing", schedule_type=Schedule.MINUTES, minutes=1)
    jobs.regular("test.sheep", minutes=7)(count_sheep)
    jobs.prepare_schedules()
    jobs.regular("test.sheep", minutes=9)(count_sheep)
    jobs.prepare_schedules()
    assert Schedule.objects.get(name="test.sheep").minutes == 9
    assert not Schedule.objects.filter(name="old").exists()
    assert Schedule.objects.filter(name="foreign").exists()


@pytest.mark.django_db(transaction=True)
def test_wake_outbox_with_another_broker_waits_for_the_commit(settings: Any) -> None:
    settings.Q_CLUSTER = {name: value for name, value in settings.Q_CLUSTER.items() if name != "orm"}
    with transaction.atomic():
        outbox.queue(kind="test.kind", payload={}, key="one")
        assert not OrmQ.objects.exists()
    assert OrmQ.objects.count() == OutboxMessage.objects.count() == 1


@pytest.mark.django_db
def test_drain_outbox_command_says_what_it_did(register: Any) -> None:
    register("test.kind")(str)
    for key in ("one", "two", "three"):
        outbox.queue(kind="test.kind", payload={}, key=key)
    OutboxMessage.objects.filter(key="three").update(state="failed")
    out = StringIO()
    call_command("drain_outbox", limit=1, stdout=out)
    call_command("drain_outbox", stdout=out)
    call_command("drain_outbox", retry_failed=True, stdout=out)
    assert out.getvalue().splitlines() == [
        "处理了 1 条消息；等待 1 条，失败 1 条。",
        "处理了 1 条消息；等待 0 条，失败 1 条。",
        "处理了 1 条消息；等待 0 条，失败 0 条。",
    ]
