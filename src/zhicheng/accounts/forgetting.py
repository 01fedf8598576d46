"""What is left of sign-ins that are over: where from, by which browser, and what a session carried. Forgotten once a day."""

from __future__ import annotations

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef

from zhicheng.accounts.models import KnownDevice
from zhicheng.foundation import clock, jobs

_BATCH = 10_000


@jobs.regular("sign_ins.forget", minutes=24 * 60)
def forget_ended_sign_ins() -> int:
    """Remove sessions that have run out, what was noted of sessions that are no more (address and browser of their owner), and known
    devices that have run out; return how many rows. Times of the machine. At most 10,000 of each at once.
    """
    at = clock.machine_now()
    run_out = Session.objects.filter(expire_date__lt=at).values_list("pk", flat=True)[:_BATCH]
    sessions, _by_model = Session.objects.filter(pk__in=list(run_out)).delete()
    alive = Session.objects.filter(session_key=OuterRef("session_key"))
    ended = UserSession.objects.filter(~Exists(alive)).values_list("pk", flat=True)[:_BATCH]
    removed, _by_model = UserSession.objects.filter(pk__in=list(ended)).delete()
    over = KnownDevice.objects.filter(expires_at__lte=at).values_list("pk", flat=True)[:_BATCH]
    return sessions + removed + KnownDevice.objects.filter(pk__in=list(over)).delete()[0]
