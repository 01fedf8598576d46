import importlib
import threading
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError
from django.db.models import F

from zhicheng.foundation import clock, jobs, outbox, worker
from zhicheng.foundation.lanes import Lane
from zhicheng.foundation.models import OutboxMessage, RegularRun
from zhicheng.foundation.supervision import Pulse


@pytest.fixture
def own_jobs() -> Iterator[None]:
    """Regular jobs registered in the test are forgotten after it."""
    known = dict(jobs._regular)
    yield
    jobs._regular.clear()
    jobs._regular.update(known)


COUNTED: list[str] = []


def count_sheep() -> None:
    """A regular job of these tests."""
    COUNTED.append("sheep")


def lose_sheep() -> None:
    """One that fails."""
    raise ValueError("羊丢了")


def test_regular_jobs_can_be_found_by_the_worker() -> None:
    names = [job.name for job in jobs.regular_jobs()]
    assert "mail.forget" in names
    assert names == sorted(names)
    for job in jobs.regular_jobs():
        module, _, function = job.path.rpartition(".")
        assert callable(getattr(importlib.import_module(module), function))


@pytest.mark.django_db
def test_prepare_jobs_writes_the_timetable_and_is_safe_to_repeat(own_jobs: None) -> None:
    jobs.regular("test.sheep", minutes=7)(count_sheep)
    out = StringIO()
    call_command("prepare_jobs", stdout=out)
    assert "mail.forget" in out.getvalue() and "test.sheep" in out.getvalue()
    before = {one.name: one.next_at for one in RegularRun.objects.all()}
    call_command("prepare_jobs", stdout=out)
    assert {one.name: one.next_at for one in RegularRun.objects.all()} == before
    sheep = RegularRun.objects.get(name="test.sheep")
    assert (sheep.lane, sheep.minutes) == (Lane.ROUNDS, 7)


@pytest.mark.django_db
def test_prepare_jobs_changes_what_changed_and_drops_what_is_gone(own_jobs: None) -> None:
    jobs.regular("test.sheep", minutes=7)(count_sheep)
    jobs.regular("test.old", minutes=7)(count_sheep)
    jobs.prepare_schedules()
    del jobs._regular["test.old"]
    jobs.regular("test.sheep", minutes=90)(count_sheep)
    jobs.prepare_schedules()
    sheep = RegularRun.objects.get(name="test.sheep")
    assert (sheep.minutes, sheep.lane) == (90, Lane.CHECKS)
    assert not RegularRun.objects.filter(name="test.old").exists()


@pytest.fixture
def sheep(own_jobs: None, db: Any) -> RegularRun:
    """A job that comes every seven minutes, alone in the timetable and due."""
    COUNTED.clear()
    jobs._regular.clear()
    jobs.regular("test.sheep", minutes=7)(count_sheep)
    jobs.prepare_schedules()
    return RegularRun.objects.get(name="test.sheep")


def run_due() -> bool:
    job = jobs.next_due(Lane.ROUNDS)
    return job is not None and jobs.run_if_due(job, instance=3, pid=33)


def test_regular_job_runs_once_and_waits_for_its_next_time(sheep: RegularRun) -> None:
    assert run_due() and not run_due()
    sheep.refresh_from_db()
    assert COUNTED == ["sheep"]
    assert timedelta(minutes=6) < sheep.next_at - clock.machine_now() <= timedelta(minutes=7)
    assert sheep.began_at and sheep.ended_at and (sheep.claimed_by, sheep.last_error) == (0, "")


def test_regular_job_in_another_machines_hand_is_not_run(sheep: RegularRun) -> None:
    RegularRun.objects.update(claimed_by=9, claimed_pid=99)
    assert not run_due()
    assert jobs.release(instance=9) == 1
    assert run_due()


def test_regular_job_that_fails_is_logged_and_comes_again(sheep: RegularRun, caplog: pytest.LogCaptureFixture) -> None:
    jobs.regular("test.sheep", minutes=7)(lose_sheep)
    assert run_due()
    assert [(row.name, row.last_error.split(" ", 1)[1]) for row in jobs.failing()] == [("test.sheep", "ValueError")]
    assert jobs.failing()[0].last_error.split()[0] in caplog.text
    jobs.regular("test.sheep", minutes=7)(count_sheep)
    RegularRun.objects.update(next_at=clock.machine_now())
    assert run_due() and not jobs.failing()


def test_regular_job_that_kills_its_process_waits_for_its_next_time(sheep: RegularRun) -> None:
    RegularRun.objects.update(claimed_by=3, claimed_pid=33, next_at=clock.machine_now() + timedelta(minutes=7))
    assert jobs.release(instance=3, pid=33) == 1
    assert not run_due()


@pytest.mark.parametrize("back", [timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)])
def test_regular_job_runs_at_most_its_interval_later_when_the_clock_was_put_back(sheep: RegularRun, back: timedelta) -> None:
    """Its next time was written before that: by the new time it lies further ahead than the job ever waits."""
    assert run_due()
    RegularRun.objects.update(next_at=F("next_at") + back)
    sheep.refresh_from_db()
    late = sheep.next_at - clock.machine_now() > timedelta(minutes=7, seconds=5)
    assert late and run_due()


