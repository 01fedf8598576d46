"""How fast the worker takes up what is queued, and how soon it goes on after everything was killed.

    python benchmarks/worker_lanes.py [--messages 2000] [--postgres]

Starts ``zhicheng worker`` on an empty database of its own. Three figures: messages done in a second when many wait; the time from
the commit to the handler's first line when one comes at a time; the time from the restart to the second attempt of a message (one of a
paper's kind, outside of a transaction) that was in hand when every process was killed (kill -9). It goes only through
``outbox.queue`` and ``zhicheng worker``, so it runs unchanged on every commit.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from figures import still_whole  # noqa: E402

FOLDER = os.environ.get("BENCHMARK_FOLDER", "")


def _handlers() -> None:
    """The kinds of this benchmark; each notes when it began (``time.time()``) in a file of its folder."""
    from zhicheng.foundation import outbox

    def note(message: object) -> None:
        with (Path(FOLDER) / "began").open("a") as began:
            began.write(f"{message.key} {time.time()}\n")  # type: ignore[attr-defined]

    @outbox.handler("benchmark.tick")
    def tick(message: object) -> None:
        note(message)

    @outbox.handler("benchmark.slow", lease=timedelta(minutes=5))
    def slow(message: object) -> None:
        note(message)
        time.sleep(3600 if not (Path(FOLDER) / "go on").exists() else 0)


def _began() -> dict[str, list[float]]:
    found: dict[str, list[float]] = {}
    for line in (Path(FOLDER) / "began").read_text().splitlines() if (Path(FOLDER) / "began").exists() else ():
        key, at = line.rsplit(" ", 1)
        found.setdefault(key, []).append(float(at))
    return found


def _worker() -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, __file__, "--as-worker"], start_new_session=True)


def _descendants(pid: int) -> list[int]:
    found = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            for child in task.read_text().split():
                found += _descendants(int(child))
    return found


def _kill(worker: subprocess.Popen[bytes]) -> None:
    for pid in _descendants(worker.pid):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    worker.wait()


def _wait(until: float, ready: object) -> None:
    while not ready():  # type: ignore[operator]
        if time.monotonic() > until:
            raise SystemExit("it did not happen in time")
        time.sleep(0.02)


def _queue(key: str, kind: str = "benchmark.tick") -> float:
    from django.db import transaction

    from zhicheng.foundation import outbox

    with transaction.atomic():
        outbox.queue(kind=kind, payload={}, key=key)
    return time.time()


def _percentile(values: list[float], part: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * part))]


def measure(messages: int) -> None:
    """Print the three figures."""
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    print(f"database: {connection.vendor}")
    for number in range(messages):
        _queue(f"many:{number}")
    started = time.monotonic()
    worker = _worker()
    try:
        _wait(started + 900, lambda: any(key.startswith("many") for key in _began()))
        first = time.time()
        _wait(started + 900, lambda: len(_began()) >= messages)
        print(f"many at once: {(messages - 1) / (time.time() - first):.0f} messages/s")
        waits = []
        for number in range(100):
            at, key = _queue(f"one:{number}"), f"one:{number}"
            _wait(time.monotonic() + 120, lambda: key in _began())  # noqa: B023 - asked before the next one
            waits.append(_began()[key][0] - at)
            time.sleep(0.037 * (number % 7))
        print(f"one at a time: commit to start p50 {_percentile(waits, 0.5):.3f} s, p95 {_percentile(waits, 0.95):.3f} s")
        _queue("slow", "benchmark.slow")
        _wait(time.monotonic() + 120, lambda: "slow" in _began())
        _kill(worker)
        (Path(FOLDER) / "go on").touch()
        restarted = time.time()
        worker = _worker()
        _wait(time.monotonic() + 900, lambda: len(_began()["slow"]) > 1)
        print(f"all killed: in hand again {_began()['slow'][1] - restarted:.1f} s after the restart")
    finally:
        _kill(worker)


def main() -> None:
    """Prepare an empty database and measure on it; ``--as-worker`` is the worker's own start."""
    global FOLDER
    parser = argparse.ArgumentParser()
    parser.add_argument("--messages", type=int, default=2000)
    parser.add_argument("--postgres", action="store_true")
    parser.add_argument("--as-worker", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="zhicheng-benchmark-") as folder:
        if not asked.as_worker:
            FOLDER = os.environ["BENCHMARK_FOLDER"] = folder
            os.environ |= {
                "ZHICHENG_MODE": "test",
                "ZHICHENG_ENV_FILE": os.devnull,
                "ZHICHENG_LOG_LEVEL": "ERROR",
                "ZHICHENG_DATA_DIR": folder,
                "DJANGO_SETTINGS_MODULE": "zhicheng.settings",
                "ZHICHENG_DATABASE_URL": f"sqlite:///{folder}/benchmark.sqlite3",
            }
            if asked.postgres:
                from tests.support.postgres import start_for_this_process

                os.environ["ZHICHENG_DATABASE_URL"] = start_for_this_process()
        import django

        django.setup()
        _handlers()
        if asked.as_worker:
            from django.core.management import call_command

            call_command("worker")
        else:
            measure(asked.messages)
            sys.exit(still_whole(os.environ))


if __name__ == "__main__":
    main()
