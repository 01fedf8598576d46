"""What the worker does with the inbox."""

from __future__ import annotations

from datetime import timedelta

from zhicheng.foundation import clock, jobs
from zhicheng.messages.digests import send_digests
from zhicheng.messages.models import Digest, Message

KEPT = timedelta(days=400)  # a year, and what its last round needs


@jobs.regular("messages.forget", minutes=24 * 60)
def forget_old() -> int:
    """Remove what was told more than 400 days ago, by the one clock and by the machine's; return how many."""
    before = min(clock.now(), clock.machine_now()) - KEPT
    removed = Message.objects.filter(at__lt=before).delete()[0]
    return removed + Digest.objects.filter(at__lt=before, messages__isnull=True).delete()[0]


@jobs.regular("messages.digest", minutes=10)
def send_the_mail_of_the_day() -> int:
    """Tell of the reminders that wait; return to how many readers. Mostly two queries, of an index in which nothing stands."""
    return send_digests()