class Fleet:
    """Machines that take turns at one timetable: each has its own start, its own time since then, and a clock that somebody set."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.passed, self.on, self.job = 0.0, "", jobs._regular["test.sheep"]
        self.up = {"a": 90_000.0, "b": 1_200.0, "c": 5.0}
        self.set_by = dict.fromkeys(self.up, timedelta(0))
        began = clock.machine_now()
        monkeypatch.setattr(clock, "machine_now", lambda: began + timedelta(seconds=self.passed) + self.set_by[self.on])
        monkeypatch.setattr(jobs.time, "monotonic", lambda: self.up[self.on] + self.passed)
        monkeypatch.setattr(jobs, "_this_start", lambda: self.on)

    def turn(self, machine: str, *, seconds: float) -> bool:
        self.passed, self.on = self.passed + seconds, machine
        return jobs.run_if_due(self.job, instance=ord(machine), pid=1)


def test_rounds_are_counted_by_each_machines_own_clock(sheep: RegularRun, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two whose clocks disagree each find the job due: what runs every few seconds is no round."""
    fleet = Fleet(monkeypatch)
    fleet.set_by["b"] = timedelta(hours=9)
    made = sum(fleet.turn("ab"[number % 2], seconds=10) for number in range(40))
    assert made > 30 and jobs.rounds_made("test.sheep") <= 1 + 400 // 350


@pytest.mark.parametrize("machines", ["a", "ab", "abc", "aaaaab", "abcc"])
def test_rounds_are_counted_in_full_whichever_machine_makes_them(
    sheep: RegularRun, monkeypatch: pytest.MonkeyPatch, machines: str
) -> None:
    fleet = Fleet(monkeypatch)
    for number in range(60):
        assert fleet.turn(machines[number % len(machines)], seconds=7 * 60 + 1)
    assert 60 >= jobs.rounds_made("test.sheep") >= 60 - 2 * (len(set(machines)) - 1)


def test_machine_that_was_started_anew_counts_none_at_once(sheep: RegularRun, monkeypatch: pytest.MonkeyPatch) -> None:
    fleet = Fleet(monkeypatch)
    fleet.turn("a", seconds=0)
    for start in range(40):  # each start is one the row does not know
        fleet.up[chr(200 + start)], fleet.set_by[chr(200 + start)] = 3.0 - fleet.passed, timedelta(0)
        assert fleet.turn(chr(200 + start), seconds=7 * 60 + 1)
    assert jobs.rounds_made("test.sheep") == 1
    assert fleet.turn(fleet.on, seconds=7 * 60 + 1) and jobs.rounds_made("test.sheep") == 2
    notes = RegularRun.objects.get().round_notes
    assert notes is not None and len(notes) == 16


def test_rounds_of_the_version_before_go_on(sheep: RegularRun, monkeypatch: pytest.MonkeyPatch) -> None:
    fleet = Fleet(monkeypatch)
    RegularRun.objects.update(rounds=12, round_began=fleet.up["a"])
    assert fleet.turn("a", seconds=10) and jobs.rounds_made("test.sheep") == 12
    assert fleet.turn("a", seconds=7 * 60) and jobs.rounds_made("test.sheep") == 13


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


def test_regular_job_whose_end_could_not_be_noted_is_put_down_by_its_own_process(sheep: RegularRun) -> None:
    """The database was away when the job ended: the row names a process that lives on."""
    RegularRun.objects.update(claimed_by=3, claimed_pid=33, began_at=clock.machine_now())
    assert not run_due()
    assert worker.put_down(outbox.Claimer(3, 34)) == 0, "that of another process is its own"
    assert worker.put_down(outbox.Claimer(3, 33)) == 1
    assert run_due()
    sheep.refresh_from_db()
    assert (sheep.claimed_by, sheep.last_error) == (0, "")


def test_regular_job_in_hand_for_longer_than_a_run_may_take_is_late(sheep: RegularRun) -> None:
    at = clock.machine_now()
    RegularRun.objects.update(claimed_by=3, claimed_pid=33, began_at=at, next_at=at - timedelta(hours=2))
    assert jobs.late(timedelta(hours=1)) == []
    RegularRun.objects.update(began_at=at - timedelta(hours=2))
    assert jobs.late(timedelta(hours=1)) == [sheep]


def test_lane_puts_down_what_it_had_in_hand_when_the_database_is_back(sheep: RegularRun, monkeypatch: pytest.MonkeyPatch) -> None:
    ending, asked = threading.Event(), []

    def ask(lane: Lane, claimer: outbox.Claimer, pulse: Pulse) -> bool:
        asked.append(RegularRun.objects.get().claimed_by)
        if len(asked) == 1:  # it ran a job, and could not say so
            RegularRun.objects.update(claimed_by=claimer.instance, claimed_pid=claimer.pid)
            raise DatabaseError
        ending.set()
        return True

    monkeypatch.setattr(worker, "do_next", ask)
    monkeypatch.setattr(worker, "DATABASE_AWAY_SECONDS", 0.0)
    for away in ("close_old_connections",):
        monkeypatch.setattr(worker, away, lambda: None)
    monkeypatch.setattr(worker.connections, "close_all", lambda: None)  # the test's own transaction
    worker._work(Lane.ROUNDS, 3, Pulse(10), ending)
    assert asked == [0, 0]
