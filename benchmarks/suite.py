#!/usr/bin/env python3
"""Processor time of the same tests here and in an older tree, measured at the same time.

    python benchmarks/suite.py --old ../older --lane sqlite              every test file that the older tree has
    python benchmarks/suite.py --old ../older --lane postgres --every 10 --from 3    each tenth of them, beginning with the fourth
    python benchmarks/suite.py --old ../older --lane journeys --files tests/journeys/test_walk.py
    python benchmarks/suite.py --old ../older --whole                    ./test there and then here, by the clock: an hour, with nothing else running
    python benchmarks/suite.py --whole --read var/suite                  the table of what that wrote down, again

``--old`` is a worktree of the older commit with an environment of its own (``git worktree add ../older 274ca3b``, then there
``python3 deploy/environment.py``). Of each file those tests count that both trees have by name; a file of which less than half of the older
tests are there by name (rules that were one case per file) is run whole in both. Both runs begin together and have the same load beside them;
their time is the processor time of pytest with every process it started and waited for, PostgreSQL's server too. What a run needs before
its first test is measured by a run of one small file and taken off.

With ``--whole`` each test counts with all its lanes: what it took by the clock, setup and teardown with it, in the whole ``./test`` of its
commit on this machine (``suite_times.py`` writes it down). Compared are the tests that are there and here by name; files as above.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
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


# --- the whole of ./test, there and here ---------------------------------------------------------------------------------

THERE, NOW = "there", "here"


def run_whole(old: Path, kept: Path) -> None:
    """``./test`` in both trees, one after the other; how long each test took stands in a folder for each."""
    for name, tree in ((NOW, HERE), (THERE, old)):
        folder = kept / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        place = next((tree / ".venv").glob("lib/python*/site-packages")) / "suite_times.py"
        shutil.copyfile(HERE / "benchmarks/suite_times.py", place)
        try:
            surroundings = os.environ | {"SUITE_TIMES": str(folder), "PYTEST_ADDOPTS": "-p suite_times"}
            with (folder / "said").open("w") as said:
                subprocess.run([tree / "test"], cwd=tree, env=surroundings, stdout=said, stderr=said, check=False)
        finally:
            place.unlink()


def times_in(folder: Path) -> dict[str, float]:
    """Seconds by the clock of each test, in all its lanes together."""
    taken: defaultdict[str, float] = defaultdict(float)
    for file in sorted(folder.glob("*.jsonl")):
        for line in file.read_text().splitlines():
            name, seconds, *_processors = json.loads(line)
            taken[name] += seconds
    return taken


def show_whole(kept: Path) -> None:
    """What both took in whole, and the tests that are in both."""
    for name in (THERE, NOW):
        said = (kept / name / "said").read_text().splitlines()
        print(f"{name}: {' '.join(line for line in said[-2:])}")
        for file in sorted((kept / name).glob("*.jsonl")):
            rows = [json.loads(line) for line in file.read_text().splitlines()]
            print(f"    {file.stem.rpartition('-')[0]}: {len(rows)} tests, {sum(row[1] for row in rows):.0f} s")
    there, here = times_in(kept / THERE), times_in(kept / NOW)
    files = {name.partition("::")[0] for name in here}  # a file that was moved is left out on both sides
    compared = [set(runs) for runs in alike("\n".join(n for n in there if n.partition("::")[0] in files), "\n".join(here))]
    sums = [
        (sum(taken[name] for name in taken if name in chosen or name.partition("::")[0] in chosen))
        for taken, chosen in zip((there, here), compared, strict=True)
    ]
    print(f"tests that are in both: {sums[0]:.0f} s there, {sums[1]:.0f} s here, ratio {sums[1] / sums[0]:.2f}")
    print(
        f"left out: {sum(there.values()) - sums[0]:.0f} s there of tests that are gone or moved, {sum(here.values()) - sums[1]:.0f} s here of those that came"
    )


def main() -> None:
    """Choose, run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--old", type=Path)
    parser.add_argument("--whole", action="store_true")
    parser.add_argument("--read", type=Path)
    parser.add_argument("--lane", choices=LANES, default="sqlite")
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--from", type=int, default=0, dest="first")
    parser.add_argument("--files", nargs="*", default=[])
    given = parser.parse_args()
    if given.whole:
        kept = given.read or HERE / "var" / "suite"
        if given.read is None:
            run_whole(given.old.resolve(), kept)
        show_whole(kept)
        return
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
