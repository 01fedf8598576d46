"""The foundation's verbs: marking what an instance is, moving a rehearsal's clock, noting who was turned away, trying a message again."""

from __future__ import annotations

import hashlib
import json
import logging
from datetime import datetime, timedelta
from uuid import uuid4

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from zhicheng.foundation import clock, instance, jobs, ledger, securitylog
from zhicheng.foundation.errors import Refused
from zhicheng.foundation.ids import new_error_id
from zhicheng.foundation.models import (
    AccessRefusal,
    ClockSetting,
    InstanceMark,
    LedgerEntry,
    OutboxMessage,
    OutboxState,
    RehearsalMarker,
)
from zhicheng.foundation.shared_cache import STRANGERS, count
from zhicheng.foundation.text import fit_text
from zhicheng.foundation.transactions import one_transaction

logger = logging.getLogger(__name__)

# How far a rehearsal's clock goes. Beyond the calendar's own end every page would fail, the one that puts the clock back among them.
CLOCK_FIRST_YEAR, CLOCK_LAST_YEAR = 2000, 2099


# Somebody who reaches for a thousand things an hour shows nothing with the thousandth, and must not fill the disk with it. Visitors
# have one name: each network counts as somebody, and all of them together must not fill it either.
REFUSALS_PER_HOUR = 60
REFUSALS_OF_VISITORS_PER_HOUR = 600
REFUSALS_KEPT = 100_000


def move_clock(*, to: datetime, actor: str) -> None:
    """Set a rehearsal's clock to ``to`` (time-zone aware); it runs on from there, in every process within a second.

    Raises ``Refused`` (code ``clock_fixed``) in production, (``clock_too_far``) outside the years it may show, ``ValueError`` for
    a naive time.
    """
    _require_movable_clock()
    if timezone.is_naive(to):
        raise ValueError(f"the clock needs a time zone: {to!r}")
    if not CLOCK_FIRST_YEAR <= to.year <= CLOCK_LAST_YEAR:
        said = _("演练时间只能拨到%(first)s年至%(last)s年之间。") % {"first": CLOCK_FIRST_YEAR, "last": CLOCK_LAST_YEAR}
        raise Refused.one(said, where="day", code="clock_too_far")
    _move_clock(to, actor)
    clock.forget_cached_offset()


@one_transaction
def _move_clock(to: datetime, actor: str) -> None:
    offset = (to - clock.machine_now()) // timedelta(microseconds=1)
    ClockSetting.objects.update_or_create(pk=1, defaults={"offset_microseconds": offset, "moved_by": actor})
    data = {"to": to.isoformat(), "offset_microseconds": offset}
    ledger.record(event="clock.moved", subject="clock", actor=actor, data=data)


def put_clock_back(*, actor: str) -> None:
    """Let a rehearsal's clock show the machine's time again. Raises ``Refused`` (code ``clock_fixed``) in production."""
    _require_movable_clock()
    _put_clock_back(actor)
    clock.forget_cached_offset()


@one_transaction
def _put_clock_back(actor: str) -> None:
    ClockSetting.objects.all().delete()
    ledger.record(event="clock.put_back", subject="clock", actor=actor, data={})


def mark_rehearsal() -> None:
    """Mark this database as a rehearsal's, for good: production refuses to start on it. The first thing a rehearsal does.

    Raises ``Refused`` in production (code ``production``) and on a database where work was done without the mark (code
    ``in_use``): it may be an office's own, and invented people must not be laid over real ones.
    """
    if settings.MODE == "production":
        raise Refused.one(_("正式运行的系统不能标记为演练。"), code="production")
    if not RehearsalMarker.objects.exists() and LedgerEntry.objects.exists():
        raise Refused.one(_("这个数据库已经有业务记录，不能用来演练。请换一个空的数据库。"), code="in_use")
    RehearsalMarker.objects.get_or_create(pk=1, defaults={"created_at": clock.now()})


def mark_instance() -> None:
    """Write down what this database and its folder of files are, where that was not done yet: at ``migrate`` and at every start.

    A database in which an office has worked since before there was a mark becomes that office's; an empty one what this process
    is. Files without a mark get one together with their database, or while there are none. Changes nothing that is marked.
    """
    if instance.TABLE not in connection.introspection.table_names():
        return
    found = instance.mark_of_database(connection)
    with transaction.atomic():
        row, new = InstanceMark.objects.get_or_create(
            pk=1,
            defaults={"mode": found.mode if found else settings.MODE, "instance": uuid4().hex, "made_at": clock.machine_now()},
        )
    if instance.mark_of_files() is None and ((new and found) or not instance.files_are_there()):
        _mark_files(row)


