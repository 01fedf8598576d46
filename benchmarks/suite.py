#!/usr/bin/env python3
"""Processor time of the same tests here and in an older tree, measured at the same time.

    python benchmarks/suite.py --old ../older --lane sqlite              every test file that the older tree has
    python benchmarks/suite.py --old ../older --lane postgres --every 10 --from 3    each tenth of them, beginning with the fourth
    python benchmarks/suite.py --old ../older --lane journeys --files tests/journeys/test_walk.py

``--old`` is a worktree of the older commit with an environment of its own (``git worktree add ../older bad2c39``, then there
``python3 deploy/environment.py``). Of each file those tests count that both trees have by name; a file of which less than half of the older
tests are there by name (rules that were one case per file) is run whole in both. Both runs begin together and have the same load beside them;
their time is the processor time of pytest with every process it started and waited for, PostgreSQL's server too. What a run needs before
its first test is measured by a run of one small file and taken off.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
LANES = {
    "sqlite": "not journey and not postgres and not no_database",
    "postgres": "not journey",
    "journeys": "journey",
}
SMALL = "tests/foundation/test_signing_key.py"  # its tests ask a database: what comes before them is what every run begins with


def pytest(tree: Path, lane: str, words: list[str], *options: str) -> tuple[str, float]:
    """What pytest says of these tests in ``tree``, and its processor time in seconds with that of all it waited for."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("ZHICHENG_", "DJANGO_", "PYTHON"))}
    kept |= {"ZHICHENG_MODE": "test", "ZHICHENG_ENV_FILE": os.devnull, "PYTHONUTF8": "1", "CI": "1"}
    kept |= {"ZHICHENG_TEST_DATABASE": "postgres"} if lane == "postgres" else {}
    with tempfile.NamedTemporaryFile("w+") as said, tempfile.NamedTemporaryFile("w", suffix=".txt") as named:
        named.write("\n".join(words))
        named.flush()
        command = [tree / ".venv/bin/python", "-m", "pytest", "-q", "-m", LANES[lane], *options, f"@{named.name}"]
        process = subprocess.Popen(command, cwd=tree, env=kept, stdin=subprocess.DEVNULL, stdout=said, stderr=said)
        _pid, _status, used = os.wait4(process.pid, 0)
        process.returncode = 0  # it has been waited for
        said.seek(0)
        return said.read(), used.ru_utime + used.ru_stime


def both(work: list[tuple[Path, str, list[str]]], *options: str) -> list[tuple[str, float]]:
    """Run pytest in both trees at the same time."""
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(lambda one: pytest(*one, *options), work))


def alike(old: str, new: str) -> tuple[list[str], list[str]]:
    """What to run there and here, out of what was collected there and here."""
    there, here = ([line for line in said.splitlines() if "::" in line and " " not in line.split("[")[0]] for said in (old, new))
    names = set(here)
    to_run: tuple[list[str], list[str]] = ([], [])
    for file in dict.fromkeys(name.partition("::")[0] for name in there):
        olds = [name for name in there if name.startswith(f"{file}::")]
        common = [name for name in olds if name in names]
        for runs in to_run:
            runs += common if 2 * len(common) >= len(olds) else [file]
    return to_run


def main() -> None:
    """Choose, run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--old", type=Path, required=True)
    parser.add_argument("--lane", choices=LANES, default="sqlite")
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--from", type=int, default=0, dest="first")
    parser.add_argument("--files", nargs="*", default=[])
    given = parser.parse_args()
    old = given.old.resolve()
    found = sorted(str(path.relative_to(old)) for path in (old / "tests").rglob("test_*.py"))
    wanted = [
        name for name in found if (given.lane == "journeys") == name.startswith("tests/journeys/") and (HERE / name).exists()
    ]
    files = given.files or wanted[given.first :: given.every]
    collected = both([(tree, given.lane, files) for tree in (old, HERE)], "--collect-only")
    there, here = alike(collected[0][0], collected[1][0])
    begun = [("", 0.0)] * 2  # the journeys' instance is a part of them
    if given.lane != "journeys":
        begun = both([(tree, given.lane, [SMALL]) for tree in (old, HERE)])
    done = both([(old, given.lane, there), (HERE, given.lane, here)], "-p", "no:randomly")
    print(f"{given.lane}: {len(files)} files of {len(wanted)}: {' '.join(files)}")
    for name, (_said, start), (said, used) in zip(("older", "here"), begun, done, strict=True):
        print(
            f"{name}: {said.strip().splitlines()[-1]}; {used:.0f} s of processor time, {start:.0f} s of it before the first test"
        )
        print("\n".join(f"    {line}" for line in said.splitlines() if line.startswith(("FAILED", "ERROR"))))
    ratio = (done[1][1] - begun[1][1]) / (done[0][1] - begun[0][1])
    print(f"ratio {ratio:.2f}")


if __name__ == "__main__":
    sys.exit(main())
