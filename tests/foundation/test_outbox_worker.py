"""The outbox and its workers: killed in the middle, several at once."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from django.db import connections, transaction

from tests.foundation.queueing import queue
from tests.support.elsewhere import Elsewhere
from tests.support.loaded import Process
from zhicheng.foundation import liveness, outbox
from zhicheng.foundation.lanes import Lane
from zhicheng.foundation.models import OutboxMessage

Register = Callable[..., Any]
AS_OFTEN = 10  # times as often as at work


def read_line(process: Process) -> str:
    return process.stdout.readline().strip()


def kill_in_the_middle(process: Process) -> None:
    assert read_line(process) == "in the middle"
    os.kill(process.pid, signal.SIGKILL)
    process.wait(10)
    assert process.returncode == -signal.SIGKILL


def test_worker_killed_in_the_middle_loses_nothing_and_repeats_nothing(elsewhere: Elsewhere) -> None:
    elsewhere.run("queue", "test.effect", "one")
    kill_in_the_middle(elsewhere.start("stop_in_the_middle", "drain"))
    assert elsewhere.run("effects") == "0"  # what it had written is gone with it
    assert elsewhere.run("states") == "pending"
    elsewhere.run("let_time_pass")
    assert elsewhere.run("drain") == "1"
    assert elsewhere.run("drain") == "0"
    assert elsewhere.run("effects") == "1"
    assert elsewhere.run("states") == "done"
    assert "共 1 条记录" in elsewhere.run("verify")


def test_worker_killed_in_the_middle_of_slow_work_does_it_again(elsewhere: Elsewhere) -> None:
    elsewhere.run("queue", "test.outside", "one")
    kill_in_the_middle(elsewhere.start("stop_in_the_middle", "drain"))
    assert elsewhere.run("drain") == "0"  # the lease still holds
    elsewhere.run("let_time_pass")
    assert elsewhere.run("drain") == "1"
    assert [path.name for path in elsewhere.folder.glob("effect-*")] == ["effect-one"]
    assert elsewhere.run("states") == "done"


def test_worker_does_what_is_queued_while_it_runs(elsewhere: Elsewhere) -> None:
    worker = elsewhere.start("worker")
    try:
        elsewhere.run("queue", "test.effect", "one")
        elsewhere.run("queue_mail", "two")
        wait_until(elsewhere, "states", "done done", 60)
        assert elsewhere.run("effects") == "1"
    finally:
        worker.terminate()
        worker.communicate(timeout=60)
    assert worker.returncode == 0


def descendants(pid: int) -> list[int]:
    """``pid`` and every process it has started, and they."""
    found = [pid]
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in children.read_text().split():
            found += descendants(int(child))
    return found


def kill_everything(worker: Process) -> None:
    for pid in descendants(worker.pid):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    worker.communicate(timeout=10)


def wait_until(elsewhere: Elsewhere, word: str, answer: str, seconds: float = 120) -> None:
    elsewhere.run("wait_until", word, answer, str(seconds))


@contextmanager
def at_work(elsewhere: Elsewhere, *words: str) -> Iterator[Process]:
    """A worker, stopped at the end as an operator stops it."""
    worker = elsewhere.start(*(words or ["worker"]))
    try:
        yield worker
    finally:
        if worker.poll() is None:
            worker.terminate()
            worker.communicate(timeout=60)
            assert worker.returncode == 0


@pytest.mark.parametrize("kind", ["test.effect", "test.outside"])
@pytest.mark.parametrize("where", ["here", "on another machine"])
def test_everything_killed_is_taken_up_again_soon_after_the_restart(elsewhere: Elsewhere, kind: str, where: str) -> None:
    """Thirty seconds are promised (docs/operations.md); the longest way is that of a worker nobody here can look up: there the time that is
    not waited from one look to the next has passed by the clock of the one who looks, and is counted.
    """
    elsewhere.run("queue", kind, "one")
    worker = elsewhere.start("stop_in_the_middle", "worker")
    until = time.monotonic() + 30
    while not (elsewhere.folder / "in the middle").exists():
        assert time.monotonic() < until
        time.sleep(0.05)
    assert elsewhere.run("in_hand") == "1"
    kill_everything(worker)
    (elsewhere.folder / "go on").touch()
    if where == "here":
        with at_work(elsewhere):
            wait_until(elsewhere, "states", "done", 15)
    else:
        elsewhere.run("say_it_runs_elsewhere")
        with at_work(elsewhere, "worker_that_looks_often", str(AS_OFTEN)):
            began = time.monotonic()
            looks = int(elsewhere.run("looks_until_done", "30"))
            waited = time.monotonic() - began
        assert looks > liveness.DEAD_SECONDS / liveness.BEAT_SECONDS, "one who may be alive is not taken for dead"
        assert waited + looks * liveness.BEAT_SECONDS * (1 - 1 / AS_OFTEN) < 30
    assert elsewhere.run("effects") == ("1" if kind == "test.effect" else "0")


def test_process_of_a_lane_that_is_killed_is_replaced_and_its_work_done(elsewhere: Elsewhere) -> None:
    elsewhere.run("queue", "test.outside", "one")
    with at_work(elsewhere, "stop_in_the_middle", "worker_in_a_hurry") as worker:
        assert read_line(worker) == "in the middle"
        (elsewhere.folder / "go on").touch()
        os.kill(int((elsewhere.folder / "in the middle").read_text()), signal.SIGKILL)
        wait_until(elsewhere, "states", "done")


def test_lane_that_stands_still_holds_no_other_and_is_started_again(elsewhere: Elsewhere) -> None:
    elsewhere.run("queue", "test.hangs", "one")
    with at_work(elsewhere, "worker_in_a_hurry"):
        wait_until(elsewhere, "in_hand", "1")
        elsewhere.run("queue", "test.effect", "two")
        wait_until(elsewhere, "effects", "1", 60)
        wait_until(elsewhere, "states", "done done")  # the process that hung was ended, and another has done its work


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_process_message_by_several_workers_at_once_runs_it_once(register: Register) -> None:
    runs: list[str] = []

    def slow(message: OutboxMessage) -> None:
        runs.append(message.key)
        time.sleep(0.3)

    register("test.kind")(slow)
    message = queue()
    results: list[bool] = []

    def work() -> None:
        try:
            results.append(outbox.process_message(message.pk))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert runs == ["one"]
    assert sorted(results) == [False, False, False, False, True]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_queue_one_key_from_several_threads_is_one_message() -> None:
    errors: list[BaseException] = []
    start = threading.Barrier(5)

    def work() -> None:
        try:
            start.wait(10)
            queue()
        except BaseException as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not errors
    assert OutboxMessage.objects.count() == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_claimed_message_held_for_an_instant_by_who_looks_for_work_is_run(register: Register) -> None:
    register("test.kind")(str)
    queue(key="held")
    message = outbox.claim(Lane.EFFECTS, by=outbox.Claimer(1, 1))
    assert message is not None
    held = threading.Event()

    def look_for_work() -> None:  # the row is locked before it is seen that somebody has claimed it
        with transaction.atomic():
            OutboxMessage.objects.select_for_update(no_key=True).get(pk=message.pk)
            held.set()
            time.sleep(0.1)
        connections.close_all()

    other = threading.Thread(target=look_for_work)
    other.start()
    assert held.wait(10)
    assert outbox.run_claimed(message)
    other.join(10)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_claim_by_several_workers_at_once_gives_each_message_to_one(register: Register) -> None:
    register("test.kind")(str)
    for number in range(40):
        queue(key=str(number), sequence=f"of:{number % 3}")
    taken: list[str] = []
    errors: list[BaseException] = []

    def work(pid: int) -> None:
        try:
            until = time.monotonic() + 20
            while len(taken) < 40 and time.monotonic() < until:
                if message := outbox.claim(Lane.EFFECTS, by=outbox.Claimer(1, pid)):
                    taken.append(message.key)
                    assert outbox.run_claimed(message)
        except BaseException as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=[pid]) for pid in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not errors
    assert sorted(taken, key=int) == [str(number) for number in range(40)]
    for sequence in range(3):
        of_it = [int(key) for key in taken if int(key) % 3 == sequence]
        assert of_it == sorted(of_it)
