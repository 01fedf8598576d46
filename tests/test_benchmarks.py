"""What a page costs the database is counted, not timed, so a test can hold it (the limits are the script's own)."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from benchmarks.suite import alike

from tests.support import beginnings

ROOT = Path(__file__).resolve().parent.parent


def like() -> list[str]:
    """A database of its own, whatever this run of the tests has; migrated already, where a test before has done that."""
    return ["--like", str(beginnings.UNMARKED)] if beginnings.UNMARKED.exists() else []


def test_every_list_and_detail_page_keeps_to_its_number_of_queries() -> None:
    command = [sys.executable, str(ROOT / "benchmarks" / "queries.py")]
    command += like()
    own = {key: value for key, value in os.environ.items() if not key.startswith(("ZHICHENG_", "DJANGO_"))}
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True, timeout=300, env=own)
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]
    assert "publicity_list" in done.stdout


def test_pages_are_measured_and_compared() -> None:
    """Beside itself: every ratio may be anything, the words are the same."""
    own = {key: value for key, value in os.environ.items() if not key.startswith(("ZHICHENG_", "DJANGO_"))}
    command = [sys.executable, str(ROOT / "benchmarks" / "pages.py"), "--rows", "1", "--times", "1", "--only", "desk_queue"]
    command += ["--beside", str(ROOT), "--compare", *like()]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True, timeout=300, env=own)
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in done.stdout.splitlines() if line.startswith("|")]
    table = {row[0]: row for row in rows}
    assert "desk_queue (county)" in table, done.stdout + done.stderr[-2000:]
    _name, _cpu, _cpu_of_many, queries, size, of_bare, *_beside = table["desk_queue (county)"]
    assert int(queries) > 1
    assert int(size.replace(",", "")) > 2000  # as it is sent, compressed
    assert float(of_bare) > 0
    assert "the busiest together" in table
    assert ", 0 differ" in done.stdout, done.stdout[-2000:]


def test_tests_of_two_trees_are_compared_by_name_and_files_of_rules_whole() -> None:
    old = "tests/a/test_a.py::test_x[1 2]\ntests/a/test_a.py::test_gone\ntests/test_b.py::test_rule[a]\ntests/test_b.py::test_rule[b]\n"
    new = "tests/a/test_a.py::test_x[1 2]\ntests/a/test_a.py::test_new\ntests/test_b.py::test_rule\n\n3 tests collected in 0.1s\n"
    assert alike(old, new) == (["tests/a/test_a.py::test_x[1 2]", "tests/test_b.py"],) * 2


# Scripts that write nothing an instance keeps, or rows by the hundred thousand that no history has led to.
NOTHING_TO_VERIFY = {
    "asked_papers.py": "draws papers",
    "captures.py": "pictures of drawn papers",
    "defects.py": "looks at pictures",
    "drawn_papers.py": "draws papers",
    "hands.py": "draws names",
    "misfits.py": "puts papers in the wrong place",
    "learn_mirrors.py": "learns from drawn hanzi",
    "sheets.py": "reads drawn sheets",
    "spoiling.py": "spoils pictures",
    "mended.py": "looks at pictures",
    "figures.py": "no script of its own",
    "file_cells.py": "opens files",
    "office_queue.py": "bulk rows in the likeness of one application, for the planner",
    "restoring.py": "the drill verifies what it has brought back",
    "bare_pages.py": "views that read, for a measurement",
    "page_visits.py": "the rows of a page, many times the same, in a database in memory",
    "pages.py": "asks page_visits.py",
    "phone_pages.py": "looks at pages",
    "queries.py": "the rows of a page, many times the same",
    "review_forms.py": "prints",
    "start.py": "starts",
    "suite.py": "runs tests",
    "suite_times.py": "measures tests",
}


def test_whatever_writes_ends_with_verifying_everything() -> None:
    scripts = {path.name: path.read_text("utf-8") for path in (ROOT / "benchmarks").glob("*.py")}
    assert scripts.keys() >= NOTHING_TO_VERIFY.keys()
    ways = ("still_whole(", '"verify"', "invariants.verify(", "everything_holds(")
    assert not [name for name, text in scripts.items() if name not in NOTHING_TO_VERIFY and not any(way in text for way in ways)]
