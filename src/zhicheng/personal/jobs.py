"""What the worker does: a copy that was asked for, and the ones whose time is over."""

from __future__ import annotations

from datetime import datetime, timedelta

from zhicheng.foundation import holding, jobs
from zhicheng.foundation.lanes import Lane
from zhicheng.foundation.models import OutboxMessage
from zhicheng.foundation.outbox import handler
from zhicheng.personal.actions import MAKE, keep_copy, remove_past_copies
from zhicheng.personal.archive import archive_of
from zhicheng.personal.models import DataCopy


# A lease instead of a transaction: packing must not hold the only writer's lock of SQLite. Not among the papers: receipts would wait for it.
@handler(MAKE, lane=Lane.CHECKS, lease=timedelta(minutes=30))
def make_copy(message: OutboxMessage) -> None:
    """Make the copy the message asks for; does nothing where it is there, or not wanted any more."""
    owner_id, round_asked = message.payload["owner_id"], message.payload["round"]
    asked_at = datetime.fromisoformat(message.payload["asked_at"])
    if DataCopy.objects.filter(pk=owner_id, round=round_asked, asked_at=asked_at, held="").exists():
        keep_copy(owner_id=owner_id, round_asked=round_asked, asked_at=asked_at, held=holding.hold(archive_of(owner_id)))


@jobs.regular("personal.forget", minutes=60)
def forget() -> int:
    """Remove the copies whose time is over; return how many went."""
    return remove_past_copies()
