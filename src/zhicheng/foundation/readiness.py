"""Whether this instance can do its work: small writes tried once a minute, the worker's and the mail's pulse, the ledger, the backup.

Each :class:`Check` has a level. ``bad`` in one of :data:`NEEDED` means that people cannot work: ``/readyz`` answers 503. Everything that is
not ``ok`` is shown on 系统状态; what stays ``bad`` raises an alarm (``foundation.alerts``).
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, storages
from django.db import DatabaseError, connection

from zhicheng.foundation import backups, checkpoints, clock, jobs, originals, queries, second_copy
from zhicheng.foundation.blobs import INCOMING
from zhicheng.foundation.growing import try_to_grow
from zhicheng.foundation.lanes import Lane
from zhicheng.foundation.logs import describe_error
from zhicheng.foundation.models import (
    InstanceMark,
    LedgerCheckpoint,
    LedgerEntry,
    MailServer,
    Probe,
    RegularRun,
    SystemVerification,
)
from zhicheng.foundation.patience import within

logger = logging.getLogger(__name__)

OK, WARN, BAD, UNKNOWN = "ok", "warn", "bad", "unknown"
NEEDED = ("database", "storage", "worker")
STALE = timedelta(minutes=3)  # three rounds
MAIL_AWAY = timedelta(minutes=10)
LAW_WAITS = timedelta(minutes=5)
VERIFIED_WITHIN = timedelta(hours=50)  # it is read every night
HEAD_WITHIN = timedelta(days=1)
BACKED_UP_WITHIN = timedelta(hours=26)
BACKUP_SECONDS = 2.0
LOW_PERCENT, FULL_PERCENT = 10, 2


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: ``level`` as above; ``fact`` is a moment, a number or a code that the page puts into words."""

    name: str
    level: str
    fact: datetime | int | str = ""


@jobs.regular("health.probe", minutes=1)
def probe() -> None:
    """Try a small write to the storage and to the database, and write down how it went."""
    for name, attempt in (("storage", _try_storage), ("database", try_to_grow)):
        began, trouble = time.monotonic(), ""
        try:
            attempt()
        except Exception as error:
            trouble = describe_error(error)
            logger.error("the %s takes no write", name, exc_info=error)
        _note(name, trouble, began)  # a database that does not take even this is told by the age of its row


Further = Callable[["Look"], "Check"]
Read = TypeVar("Read")
_further: dict[str, Further] = {}


def further(name: str) -> Callable[[Further], Further]:
    """``@further("examiner")``: a check of a room below, looked at with all others; what it returns bears ``name``."""

    def register(look: Further) -> Further:
        _further[name] = look
        return look

    return register


class Look:
    """What the checks read, each of it once, when it is first asked for: the operator's page shows the same."""

    def __init__(self) -> None:
        self._read: dict[Callable[[], Any], Any] = {}

    def once(self, read: Callable[[], Read]) -> Read:
        """What ``read`` answers, asked once: for the checks of rooms below (:func:`further`)."""
        if read not in self._read:
            self._read[read] = read()
        answer: Read = self._read[read]
        return answer

    outbox = cached_property(lambda _self: queries.outbox_health())
    worker = cached_property(lambda _self: queries.worker_health())
    mail_server = cached_property(lambda _self: queries.mail_server_health())
    verification = cached_property(lambda _self: queries.last_verification())
    whole = cached_property(lambda _self: queries.last_whole_verification())
    head = cached_property(lambda _self: checkpoints.newest_head())
    failing_jobs = cached_property(lambda _self: jobs.failing())
    disk = cached_property(lambda _self: queries.disk())
    backup = cached_property(lambda _self: _backup())
    archive = cached_property(lambda _self: _archive())
    is_copy = cached_property(lambda _self: originals.is_known_copy())


def conditions(look: Look | None = None) -> list[Check]:
    """Everything that is looked at, without trying anything; a database that does not answer leaves one check only."""
    look = look or Look()
    try:
        return [
            *_probed("database", "storage"),
            _worker(look.worker),
            _mail(look.mail_server),
            _effects(),
            _failed(look.outbox),
            _jobs(look.failing_jobs),
            _ledger(look.verification),
            _system(look.whole),
            _head(look.head),
            look.backup,
            *([look.archive] if look.archive else []),
            *_second(),
            Check("original", BAD if look.is_copy else OK),
            _disk(look.disk),
            *(one(look) for one in _further.values()),
        ]
    except DatabaseError:
        return [Check("database", BAD, "unreachable")]


def is_ready(found: list[Check]) -> bool:
    """Whether people can work."""
    return all(check.level != BAD for check in found if check.name in NEEDED)


def _try_storage() -> None:
    storage = storages["default"]
    content = os.urandom(512)
    if isinstance(storage, FileSystemStorage):
        folder = Path(storage.location) / INCOMING
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = folder / f"probe-{uuid4().hex}"
        try:
            with path.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            if path.read_bytes() != content:
                raise OSError("what was written is not what is read")
        finally:
            with suppress(OSError):
                path.unlink(missing_ok=True)
        return
    name = storage.save(f"{INCOMING}/probe-{uuid4().hex}", ContentFile(content))
    storage.delete(name)


def _note(name: str, trouble: str, began: float) -> None:
    values = {"at": clock.machine_now(), "trouble": trouble[:500], "milliseconds": int((time.monotonic() - began) * 1000)}
    Probe.objects.update_or_create(name=name, defaults=values)


def _probed(*names: str) -> list[Check]:
    rows = {row.name: row for row in Probe.objects.filter(name__in=names)}
    at = clock.machine_now()
    found = []
    for name in names:
        row = rows.get(name)
        if row is None:
            found.append(Check(name, UNKNOWN))
        elif row.trouble:
            found.append(Check(name, BAD, row.trouble))
        else:
            found.append(Check(name, BAD if at - row.at > STALE else OK, row.at))
    return found


