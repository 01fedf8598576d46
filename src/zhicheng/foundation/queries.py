"""What an operator has to see: whether work is stuck, whether the worker lives, who was turned away, what the ledger said."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import Count, Min, Q, QuerySet
from django.utils import timezone

from zhicheng.foundation import clock, liveness, mail, outgoing
from zhicheng.foundation.lanes import Lane
from zhicheng.foundation.models import (
    AccessLook,
    AccessRefusal,
    LedgerEntry,
    MailServer,
    OutboxMessage,
    OutboxState,
    SystemVerification,
    WorkerInstance,
)

WORKER_SILENT_AFTER = timedelta(seconds=30)  # it counts up every three seconds
LEDGER_VERIFIED = "ledger.verified"
SYSTEM_VERIFIED = "system.verified"
_EARLIEST, _LATEST = date.min + timedelta(days=2), date.max - timedelta(days=2)


@dataclass(frozen=True, slots=True)
class OutboxHealth:
    """``waiting`` since ``oldest`` (a time of the one clock, ``None`` when nothing waits), ``retrying`` failed at least once.

    ``failed`` for good: mails that were not taken, and ``broken``, which are anything else: a move, a paper, a head of the ledger.
    """

    waiting: int
    retrying: int
    failed: int
    broken: int
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
    """``seen``: when a worker last counted up (a time of the machine); ``None``: never. ``silent``: lanes nobody answers in."""

    seen: datetime | None
    alive: bool
    silent: tuple[Lane, ...] = ()


def database_answers() -> bool:
    """Whether the database answers a question at all."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return cursor.fetchone() == (1,)
    except DatabaseError:
        return False


def outbox_health() -> OutboxHealth:
    """The outbox in numbers, without what an operator has settled; two queries over what is not done."""
    pending: dict[bool, int] = {True: 0, False: 0}
    failed = broken = 0
    rows = (
        OutboxMessage.objects.exclude(state=OutboxState.DONE)
        .filter(settled_at__isnull=True)
        .order_by()
        .values_list("state", "attempts", "kind")
        .annotate(n=Count("id"))
    )
    for state, attempts, kind, n in rows:
        if state == OutboxState.FAILED:
            failed += n
            broken += n if kind != mail.KIND else 0
        else:
            pending[attempts > 0] += n
    oldest = OutboxMessage.objects.filter(state=OutboxState.PENDING).aggregate(at=Min("created_at"))["at"]
    return OutboxHealth(sum(pending.values()), pending[True], failed, broken, oldest)


@dataclass(frozen=True, slots=True)
class LaneHealth:
    """What waits in a lane, and since when (a time of the one clock)."""

    lane: Lane
    waiting: int
    oldest: datetime | None


def lanes_health() -> list[LaneHealth]:
    """What waits in every lane; one query."""
    waiting = OutboxMessage.objects.filter(state=OutboxState.PENDING).order_by()
    found = {lane: (n, oldest) for lane, n, oldest in waiting.values_list("lane").annotate(n=Count("id"), at=Min("created_at"))}
    return [LaneHealth(lane, *found.get(lane, (0, None))) for lane in Lane]


def oldest_untried(lane: Lane) -> datetime | None:
    """When the oldest message of ``lane`` that nobody has taken in hand yet was due (a time of the machine)."""
    waiting = OutboxMessage.objects.filter(state=OutboxState.PENDING, lane=lane, attempts=0)
    oldest: datetime | None = waiting.aggregate(at=Min("next_attempt_at"))["at"]
    return oldest


def mail_server_health() -> MailServer | None:
    """What is known of the mail server that is used now; ``None`` before its first mail."""
    return MailServer.objects.filter(name=outgoing.mail_server()).first()


def stuck_messages() -> QuerySet[OutboxMessage]:
    """Messages that failed for good; to be shown in keyset pages by ``-id``."""
    return OutboxMessage.objects.filter(state=OutboxState.FAILED)


def mails() -> QuerySet[OutboxMessage]:
    """Every mail that can still be read, sent or waiting; by ``-id`` newest first."""
    return OutboxMessage.objects.filter(kind="mail").exclude(payload={})


def ledger_entries(*, what: str = "", events: Iterable[str] = (), subject: str = "", actor: str = "") -> QuerySet[LedgerEntry]:
    """The ledger's entries without what they hold; by ``-number`` newest first.

    ``what`` is the beginning of an event's name, ``events`` are whole names that will do as well, ``subject`` and ``actor`` are the ledger's names (``user:12``); empty: all.
    """
    rows = LedgerEntry.objects.defer("data")
    if what:
        rows = rows.filter(Q(event__startswith=what) | Q(event__in=sorted(events)))
    if subject:
        rows = rows.filter(subject=subject)
    return rows.filter(actor=actor) if actor else rows


def refusals() -> QuerySet[AccessRefusal]:
    """Who was turned away; by ``-id`` newest first."""
    return AccessRefusal.objects.all()


def looks(*, day: date | None = None, actor: str = "", subject: str = "") -> QuerySet[AccessLook]:
    """Who looked at other people's files and whole numbers; by ``("-id",)`` newest first.

    ``day`` is one of Beijing's, ``actor`` and ``subject`` are the ledger's names (``user:12``, ``application:4``); empty: all.
    """
    rows = AccessLook.objects.all()
    if day is not None:
        if not _EARLIEST <= day <= _LATEST:  # its first or last moment is none of this calendar in every time zone
            return rows.none()
        begins = datetime.combine(day, time.min, tzinfo=timezone.get_default_timezone())
        rows = rows.filter(at__gte=begins, at__lt=begins + timedelta(days=1))
    if actor:
        rows = rows.filter(actor=actor)
    return rows.filter(subject=subject) if subject else rows


def looks_at(subjects: Collection[str]) -> QuerySet[AccessLook]:
    """Who looked at what belongs to these (``application:4``); by ``("-id",)`` newest first."""
    return AccessLook.objects.filter(subject__in=subjects)


def worker_health() -> WorkerHealth:
    """Whether a worker lives, and whether every lane of it answers."""
    latest = WorkerInstance.objects.order_by("-seen_at").first()
    if latest is None:
        return WorkerHealth(None, False, tuple(Lane))
    at = clock.machine_now()
    living = [one for one in liveness.living() if at - one.seen_at < WORKER_SILENT_AFTER]
    answered = {name.partition("-")[0] for one in living for name, state in one.lanes.items() if state == "alive"}
    silent = tuple(lane for lane in Lane if lane not in answered)
    return WorkerHealth(latest.seen_at, bool(living), silent)


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
