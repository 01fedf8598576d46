"""A rehearsal in the tests' database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction

from zhicheng.rehearsal import seeding
from zhicheng.rehearsal.seeding import Seeded


@contextmanager
def rehearsed(blocker: Any, *, whole: bool) -> Iterator[Seeded]:
    """A rehearsal in a transaction that is rolled back; ``whole``: with all that comes after the first pages."""
    with blocker.unblock(), transaction.atomic():
        held = seeding.seed(print)
        if whole:
            assert seeding.tell_the_rest() == []
            held = seeding.held()
        yield held
        transaction.set_rollback(True)
