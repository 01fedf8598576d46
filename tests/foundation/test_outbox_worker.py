"""The outbox and its workers: killed in the middle, several at once."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django_q.models import OrmQ

from tests.foundation.queueing import queue
from tests.support.elsewhere import Elsewhere
from zhicheng.foundation import outbox
from zhicheng.foundation.models import OutboxMessage

Register = Callable[..., Any]


def read_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def kill_in_the_middle(process: subprocess.Popen[str]) -> None:
    assert read_line(process) == "in the middle"
    os.kill(process.pid, signal.SIGKILL)
    process.wait(10)
    assert process.stdout is not None
    process.stdout.close()
    assert process.returncode == -signal.SIGKILL


def test_worker_killed_in_the_middle_loses_nothing_and_repeats_nothing(elsewhere: Elsewhere) -> None:
    elsewhere.run("queue", "test.effect", "one")
    kill_in_the_middle(elsewhere.start("drain", STOP_IN_THE_MIDDLE="1"))
    assert elsewhere.run("effects") == "0"  # what it had written is gone with it
    assert elsewhere.run("states") == "pending"
    elsewhere.run("let_time_pass")
    assert elsewhere.run("sweep_and_drain") == "1 1"
    assert elsewhere.run("sweep_and_drain") == "0 0"
    assert elsewhere.run("effects") == "1"
    assert elsewhere.run("states") == "done"
    assert "共 1 条记录" in elsewhere.run("verify")


def test_worker_killed_in_the_middle_of_slow_work_does_it_again(elsewhere: Elsewhere) -> None:
    elsewhere.run("queue", "test.outside", "one")
    kill_in_the_middle(elsewhere.start("drain", STOP_IN_THE_MIDDLE="1"))
    assert elsewhere.run("sweep_and_drain") == "0 0"  # the lease still holds
    elsewhere.run("let_time_pass")
    assert elsewhere.run("sweep_and_drain") == "1 1"
    assert [path.name for path in elsewhere.folder.glob("effect-*")] == ["effect-one"]
    assert elsewhere.run("states") == "done"


def test_worker_does_what_is_queued_while_it_runs(elsewhere: Elsewhere) -> None:
    worker = elsewhere.start("worker")
    try:
        elsewhere.run("queue", "test.effect", "one")
        elsewhere.run("queue_mail", "two")
        until = time.monotonic() + 60
        while elsewhere.run("states") != "done done" and time.monotonic() < until:
            time.sleep(0.2)
        assert elsewhere.run("states") == "done done"
        assert elsewhere.run("effects") == "1"
    finally:
        worker.terminate()
        worker.communicate(timeout=60)
    assert worker.returncode == 0


def children(pid: int) -> list[int]:
    """The processes that ``pid`` has started, oldest first."""
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_worker_killed_while_it_waits_is_replaced(elsewhere: Elsewhere) -> None:
    """It dies with the queue's lock in its hand; see foundation/supervision.py."""
    worker = elsewhere.start("worker", "6")
    try:
        until = time.monotonic() + 60
        pool: list[int] = []
        while len(pool) < 3 and time.monotonic() < until:  # the one that works, and two that carry
            time.sleep(0.1)
            pool = [at_work for group in children(worker.pid) for one in children(group) for at_work in children(one)]
        time.sleep(1)
        os.kill(pool[0], signal.SIGKILL)
        elsewhere.run("queue", "test.effect", "one")
        elsewhere.run("let_time_pass")
        while elsewhere.run("states") != "done" and time.monotonic() < until:
            time.sleep(0.2)
        assert elsewhere.run("effects") == "1"
    finally:
        worker.terminate()
        worker.communicate(timeout=60)
    assert worker.returncode == 0


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
    assert OutboxMessage.objects.count() == OrmQ.objects.count() == 1
