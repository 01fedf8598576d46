"""Rows that one process at a time takes in hand: a file to examine, pages to look at, pages to read.

Whoever has one says every few seconds that it is still at it. Once it was silent for ``LEASE`` the row is whoever's is next, and what the
former holder writes then finds nothing (``mine``). Writes here are parts of an action, in its transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar, Generic, TypeVar
from uuid import uuid4

from django.db.models import QuerySet

from zhicheng.evidence.models import FileReading, Intake, PageCheck
from zhicheng.foundation import clock

LEASE = timedelta(seconds=15)
"""How long a process that does not say it is still at it is believed to be alive."""

Row = TypeVar("Row", Intake, PageCheck, FileReading)


@dataclass(frozen=True, slots=True)
class Lease(Generic[Row]):
    """A row in the hands of one process. ``HELD``, ``FREE``: what else the row says while somebody has it, and when nobody has."""

    row: Row
    HELD: ClassVar[dict[str, Any]] = {}
    FREE: ClassVar[dict[str, Any]] = {}

    def work(self) -> Any:
        """What a confined process makes of it. Asks no database; raises ``Rejected`` and ``OSError``."""
        raise NotImplementedError


def lock_next(due: QuerySet[Row]) -> Row | None:
    """The first of what is due that nobody is taking at this moment, locked."""
    return due.select_for_update(no_key=True, skip_locked=True, of=("self",)).first()


def take(row: Intake | PageCheck | FileReading, **says: Any) -> None:
    """Put a locked row into the hands of the caller."""
    row.claim, row.due_at = uuid4().hex, clock.machine_now() + LEASE
    row.attempts += 1
    for name, value in says.items():
        setattr(row, name, value)
    row.save(update_fields=["claim", "attempts", "due_at", *says])


def mine(lease: Lease[Row]) -> QuerySet[Row]:
    """The row, as long as it is in these hands."""
    return type(lease.row).objects.filter(pk=lease.row.pk, claim=lease.row.claim, **lease.HELD)


def lock_mine(lease: Lease[Row]) -> Row | None:
    """The row, locked; ``None`` when it took so long that another process has it now, or it is to be done anew."""
    return mine(lease).select_for_update(no_key=True, of=("self",)).first()


def try_later(row: PageCheck | FileReading, wait: timedelta) -> None:
    """Let a locked row wait for another attempt."""
    row.claim, row.due_at = "", clock.machine_now() + wait
    row.save(update_fields=["claim", "due_at"])
