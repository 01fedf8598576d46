"""What must be true of everything that is stored: every room registers its own as named checks, ``zhicheng verify`` runs them all.

A constraint or a trigger holds at the moment of writing, against whom it may. An invariant is looked at afterwards, over everything, by a
process that trusts none of it: it finds what was written past the program, what a restored backup lacks, and mistakes of our own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar

from django.db import connection, models, transaction
from django.utils.functional import Promise

BATCH = 500
_Row = TypeVar("_Row", bound=models.Model)


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing that is not as it must be: about what (``application:12``), and how it is wrong, in a sentence. It names no person."""

    subject: str
    said: str


Look = Callable[[], Iterable[Violation]]


@dataclass(frozen=True, slots=True)
class Invariant:
    """A named check and, in words, what it makes sure of."""

    name: str
    label: str | Promise
    look: Look


@dataclass(frozen=True, slots=True)
class Found:
    """A violation, and the invariant that names it."""

    invariant: Invariant
    violation: Violation

    def __str__(self) -> str:
        return f"{self.invariant.name} {self.violation.subject}: {self.violation.said}"


_registered: dict[str, Invariant] = {}


def invariant(name: str, label: str | Promise) -> Callable[[Look], Look]:
    """Register the decorated generator of violations as ``name`` (``applications.chain_of_moves``).

    It reads the database only, as a stream (:func:`in_batches`): memory must not grow with what is stored.
    """

    def register(function: Look) -> Look:
        _registered[name] = Invariant(name=name, label=label, look=function)
        return function

    return register


def registered() -> list[Invariant]:
    """Every invariant of every room, by name."""
    return [_registered[name] for name in sorted(_registered)]


def verify(names: Iterable[str] = (), *, most_of_each: int = 100) -> Iterator[Found]:
    """Look at every invariant (or at those of ``names``) and yield what violates one, at most ``most_of_each`` for each.

    All of it reads one state of the database, so that people may go on working meanwhile. Raises ``KeyError`` for an unknown name.
    """
    wanted = [_registered[name] for name in names] or registered()
    with one_state():
        for one in wanted:
            for violation in islice(one.look(), most_of_each):
                yield Found(one, violation)


@contextmanager
def one_state() -> Iterator[None]:
    """Everything read in this block is of one moment, and nothing waits for it. Inside a transaction: what that one sees."""
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
    else:  # atomic() would take SQLite's one lock for writing; a plain BEGIN reads a snapshot
        with connection.cursor() as cursor:
            cursor.execute("BEGIN")
        try:
            yield
        finally:
            with connection.cursor() as cursor:
                cursor.execute("ROLLBACK")


def in_batches(rows: models.QuerySet[_Row], size: int = BATCH) -> Iterator[list[_Row]]:
    """The rows by primary key, ``size`` at a time: one short query each, whatever the number of rows; none after a batch that is not full."""
    rows = rows.order_by("pk")
    batch = list(rows[:size])
    while batch:
        yield batch
        batch = list(rows.filter(pk__gt=batch[-1].pk)[:size]) if len(batch) == size else []


def grouped(rows: Iterable[Any], key: Callable[[Any], Any]) -> dict[Any, list[Any]]:
    """The rows by what ``key`` says of each, in their order."""
    found: dict[Any, list[Any]] = {}
    for row in rows:
        found.setdefault(key(row), []).append(row)
    return found
