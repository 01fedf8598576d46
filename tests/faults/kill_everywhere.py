#!/usr/bin/env python3
"""Kill a process everywhere in every action, and look whether anything is lost, half done or doubled.

    python -m tests.faults.kill_everywhere --database postgres --seed 1            every statement, every commit
    python -m tests.faults.kill_everywhere --database sqlite --seed 1 --kills 800  about that many, shared out over all cases
    python -m tests.faults.kill_everywhere --database sqlite --short               just before and just after each commit

For each case of tests/support/cases a child process carries the action out in the case's database, as it was prepared, and is killed
(SIGKILL) at one point. Afterwards the database must be what it was before, or what the child saw just after the last commit it made: the same in
every row of every table. Then every invariant must hold (``zhicheng verify``), and the action, carried out again, must succeed or
refuse. After a commit that the database ended because of a deadlock, it must succeed by itself.

An action that was not killed at all is wrong, too: with ``--kills`` each case gets its part, never less than every commit (before and
after) and a few statements.
"""

from __future__ import annotations

import argparse
import copy
import logging
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.faults.victims import Point, Told
    from tests.support.cases import Begins, Call, Case
    from tests.support.world import World

ROOT = Path(__file__).resolve().parent.parent.parent
WORLD, READY = "faults_world", "faults_ready"
FEW_STATEMENTS = 3  # of a case, however small its part is
# What is no action of a person's and need not bear a deadlock: a single statement alone, or one that may fail and be done by the next.
ONE_STATEMENT = {
    "evidence.actions.taking.note_told",
    "evidence.actions.taking.take_file",
    "foundation.actions.mark_instance",
    "foundation.actions.record_refusal",
    "foundation.sending.forget_sending",
    "foundation.sending.keep_answer",
    "foundation.sending.sweep_sendings",
}


class Run:
    """One run over the cases; what it did and what it found wrong."""

    def __init__(self, seed: int, *, short: bool = False, kills: int = 0, only: str = "", like: str = "") -> None:
        from tests.faults.places import places

        self.short, self.most, self.only, self.like = short, kills, only, like
        self.part = 0  # of the kills, for the case at hand
        self.random = random.Random(seed)
        self.places = places()
        self.done: Counter[str] = Counter()
        self.killed: Counter[str] = Counter()
        self.actions: frozenset[str] = frozenset()
        self.cases = 0
        self.wrong: list[str] = []
        self.known: set[str] = set()
        self.unchanged = False
        self.begun: dict[Begins, tuple[str, Any]] = {}

    def everything(self) -> None:
        """Every case, in an order the seed gives; in short one case of each action."""
        from django.urls import reverse

        from tests.support.cases import CASES
        from zhicheng.foundation import memory

        names = sorted(name for name in CASES if self.only in name)
        if self.short:
            names = list({CASES[name].action: name for name in reversed(names)}.values())
        self.random.shuffle(names)
        self.cases, self.actions = len(names), frozenset(CASES[name].action for name in names)
        world = self._world()
        reverse("account_login")  # every page is imported here, once, and in no child
        memory.settle()  # nor does a child look over what is loaded, which would copy it first
        for place, name in enumerate(names):
            self.part = part_of(self.most - self.done["kills"], len(names) - place)
            before = self.done["kills"]
            try:
                self._case(CASES[name], world)
            except Exception as error:
                self.wrong.append(f"{name}: {type(error).__name__}: {error}")
            self.done["cases"] += self.done["kills"] > before
        self.wrong += [f"{action}: it was not killed anywhere" for action in sorted(self.actions - set(self.killed))]

    def _world(self) -> World:
        from tests.support import world as w
        from zhicheng.foundation import clock
        from zhicheng.foundation.actions import adopt_files

        self.places.begin(self.like)
        if self.like:
            adopt_files()  # those that come now belong to this copy
        with clock.travel(w.IN_WINDOW):
            world = w.make_world()
        self.places.keep(WORLD)
        return world

    def _case(self, case: Case, world: World) -> None:
        from zhicheng.foundation import invariants

        place, begun = self._begun(case, world)
        self.places.restore(place)
        call = case.ready(world, copy.deepcopy(begun))
        self.places.keep(READY)
        self.before, self.files, self.unchanged = self.places.state(), _files(), True
        # What a case begins with to put it right, is still there where nothing was committed.
        self.known = set() if self.short else {str(found) for found in invariants.verify()}
        if self.short:
            self._around_commits(case, call)
        else:
            for point in self._everywhere(call):
                self._kill(case, call, point)

    def _begun(self, case: Case, world: World) -> tuple[str, Any]:
        """The database that holds what the case begins with, and that itself: made once for all that begin with the same."""
        if case.begins is None:
            return WORLD, None
        if case.begins not in self.begun:
            place = f"faults_begun_{len(self.begun)}"
            self.places.restore(WORLD)
            begun = case.begun(world)
            self.places.keep(place)
            self.begun[case.begins] = place, begun
        return self.begun[case.begins]

    def _around_commits(self, case: Case, call: Call) -> None:
        """Before the first commit, after it, before the second, … until the process comes to its end."""
        from tests.faults.victims import AFTER_COMMIT, BEFORE_COMMIT, Point

        for number in count(1):
            told = self._kill(case, call, Point(BEFORE_COMMIT, number), may_end=True)
            if told.end != "killed":
                # What is written by a statement alone has no commit to be killed before.
                alone = range(1, told.points[AFTER_COMMIT] + 1) if number == 1 else ()
                for after in alone:
                    self._kill(case, call, Point(AFTER_COMMIT, after))
                return
            self._kill(case, call, Point(AFTER_COMMIT, number, case.action not in ONE_STATEMENT))

    def _everywhere(self, call: Call) -> Iterator[Point]:
        """Every point; or every commit, and of the statements as many as the case's :attr:`part` leaves."""
        from tests.faults.victims import AFTER_COMMIT, BEFORE_COMMIT, NOWHERE, STATEMENT, Point, run

        self._fresh()
        whole = run(call, NOWHERE)
        if whole.end != "done":
            raise RuntimeError(f"the case does not succeed: {whole.said}")
        self.unchanged = False
        commits = [Point(BEFORE_COMMIT, number) for number in range(1, whole.points[BEFORE_COMMIT] + 1)]
        overtaken = bool(whole.points[BEFORE_COMMIT]) and call.action not in ONE_STATEMENT
        for number in range(1, whole.points[AFTER_COMMIT] + 1):
            commits += [Point(AFTER_COMMIT, number), *([Point(AFTER_COMMIT, number, overtaken)] if overtaken else [])]
        statements = list(range(1, whole.points[STATEMENT] + 1))
        if self.most:
            statements = self.random.sample(statements, min(len(statements), max(FEW_STATEMENTS, self.part - len(commits))))
        yield from (Point(STATEMENT, number) for number in sorted(statements))
        yield from commits

    def _kill(self, case: Case, call: Call, point: Point, *, may_end: bool = False) -> Told:
        from tests.faults.places import difference
        from tests.faults.victims import run

        what = f"{case.name}, killed {point}"
        self._fresh()
        told = run(call, point)
        self.unchanged = told.committed is None and told.end == "killed"
        if told.end != "killed":
            if not may_end or told.end != "done":
                self.wrong.append(f"{what}: it was not killed but {told.end}: {told.said}")
            return told
        self.done["kills"] += 1
        self.killed[case.action] += 1
        self.places.settle()
        if lost := difference(told.committed or self.before, self.places.state()):
            self.unchanged = False
            self.wrong.append(f"{what}: {'lost or half done' if told.committed else 'half done'}: {'; '.join(lost)}")
        if told.committed is not None or (not self.short and self.random.random() < 0.1):
            self._look_whole(what, call, told)
        return told

    def _look_whole(self, what: str, call: Call, told: Told) -> None:
        """Every invariant holds. Carried out again, the action succeeds where nothing was committed; else it may refuse, too."""
        from tests.faults.victims import run
        from zhicheng.foundation import invariants

        self.done["verifications"] += 1
        if not self.short:  # there it is looked at once, after the end
            known = self.known if told.committed is None else set()
            self.wrong += [f"{what}: {found}" for found in invariants.verify() if str(found) not in known]
        self.unchanged = False
        again = run(call)
        if again.end == "failed" or (again.end == "refused" and told.committed is None):
            self.wrong.append(f"{what}: carried out again it {again.end}: {again.said}")
        self.wrong += [f"{what} and carried out again: {found}" for found in invariants.verify()]

    def _fresh(self) -> None:
        """The case's database as it was prepared, and the files it knows."""
        if not self.unchanged:
            self.places.restore(READY)
        for path, content in self.files.items():
            if not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)


