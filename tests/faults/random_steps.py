"""The long form of ``test_machine``: ``python -m tests.faults.random_steps --steps 20000 --seed 1``; what it did is printed at the end.

``ZHICHENG_TEST_DATABASE=postgres`` in front of it: on PostgreSQL, else on SQLite. Every thousand steps begin in a world of their own, with a
seed of their own (``seed``, ``seed + 1``, …); the same seed gives the same steps. What it finds ends it with the steps that led there;
``--shrink`` looks for fewer steps that lead there too.
"""

from __future__ import annotations

import argparse
import logging
import os
import platform
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
ROOT = Path(__file__).resolve().parent.parent.parent
BATCH = 1000


def commit() -> str:
    """The commit this is, with a ``+`` when something was changed since."""
    git = ["git", "-c", "safe.directory=*"]
    head = subprocess.run([*git, "rev-parse", "--short=10", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False)
    changed = subprocess.run([*git, "status", "--porcelain"], cwd=ROOT, capture_output=True, text=True, check=False)
    return (head.stdout.strip() or "unknown") + ("+" if changed.stdout.strip() else "")


@contextmanager
def database_of_its_own() -> Iterator[None]:
    """An empty database, gone afterwards."""
    from django.test.runner import DiscoverRunner

    runner = DiscoverRunner(verbosity=0, interactive=False)
    runner.setup_test_environment()
    old = runner.setup_databases()
    try:
        yield
    finally:
        runner.teardown_databases(old)


def main() -> None:
    """Play, and print what was played."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--shrink", action="store_true")
    options = parser.parse_args()

    import django

    django.setup()
    logging.disable(logging.CRITICAL)  # handlers that fail on purpose

    from django.db import connection, transaction
    from django.test import override_settings

    from tests.faults.beginning import begin
    from tests.faults.machine import Tally, play_at_random

    tally = Tally()
    with database_of_its_own(), override_settings(REHEARSAL=True):
        for number in range(max(1, -(-options.steps // BATCH))):
            with transaction.atomic():
                begin()
                play_at_random(
                    steps=min(BATCH, options.steps - number * BATCH),
                    seed=options.seed + number,
                    tally=tally,
                    shrink=options.shrink,
                )
                transaction.set_rollback(True)
            print(f"{tally.steps} steps, {time.monotonic() - tally.began:.0f} s", file=sys.stderr, flush=True)
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute("VACUUM")  # what was rolled back would make every look slower
        vendor = connection.vendor
    print("\n".join(tally.table()))
    print(
        f"{tally.steps} steps in {tally.runs} runs on {vendor}, {time.monotonic() - tally.began:.0f} s; "
        f"{len({*tally.accepted, *tally.refused})} actions, {sum(tally.accepted.values())} accepted, {sum(tally.refused.values())} refused "
        f"in {len(tally.codes)} ways; seed {options.seed}, commit {commit()}, Python {platform.python_version()}; nothing was found wrong"
    )


if __name__ == "__main__":
    main()