def _worker(found: queries.WorkerHealth) -> Check:
    if not found.alive or Lane.EFFECTS in found.silent:
        return Check("worker", BAD, found.seen or "")
    return Check("worker", BAD if found.silent else OK, ", ".join(found.silent) or found.seen or "")


def _mail(row: MailServer | None) -> Check:
    if row is None or not row.failing_since:
        return Check("mail", OK, row.answered_at if row and row.answered_at else "")
    return Check("mail", BAD if clock.machine_now() - row.failing_since > MAIL_AWAY else WARN, row.failing_since)


def _effects() -> Check:
    """How long the oldest effect of law that was never tried has waited."""
    oldest = queries.oldest_untried(Lane.EFFECTS)
    if oldest is None:
        return Check("effects", OK)
    return Check("effects", BAD if clock.machine_now() - oldest > LAW_WAITS else OK, oldest)


def _failed(outbox: queries.OutboxHealth) -> Check:
    """What is given up is settled by an operator: a mailbox that does not exist can wait, a move or a paper cannot."""
    return Check("failed", BAD if outbox.broken else WARN if outbox.failed else OK, outbox.failed)


def _jobs(rows: list[RegularRun]) -> Check:
    failing = [row.name for row in rows]
    late = [row.name for row in jobs.late(timedelta(hours=1))]
    return Check("jobs", BAD if late else WARN if failing else OK, ", ".join(late or failing))


def _ledger(entry: LedgerEntry | None) -> Check:
    if entry is None:
        return Check("ledger", UNKNOWN)
    if not entry.data.get("ok"):
        return Check("ledger", BAD, "broken")
    return Check("ledger", _late() if clock.now() - entry.at > VERIFIED_WITHIN else OK, entry.at)


def _system(row: SystemVerification | None) -> Check:
    """The last look at every invariant (``zhicheng verify``)."""
    if row is None:
        return Check("system", UNKNOWN)
    if row.found:
        return Check("system", BAD, row.found)
    return Check("system", _late() if clock.now() - row.at > VERIFIED_WITHIN else OK, row.at)


def _late() -> str:
    """How bad it is that nobody looked for two days. A rehearsal's clock jumps by weeks, and the worker catches up."""
    return BAD if settings.MODE == "production" else WARN


def _head(row: LedgerCheckpoint | None) -> Check:
    """The last head of the ledger that left the database. A restored copy signs none. A day to come is a clock's or somebody's work."""
    if row is None:
        return Check("head", UNKNOWN)
    late = abs(clock.today() - row.day) > HEAD_WITHIN and not originals.is_known_copy()
    return Check("head", _late() if late else OK, row.day.isoformat())


def _backup() -> Check:
    """The newest copy this machine sees. An office's own instance must have one when it is older than a copy may be."""
    try:
        made = _last_backup()
    except TimeoutError:
        return Check("backup", BAD)
    if made is not None:
        return Check("backup", BAD if clock.machine_now() - made > BACKED_UP_WITHIN else OK, made)
    mark = InstanceMark.objects.first() if settings.MODE == "production" else None
    owed = mark is not None and clock.machine_now() - mark.made_at > BACKED_UP_WITHIN
    return Check("backup", BAD if owed else UNKNOWN)


def _archive() -> Check | None:
    """Whether PostgreSQL hands its log over (``docs/operations.md``): while it cannot, nothing after the last piece comes back from the copies, and what
    waits fills the database's disk. The worker writes something every minute, so a piece is due after every ``archive_timeout``."""
    if connection.vendor == "sqlite":
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('archive_mode'), (SELECT setting::int FROM pg_settings WHERE name = 'archive_timeout'), last_archived_time, "
            "COALESCE(last_failed_time > COALESCE(last_archived_time, '-infinity'), false), "
            "EXTRACT(EPOCH FROM clock_timestamp() - GREATEST(last_archived_time, pg_postmaster_start_time()))::int FROM pg_stat_archiver"
        )
        mode, timeout, at, fails, age = cursor.fetchone()
    return archive_level(mode=mode, timeout=timeout, at=at, fails=fails, age=age)


def archive_level(*, mode: str, timeout: int, at: datetime | None, fails: bool, age: int) -> Check:
    """What the archiver's own figures mean; ``age``: seconds since the last piece, or since PostgreSQL was started."""
    if mode == "off":
        return Check("archive", BAD if settings.MODE == "production" and settings.WAL_DIR else UNKNOWN, "off")
    late = age > max(STALE.total_seconds(), 3 * timeout) and (fails or timeout > 0)
    return Check("archive", BAD if late else WARN if fails else OK, at or "")


def _second() -> list[Check]:
    """Whether stored files reach their second place: what it has not got is made up for within a minute of its return."""
    since = second_copy.owed_since()
    if since is None:
        return [Check("second", OK)] if second_copy.second_root() else []
    return [Check("second", BAD if clock.machine_now() - since > STALE else WARN, since)]


def _last_backup() -> datetime | None:
    """When the newest whole copy was begun, by its manifest; ``None`` when this machine sees none. Raises ``TimeoutError`` where the folder
    hangs: anybody may ask for ``/readyz``, and no thread of the site must wait there."""

    def look() -> datetime | None:
        newest = backups.latest()
        return backups.made_at(newest) if newest is not None else None

    try:
        return within(BACKUP_SECONDS, "the folder of the backups", look)
    except TimeoutError:
        raise
    except (OSError, backups.BackupFailed):
        return None


def _disk(disk: queries.Disk) -> Check:
    percent = disk.percent_free
    return Check("disk", BAD if percent < FULL_PERCENT else WARN if percent < LOW_PERCENT else OK, percent)