def adopt_files() -> None:
    """Mark the folder of files as this database's: somebody has made sure that it is. Raises ``Refused`` where it has a mark."""
    if instance.mark_of_files() is not None:
        raise Refused.one(_("文件目录已经标明属于哪一个系统，没有改动。"), code="marked")
    _mark_files(InstanceMark.objects.get())


def _mark_files(row: InstanceMark) -> None:
    told = json.dumps({"mode": row.mode, "instance": row.instance, "made_at": row.made_at.isoformat()})
    storage = storages["default"]
    try:
        if (kept := storage.save(instance.FOLDER_MARK, ContentFile(told.encode()))) != instance.FOLDER_MARK:
            storage.delete(kept)  # another process was faster, with the same words
    except PermissionError:
        logger.info("the folder of files gets its mark from the service, to whom it belongs")  # who migrates owns the tables only
    except OSError:
        logger.warning("the folder of files cannot be marked", exc_info=True)


def record_refusal(*, path: str, actor: str, reason: str, error_id: str = "", page: str = "", network: str = "") -> str:
    """Note that ``actor`` reached for ``path`` and was turned away because of ``reason``; return the id shown to the person.

    ``page`` is the name of the address: the log has it and the id, path and reason are the auditor's page to show. Of one actor
    :data:`REFUSALS_PER_HOUR` are kept in an hour, of visitors from one ``network`` as many; the log has the others as well.
    Call it where the failed transaction has already ended (middleware), or the note is undone with it. Never raises for a
    database that cannot take the note: the log has it too.
    """
    error_id = error_id or new_error_id()
    path, actor, reason = fit_text(path, 500), fit_text(actor, 60), fit_text(str(reason), 300)
    securitylog.note(event="access.refused", result="refused", actor=actor, page=page, error_id=error_id)
    try:
        with transaction.atomic():
            if _refused_too_often(actor, network):
                return error_id
            AccessRefusal.objects.create(at=clock.now(), actor=actor, path=path, reason=reason, error_id=error_id)
    except DatabaseError:
        logger.exception("the refusal [%s] could not be written down", error_id)
    return error_id


def _refused_too_often(actor: str, network: str) -> bool:
    most = REFUSALS_PER_HOUR
    if network:
        told = hashlib.sha256(network.encode()).hexdigest()[:32]
        if count(f"{STRANGERS}refusals:{told}", seconds=60 * 60) > REFUSALS_PER_HOUR:
            return True
        most = REFUSALS_OF_VISITORS_PER_HOUR
    lately = AccessRefusal.objects.filter(actor=actor, at__gte=clock.now() - timedelta(hours=1))
    return lately[:most].count() >= most


@jobs.regular("refusals.sweep", minutes=60)
@one_transaction
def sweep_refusals() -> int:
    """Forget the oldest refusals beyond :data:`REFUSALS_KEPT`; return how many. At most 10,000 at once."""
    kept = AccessRefusal.objects.order_by("-id").values_list("id", flat=True)[REFUSALS_KEPT : REFUSALS_KEPT + 1].first()
    if kept is None:
        return 0
    old = list(AccessRefusal.objects.filter(id__lte=kept).order_by("id").values_list("id", flat=True)[:10_000])
    return AccessRefusal.objects.filter(id__in=old).delete()[0]


@one_transaction
def retry_message(*, message_id: int, actor: str) -> None:
    """Queue a failed outbox message again with a fresh count. Raises ``Refused`` (code ``not_failed``) for any other."""
    changed = OutboxMessage.objects.filter(pk=message_id, state=OutboxState.FAILED).update(
        state=OutboxState.PENDING,
        attempts=0,
        failure="",
        settled_at=None,
        settled_by="",
        next_attempt_at=clock.machine_now(),
    )
    if not changed:
        raise Refused.one(_("这条消息没有失败，不需要重试。"), code="not_failed")
    ledger.record(event="outbox.retried", subject=f"outbox:{message_id}", actor=actor, data={})


@one_transaction
def settle_message(*, message_id: int, actor: str) -> None:
    """Nothing more is to be done about a failed message (a mailbox that does not exist): it no longer counts as failed. It stays listed
    and can still be tried again. Raises ``Refused`` (code ``not_failed``) for any other."""
    waiting = OutboxMessage.objects.filter(pk=message_id, state=OutboxState.FAILED, settled_at__isnull=True)
    if not waiting.update(settled_at=clock.now(), settled_by=actor):
        raise Refused.one(_("这条消息没有失败，或者已经办结。"), code="not_failed")
    ledger.record(event="outbox.settled", subject=f"outbox:{message_id}", actor=actor, data={})


def _require_movable_clock() -> None:
    if not settings.CLOCK_CAN_MOVE:
        raise Refused.one(_("正式运行的系统不能调整时间。"), code="clock_fixed")
