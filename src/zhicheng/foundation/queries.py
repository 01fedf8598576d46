"""What an operator has to see: whether work is stuck, whether the worker lives, who was turned away, what the ledger said."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import Count, Min, QuerySet

from zhicheng.foundation import clock, jobs
from zhicheng.foundation.models import AccessRefusal, LedgerEntry, OutboxMessage, OutboxState, SystemVerification

WORKER_SILENT_AFTER = timedelta(minutes=3)  # the sweep runs every minute
LEDGER_VERIFIED = "ledger.verified"
SYSTEM_VERIFIED = "system.verified"


@dataclass(frozen=True, slots=True)
class OutboxHealth:
    """``waiting`` since ``oldest`` (a time of the one clock, ``None`` when nothing waits), ``retrying`` failed at least once."""

    waiting: int
    retrying: int
    failed: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class Disk:
    """The disk that holds the uploaded files, in bytes."""

    total: int
    free: int

    @property
    def percent_free(self) -> int:
        """The free part, rounded down; 0 for a disk that says nothing about itself."""
        return self.free * 100 // self.total if self.total else 0


@dataclass(frozen=True, slots=True)
class WorkerHealth:
    """``seen``: when the worker last did its every-minute round (a time of the machine); ``None``: never."""

    seen: datetime | None
    alive: bool


def database_answers() -> bool:
    """Whether the database answers a question at all."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return cursor.fetchone() == (1,)
    except DatabaseError:
        return False


def outbox_health() -> OutboxHealth:
    """The outbox in numbers; two queries over what is not done."""
    pending: dict[bool, int] = {True: 0, False: 0}
    failed = 0
    rows = (
        OutboxMessage.objects.exclude(state=OutboxState.DONE).order_by().values_list("state", "attempts").annotate(n=Count("id"))
    )
    for state, attempts, n in rows:
        if state == OutboxState.FAILED:
            failed += n
        else:
            pending[attempts > 0] += n
    oldest = OutboxMessage.objects.filter(state=OutboxState.PENDING).aggregate(at=Min("created_at"))["at"]
    return OutboxHealth(sum(pending.values()), pending[True], failed, oldest)


def stuck_messages() -> QuerySet[OutboxMessage]:
    """Messages that failed for good; to be shown in keyset pages by ``-id``."""
    return OutboxMessage.objects.filter(state=OutboxState.FAILED)


def mails() -> QuerySet[OutboxMessage]:
    """Every mail that can still be read, sent or waiting; by ``-id`` newest first."""
    return OutboxMessage.objects.filter(kind="mail").exclude(payload={})


def ledger_entries(*, what: str = "", subject: str = "", actor: str = "") -> QuerySet[LedgerEntry]:
    """The ledger's entries without what they hold; by ``-number`` newest first.

    ``what`` is the beginning of an event's name, ``subject`` and ``actor`` are the ledger's names (``user:12``); empty: all.
    """
    rows = LedgerEntry.objects.defer("data")
    if what:
        rows = rows.filter(event__startswith=what)
    if subject:
        rows = rows.filter(subject=subject)
    return rows.filter(actor=actor) if actor else rows


def refusals() -> QuerySet[AccessRefusal]:
    """Who was turned away; by ``-id`` newest first."""
    return AccessRefusal.objects.all()


def worker_health() -> WorkerHealth:
    """Whether the worker makes its rounds."""
    seen = jobs.worker_seen()
    return WorkerHealth(seen, seen is not None and clock.machine_now() - seen < WORKER_SILENT_AFTER)


def disk() -> Disk:
    """The disk under the uploaded files."""
    settings.MEDIA_ROOT.mkdir(parents=True, exist_ok=True)
    usage = shutil.disk_usage(settings.MEDIA_ROOT)
    return Disk(usage.total, usage.free)


def last_verification() -> LedgerEntry | None:
    """The ledger's own entry on how its last verification ended; ``data`` holds ok, entries, first_bad and reason."""
    return LedgerEntry.objects.filter(event=LEDGER_VERIFIED).order_by("-number").first()


def last_whole_verification() -> SystemVerification | None:
    """How the last look at every invariant ended."""
    return SystemVerification.objects.order_by("-id").first()
