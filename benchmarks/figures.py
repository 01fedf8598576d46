"""What the benchmarks share: how a figure is printed, what the machine is, and how much processor time a process has used."""

from __future__ import annotations

import importlib.util
import os
import platform
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

TICKS = os.sysconf("SC_CLK_TCK")


class Figures:
    """The figures of one script: a heading, a row for each (a table in Markdown, too), and whether all are within their limits."""

    def __init__(self, title: str, columns: tuple[str, ...] = ("value",)) -> None:
        self.within = True
        self.widths = (44, *(max(12, len(column)) for column in columns), 9)
        print(f"{title}\n{machine()}\n")
        self._row("figure", *columns, "at most")
        self._row(*("-" * width for width in self.widths))

    def add(self, name: str, *values: str, most: str = "", bad: bool = False) -> None:
        """Print one row. ``bad``: it is above its limit ``most``."""
        self.within = self.within and not bad
        self._row(name, *values, f"{most} !" if bad else most)

    def _row(self, name: str, *cells: str) -> None:
        shown = [f"{name:{self.widths[0]}}", *(f"{cell:>{width}}" for cell, width in zip(cells, self.widths[1:], strict=True))]
        print(f"| {' | '.join(shown)} |", flush=True)

    def status(self) -> int:
        """The script's exit status: 1 when a figure is above its limit."""
        return 0 if self.within else 1


def machine() -> str:
    """Cores, versions, and how busy the machine was just before: what a figure has to be read with."""
    sys.path.insert(0, str(ROOT))
    from tests.support.capabilities import postgres_programs

    parts = [f"{os.cpu_count()} cores", f"Python {platform.python_version()}", f"SQLite {sqlite3.sqlite_version}"]
    if programs := postgres_programs():
        said = subprocess.run([programs / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
        parts.append(f"PostgreSQL {said.split()[2]}")
    return f"{', '.join(parts)}; load of the last minute {os.getloadavg()[0]:.1f}"


def still_whole(environment: Mapping[str, str]) -> int:
    """``zhicheng verify`` on what a script leaves behind: whatever writes ends with it. Gives its exit status, 0 when nothing is wrong."""
    words = [sys.executable, "-m", "zhicheng", "verify"]
    done = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    print(f"zhicheng verify: {(done.stdout if done.returncode == 0 else done.stdout + done.stderr).strip()[-2000:]}", flush=True)
    return done.returncode


def cpu_seconds(pid: int) -> float:
    """Processor time, user and system, of ``pid``, of everything it has started, and of what of that has ended already."""
    parents: dict[int, list[int]] = {}
    used: dict[int, int] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
            except OSError:  # it has ended meanwhile
                continue
            parents.setdefault(int(fields[1]), []).append(int(folder.name))
            used[int(folder.name)] = sum(int(field) for field in fields[11:15])
    total, waiting = 0, [pid]
    while waiting:
        each = waiting.pop()
        total += used.get(each, 0)
        waiting += parents.get(each, [])
    return total / TICKS


def make_database(like: str = "") -> None:
    """Django's test database, in memory: what is missing in a copy of ``like`` (an SQLite file), or all of it, is migrated."""
    from django.db import connection

    with closing(sqlite3.connect(connection.creation._get_test_db_name(), uri=True)) as ahead:
        if like:
            with closing(sqlite3.connect(like)) as given:
                given.backup(ahead)
        connection.creation.create_test_db(verbosity=0)


def load_run() -> ModuleType:
    """The program ``./run`` as a module, to start an instance exactly as it does."""
    loader = SourceFileLoader("zhicheng_run", str(ROOT / "run"))
    spec = importlib.util.spec_from_loader("zhicheng_run", loader)
    module = importlib.util.module_from_spec(spec)  # type: ignore[arg-type]
    loader.exec_module(module)
    return module
