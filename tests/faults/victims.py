"""A process that carries out one action and is killed on the way: before a statement, before a commit, or just after one."""

from __future__ import annotations

import os
import pickle
import signal
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NoReturn

from django.db import OperationalError, connection

from tests.faults.places import State, places
from zhicheng.foundation.errors import Refused
from zhicheng.foundation.sending import _WRITES

STATEMENT, BEFORE_COMMIT, AFTER_COMMIT = "before statement", "before commit", "after commit"


@dataclass(frozen=True, slots=True)
class Point:
    """Where a process is killed: at its ``number``-th point of this kind. ``overtaken``: at its first commit the database says that
    there is a deadlock."""

    kind: str
    number: int
    overtaken: bool = False

    def __str__(self) -> str:
        return f"{self.kind} {self.number}" + (" after a deadlock" if self.overtaken else "")


NOWHERE = Point("nowhere", 0)


@dataclass
class Told:
    """What became of it. ``end``: ``killed``, ``done``, ``refused`` (with the codes) or ``failed`` (with what was raised).

    ``points`` counts, by kind, the points it came past; ``committed`` is everything there was after the last commit that it saw.
    """

    end: str = "killed"
    said: str = ""
    points: dict[str, int] = field(default_factory=dict)
    committed: State | None = None


def run(call: Callable[[], object], point: Point = NOWHERE) -> Told:
    """Fork, carry ``call`` out in the child, kill it at ``point``, and tell what became of it."""
    places().leave()
    sys.stdout.flush()
    sys.stderr.flush()
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        os.close(reader)
        places().arrive()
        _be_the_victim(call, point, writer)
    os.close(writer)
    told = Told()
    with os.fdopen(reader, "rb") as pipe:
        while True:
            try:
                what, value = pickle.load(pipe)  # noqa: S301 - from our own child
            except (EOFError, pickle.UnpicklingError):
                break
            setattr(told, what, value)
    _pid, status = os.waitpid(child, 0)
    if told.end == "killed" and not (os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL):
        raise RuntimeError(f"the child ended by itself: status {status}")
    return told


def _be_the_victim(call: Callable[[], object], point: Point, writer: int) -> NoReturn:
    pipe = os.fdopen(writer, "wb")

    def tell(what: str, value: object) -> None:
        pickle.dump((what, value), pipe)
        pipe.flush()

    try:
        _Watch(point, tell).carry_out(call)
    except Refused as refused:
        tell("said", ", ".join(problem.code for problem in refused.problems))
        tell("end", "refused")
    except BaseException:
        tell("said", traceback.format_exc())
        tell("end", "failed")
    else:
        tell("end", "done")
    os._exit(0)


class _Watch:
    """Counts the points a process comes past, and kills it at one."""

    def __init__(self, point: Point, tell: Callable[[str, object], None]) -> None:
        self.point, self.tell = point, tell
        self.overtaken = point.overtaken
        self.points = {STATEMENT: 0, BEFORE_COMMIT: 0, AFTER_COMMIT: 0}
        self.looking = self.alone = self.holds = False

    def carry_out(self, call: Callable[[], object]) -> None:
        connection.ensure_connection()
        commit = connection._commit

        def watched_commit() -> None:
            self.before_commit()
            commit()
            self.after_commit()

        connection._commit = watched_commit  # type: ignore[method-assign]
        with connection.execute_wrapper(self.watch):
            call()
            self.after_one_alone()
        self.tell("points", self.points)

    def watch(self, execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        if self.looking:
            return execute(sql, params, many, context)
        self.after_one_alone()
        self.pass_by(STATEMENT)
        if connection.in_atomic_block:
            self.holds = self.holds or bool(_WRITES.match(str(sql))) or " FOR " in str(sql)
        if connection.in_atomic_block or not _WRITES.match(str(sql)):
            return execute(sql, params, many, context)
        result = execute(sql, params, many, context)
        self.alone = True  # it is its own commit; on SQLite when its rows (RETURNING) have been read
        return result

    def after_one_alone(self) -> None:
        if self.alone:
            self.alone = False
            self.after_commit()

    def before_commit(self) -> None:
        holds, self.holds = self.holds, False
        if self.overtaken and holds:  # one that only reads holds nothing that another could wait for
            self.overtaken = False
            error = OperationalError("deadlock detected")
            error.__cause__ = _Deadlock()
            raise error
        self.pass_by(BEFORE_COMMIT)

    def after_commit(self) -> None:
        self.looking = True
        self.tell("committed", places().state())
        if not connection.get_autocommit():  # what was looked at began a transaction of its own
            connection.connection.rollback()
        self.looking = False
        self.pass_by(AFTER_COMMIT)

    def pass_by(self, kind: str) -> None:
        self.points[kind] += 1
        if (kind, self.points[kind]) == (self.point.kind, self.point.number):
            self.tell("points", self.points)
            os.kill(os.getpid(), signal.SIGKILL)


class _Deadlock(Exception):
    sqlstate = "40P01"