def part_of(kills_left: int, cases_left: int) -> int:
    """How many kills the next case gets: what is left is shared out evenly, so that the last case has its part as well."""
    return max(0, kills_left) // cases_left


def _files() -> dict[Path, bytes]:
    from django.conf import settings

    return {path: path.read_bytes() for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kills", type=int, default=0, help="about how many, shared out over the cases; 0: everywhere")
    parser.add_argument("--short", action="store_true", help="just before and just after each commit")
    parser.add_argument("--like", default="", help="an empty database to begin with (a name; SQLite: a file), else one is made")
    parser.add_argument("--only", default="", help="cases whose name holds this")
    return parser.parse_args()


def main() -> int:
    """Do a run, print its figures, and return 1 when anything was wrong."""
    given = _arguments()
    os.environ["ZHICHENG_TEST_DATABASE"] = given.database
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    sys.path[:0] = [str(ROOT), str(ROOT / "src")]
    import django

    django.setup()
    from django.conf import settings
    from django.db import connection

    logging.disable(logging.ERROR)
    if given.database == "sqlite":  # processes die here, no power fails: nothing has to reach the disk
        connection.settings_dict["OPTIONS"]["init_command"] += "PRAGMA synchronous=OFF;"
    settings.EMAIL_BACKEND = "zhicheng.foundation.mail.OutboxBackend"
    settings.CACHES = {"default": settings.CACHES["shared"]}  # an instance's own: what is counted stands or falls with the action
    began = time.monotonic()
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False)
    run = Run(given.seed, short=given.short, kills=given.kills, only=given.only, like=given.like)
    run.everything()
    connection.close()
    for line in run.wrong[:100]:
        print(f"WRONG {line}")
    print(
        f"database {given.database}, seed {given.seed}, commit {commit.stdout.strip() or 'unknown'}: "
        f"cases {run.done['cases']} of {run.cases}, actions {len(run.killed)} of {len(run.actions)}, {run.done['kills']} kills, {run.done['verifications']} carried out again and looked at whole, "
        f"{len(run.wrong)} wrong; {time.monotonic() - began:.0f} s, {sum(os.times()[:4]):.0f} s of processor time"
    )
    return 1 if run.wrong or not run.done["kills"] else 0


if __name__ == "__main__":
    sys.exit(main())
