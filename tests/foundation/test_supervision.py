import inspect
import re
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.foundation.conftest import Elsewhere
from tests.support.loaded import Process
from zhicheng.evidence import pool
from zhicheng.foundation import supervision
from zhicheng.foundation.supervision import Pulse
from zhicheng.foundation.worker import run_worker

ROOT = Path(__file__).resolve().parent.parent.parent
STOP_SECONDS = {"worker": inspect.signature(run_worker).parameters["stop_seconds"].default, "examiner": pool.STOP_SECONDS}
Supervised = Callable[[str], tuple[Process, Path]]


def wait_for(count: int, starts: Path) -> list[str]:
    """The processes that were started, once there are ``count`` of them."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        lines = starts.read_text().split() if starts.exists() else []
        if len(lines) >= count:
            return lines
        time.sleep(0.05)
    raise AssertionError(f"{count} starts expected")


@pytest.fixture
def supervised(elsewhere: Elsewhere) -> Iterator[Callable[[str], tuple[Process, Path]]]:
    """Starts supervised workers of some behaviour; gives their supervisor and the list of their starts. All end with the test."""
    started: list[Process] = []

    def start(behaviour: str) -> tuple[Process, Path]:
        started.append(elsewhere.start("supervise", behaviour))
        return started[-1], elsewhere.folder / "starts"

    yield start
    for process in started:
        if process.poll() is None:
            end(process)


def end(process: Process) -> float:
    """Ask it to stop; how many seconds that took."""
    asked = time.monotonic()
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    assert process.returncode == 0
    return time.monotonic() - asked


def is_alive(pid: int) -> bool:
    """Whether the process runs; one that has ended and is only waiting to be counted does not."""
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"


def test_pulse_is_silent_after_its_time_only() -> None:
    pulse = Pulse(10)
    assert not pulse.is_silent()
    pulse.begin(-1)
    assert pulse.is_silent()
    pulse.begin(10)
    assert not pulse.is_silent()
    pulse.end()
    assert not pulse.is_silent()
    assert Pulse(-1).is_silent()


def test_workers_that_die_are_started_again(supervised: Supervised) -> None:
    process, starts = supervised("dies")
    assert len(set(wait_for(2, starts))) == 2
    end(process)


def test_workers_that_hang_are_ended_with_their_children_and_started_again(supervised: Supervised) -> None:
    process, starts = supervised("hangs")
    first = int(wait_for(2, starts)[0])
    children = (starts.parent / "children").read_text().split()
    assert not is_alive(first) and not is_alive(int(children[0]))
    assert len((starts.parent / "beside").read_text().split()) == 1, "the process beside it was left alone"
    end(process)
    assert not any(is_alive(int(pid)) for pid in [*starts.read_text().split(), *(starts.parent / "children").read_text().split()])


def test_workers_that_work_are_left_alone_and_stop_when_asked(supervised: Supervised) -> None:
    process, starts = supervised("works")
    wait_for(1, starts)
    time.sleep(1.6)  # it may be silent for one second, and is looked at four times in it
    assert len(starts.read_text().split()) == 1
    assert end(process) < 5
    assert (starts.parent / "ended well").exists()


def test_workers_that_will_not_stop_are_ended(supervised: Supervised) -> None:
    process, starts = supervised("will-not-stop")
    (pid,) = wait_for(1, starts)
    assert 1 < end(process) < 10
    assert not is_alive(int(pid))


def test_workers_do_not_outlive_a_supervisor_that_is_killed(supervised: Supervised) -> None:
    process, starts = supervised("works")
    (pid,) = wait_for(1, starts)
    process.kill()
    process.communicate(timeout=30)
    until = time.monotonic() + 10
    while is_alive(int(pid)) and time.monotonic() < until:
        time.sleep(0.05)
    assert not is_alive(int(pid))


def test_worker_that_the_system_holds_is_given_up_and_the_others_go_on(supervised: Supervised) -> None:
    process, starts = supervised("held")
    first, second = wait_for(2, starts)[:2]
    assert first != second
    assert end(process) < 25


@pytest.mark.parametrize(("unit", "stop_seconds"), STOP_SECONDS.items())
def test_one_that_the_system_holds_is_given_up_before_the_machine_ends_them_all(unit: str, stop_seconds: float) -> None:
    """In the tests above nobody waits as long as at work (``supervise`` in processes.py). Asked to stop, the others have ended by themselves."""
    service = (ROOT / "deploy" / "systemd" / f"zhicheng-{unit}.service").read_text()
    (seconds,) = re.findall(r"^TimeoutStopSec=(\d+)$", service, re.MULTILINE)
    assert stop_seconds + supervision.GONE_SECONDS < float(seconds)


def test_pauses_are_as_long_as_is_promised() -> None:
    """Two seconds after a process has ended (docs/operations.md) the next one takes its place, and soon after that of one that is held."""
    assert supervision.PAUSE_SECONDS == 2
    assert 1 <= supervision.GONE_SECONDS <= 10
