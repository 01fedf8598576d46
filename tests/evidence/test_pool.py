"""The real processes that examine: apart for strangers, killed, asked to stop."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.support.beginnings import Beginning
from tests.support.elsewhere import Elsewhere, elsewhere_on
from tests.support.loaded import Process
from zhicheng.evidence.leases import LEASE
from zhicheng.foundation.liveness import process_started

MOVED_ON = LEASE.total_seconds() - 1
PROCESSES = Path(__file__).with_name("processes.py")


@pytest.fixture
def elsewhere(db: Any) -> Iterator[Elsewhere]:
    with elsewhere_on(PROCESSES, after=Beginning(PROCESSES, ("migrate",))) as there:
        yield there


@contextmanager
def pool(elsewhere: Elsewhere) -> Iterator[Process]:
    """The examiners at work; afterwards they are asked to stop and must do so in order."""
    running = elsewhere.start("examine")
    try:
        yield running
    finally:
        running.terminate()
        running.communicate(timeout=60)
    assert running.returncode == 0


def children(pid: int) -> list[int]:
    """The processes that ``pid`` has started, oldest first."""
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def outcomes(elsewhere: Elsewhere) -> list[Any]:
    return list(json.loads(elsewhere.run("outcomes")))


def wait_for_state(elsewhere: Elsewhere, state: str) -> None:
    elsewhere.run("wait_for_state", state)


def test_files_made_to_waste_time_hold_up_nobody_else(elsewhere: Elsewhere) -> None:
    """Strangers' stand in a lane of their own, and in it those that need longer behind those that do not."""
    elsewhere.run(
        "bring", *[f"slow:203.0.113.{number}" for number in range(4)], "good:203.0.114.1", "itself:applicant", "good:clerk"
    )
    with pool(elsewhere):
        elsewhere.run("wait_for_state", "kept", "2")
        assert [row[0] for row in outcomes(elsewhere)].count("kept") == 2
        before = elsewhere.run("ended").split()
        slow = before.index("slow.pdf") if "slow.pdf" in before else len(before)
        assert before[:slow].count("good.pdf") == 2


def test_file_in_the_hands_of_a_killed_examiner_is_taken_up_within_30_seconds(elsewhere: Elsewhere) -> None:
    """What was written of it is moved back, by less than it is waited for, and counted."""
    elsewhere.run("bring", "slow:applicant")
    with pool(elsewhere) as running:
        wait_for_state(elsewhere, "examining")
        for examiner in children(running.pid):
            os.kill(examiner, signal.SIGKILL)
        killed = time.monotonic() - MOVED_ON
        elsewhere.run("let_time_pass", str(MOVED_ON))
        elsewhere.run("wait_for_attempt", "2", "40")
        assert outcomes(elsewhere)[0][2] == 2
        assert time.monotonic() - killed < 30


def test_pool_that_is_asked_to_stop_gives_back_what_it_has_in_hand(elsewhere: Elsewhere) -> None:
    running = elsewhere.start("examine")
    elsewhere.run("bring", "slow:applicant")
    wait_for_state(elsewhere, "examining")
    running.terminate()
    running.communicate(timeout=20)
    assert running.returncode == 0
    (row,) = outcomes(elsewhere)
    assert (row[0], row[2]) in {("waiting", 0), ("refused", 1)}


def test_pool_killed_outright_leaves_nobody_behind(elsewhere: Elsewhere) -> None:
    running = elsewhere.start("examine")
    elsewhere.run("bring", "slow:applicant")
    wait_for_state(elsewhere, "examining")
    left = children(running.pid)
    running.kill()
    running.communicate(timeout=30)
    until = time.monotonic() + 20
    while any(map(process_started, left)) and time.monotonic() < until:
        time.sleep(0.05)
    assert left and not any(map(process_started, left))
