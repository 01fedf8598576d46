"""How much processor time the whole road costs: `./run --walk` over HTTP, web server, worker and walker counted apart.

    python benchmarks/walk_cpu.py [--postgres]

Starts a rehearsal as ./run does, in a temporary folder, on SQLite or, with --postgres, on a PostgreSQL cluster of its own; walks every
station; waits until the worker has nothing left to do. The walker plays some twenty people and their browsers; it is no part of the
server. Processor time is user and system together, of the processes and all they started, from the moment the instance is ready; it
changes far less than the clock when other programs use the machine as well. "Per request" is the web server's time divided by all it answered.
Ends with status 1 when the walk fails.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from figures import ROOT, Figures, cpu_seconds, load_run, still_whole

from tests.support.postgres import Cluster

ANSWERED = re.compile(r'"[A-Z]+ (/\S*)" \d{3} ')


def requests_in(log: Path, start: int) -> tuple[int, int]:
    """Requests the web server answered since byte ``start`` of its log: pages and the like, static files."""
    with log.open("rb") as file:
        file.seek(start)
        paths = ANSWERED.findall(file.read().decode(errors="replace"))
    static = sum(path.startswith("/static/") for path in paths)
    return len(paths) - static, static


def wait_until_idle(pid: int, seconds: float = 60) -> None:
    """Wait until the worker has used next to nothing for two seconds: mails and papers of the last station are done."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        before = cpu_seconds(pid)
        time.sleep(2)
        if cpu_seconds(pid) - before < 0.1:
            return


def walk(instance: Any, pids: dict[str, int], papers: Path) -> tuple[int, dict[str, float], tuple[int, int]]:
    """Walk once; gives the walk's status, the processor seconds of each process, and the requests answered."""
    log = instance.data / "log" / "web.log"
    wait_until_idle(instance.worker.process.pid)
    start = log.stat().st_size
    before = {name: cpu_seconds(pid) for name, pid in pids.items()}
    children, began = os.times(), time.monotonic()
    status = load_run()._walk(instance.address, papers, instance.environment)
    elapsed, ended = time.monotonic() - began, os.times()
    wait_until_idle(instance.worker.process.pid)
    used = {name: cpu_seconds(pid) - before[name] for name, pid in pids.items()}
    walker = ended.children_user + ended.children_system - children.children_user - children.children_system
    return status, used | {"walker": walker, "elapsed": elapsed}, requests_in(log, start)


def report(used: dict[str, float], answered: tuple[int, int], database: str) -> int:
    """Print the figures."""
    figures = Figures(f"walk_cpu.py: processor time of the whole walk, {database}")
    server = sum(seconds for name, seconds in used.items() if name not in ("walker", "elapsed"))
    for name in ("web server", "worker", "examiner", "database"):
        if name in used:
            figures.add(f"{name}, CPU", f"{used[name]:.1f} s")
    figures.add("server together, CPU", f"{server:.1f} s")
    figures.add("walker (the people's browsers), CPU", f"{used['walker']:.1f} s")
    figures.add("requests answered", f"{sum(answered)}")
    figures.add("of these, static files", f"{answered[1]}")
    figures.add("web server per request, CPU", f"{used['web server'] / sum(answered) * 1000:.0f} ms")
    figures.add("server per request, CPU", f"{server / sum(answered) * 1000:.0f} ms")
    figures.add("from start to end, by the clock", f"{used['elapsed']:.0f} s")
    return figures.status()


def main() -> int:
    """Start an instance, walk, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--postgres", action="store_true", help="on PostgreSQL; its server programs must be installed")
    asked = parser.parse_args()
    os.chdir(ROOT)
    run = load_run()
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="zhicheng-benchmark-")))
        cluster = Cluster() if asked.postgres else None
        if cluster:
            stack.callback(cluster.stop)
        instance = run.Instance(folder, run.take_port(0), cluster.url if cluster else "")
        stack.callback(instance.stop)
        instance.prepare()
        instance.start()
        pids = {
            "web server": instance.web.process.pid,
            "worker": instance.worker.process.pid,
            "examiner": instance.examiner.process.pid,
        }
        if cluster:
            pids["database"] = cluster.process.pid
        status, used, answered = walk(instance, pids, folder / "papers")
        if status:
            print("The walk failed; what it said is above.", file=sys.stderr)
            return status
        print()
        status = report(used, answered, "PostgreSQL" if cluster else "SQLite")
        return still_whole(instance.environment) or status


if __name__ == "__main__":
    sys.exit(main())
