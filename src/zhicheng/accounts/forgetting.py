"""What is left of sign-ins that are over: where from, by which browser, and what a session carried. Forgotten within minutes."""

from __future__ import annotations

from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef, QuerySet

from zhicheng.accounts.models import KnownDevice
from zhicheng.foundation import clock, jobs

_BATCH = 10_000
_ROUNDS = 20


@jobs.regular("sign_ins.forget", minutes=10)
def forget_ended_sign_ins() -> int:
    """Remove sessions that have run out, what was noted of sessions that are no more (address and browser of their owner), and known
    devices that have run out; return how many rows. Times of the machine. At most 200,000 of each at once: more than visitors can leave
    behind in between.
    """
    at = clock.machine_now()
    alive = Session.objects.filter(session_key=OuterRef("session_key"))
    removed = _remove(Session.objects.filter(expire_date__lt=at))
    removed += _remove(UserSession.objects.filter(~Exists(alive)))
    return removed + _remove(KnownDevice.objects.filter(expires_at__lte=at))


def _remove(rows: QuerySet[Any]) -> int:
    removed = 0
    for _round in range(_ROUNDS):
        batch = list(rows.values_list("pk", flat=True)[:_BATCH])
        removed += rows.model._default_manager.filter(pk__in=batch).delete()[0] if batch else 0
        if len(batch) < _BATCH:
            break
    return removed
