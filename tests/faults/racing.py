"""The long form of ``test_racing``: ``python -m tests.faults.racing --minutes 5 --processes 8 --seed 1``; what it did is printed.

``ZHICHENG_TEST_DATABASE=postgres`` in front of it: on a PostgreSQL cluster of its own, else on an SQLite file. Whatever is raised that is no
refusal is printed and ends it with 1; so does anything that ``zhicheng verify`` or ``zhicheng ledger verify --replay`` finds afterwards.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.faults.random_steps import commit
from tests.support.elsewhere import Elsewhere

SCRIPT = Path(__file__).with_name("processes.py")


def run(there: Elsewhere, *, seed: int, processes: int, seconds: float, turns: int = 1) -> dict[str, Any]:
    """Let them race for ``seconds`` and at least so many turns, and verify; what they did. Raises ``AssertionError`` for whatever is wrong."""
    words = [str(one) for one in (seed, processes, seconds, turns)]
    told: dict[str, Any] = json.loads(there.run("race", *words, limit=seconds + 600))
    assert not told["faults"], "\n\n".join(told["faults"])
    assert told["ended"] == [0] * processes
    said = there.run("verify")
    assert "全部一致" in said and "台账完整" in said, said
    return told


def main() -> None:
    """Race, and print what was called."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--processes", type=int, default=8)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="zhicheng-racing-") as folder:
        url, cluster = f"sqlite:///{folder}/racing.sqlite3", None
        if os.environ.get("ZHICHENG_TEST_DATABASE") == "postgres":
            from tests.support.postgres import Cluster

            cluster = Cluster()
            url = cluster.url
        try:
            there = Elsewhere(SCRIPT, url, Path(folder))
            there.run("make")
            told = run(there, seed=options.seed, processes=options.processes, seconds=options.minutes * 60)
        except AssertionError as found:
            print(found)
            sys.exit(1)
        finally:
            if cluster is not None:
                cluster.stop()
    names = sorted({*told["accepted"], *told["refused"]})
    for name in names:
        print(f"{name:<44} {told['accepted'].get(name, 0):>7} {told['refused'].get(name, 0):>7}")
    print(
        f"{options.processes} processes for {options.minutes:g} minutes on {'PostgreSQL' if cluster else 'SQLite'}: {told['steps']} plays, "
        f"{len(names)} actions, {sum(told['accepted'].values())} accepted, {sum(told['refused'].values())} refused in "
        f"{len(told['codes'])} ways; seed {options.seed}, commit {commit()}; nothing was found wrong"
    )


if __name__ == "__main__":
    main()
