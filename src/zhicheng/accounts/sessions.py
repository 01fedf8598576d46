"""Sessions as a whole: another key after the password was asked for again, and ending those of anybody or everybody from the server."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session

from zhicheng.accounts.actions import end_sessions
from zhicheng.accounts.models import User
from zhicheng.foundation import clock, ledger
from zhicheng.foundation.transactions import one_transaction


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A sign-in that is not over. ``row``: since when, from which address, by which browser; ``seen``: when a page was opened in it last."""

    row: UserSession
    seen: datetime


def open_sessions_of(user_id: int) -> list[OpenSession]:
    """Where the account is signed in now, the earliest first; of a closed account nothing. Times of the machine. Nothing is written."""
    rows = list(UserSession.objects.filter(user_id=user_id, user__is_active=True).order_by("created_at", "pk"))
    alive = Session.objects.filter(session_key__in=[row.session_key for row in rows], expire_date__gt=clock.machine_now())
    ends = dict(alive.values_list("session_key", "expire_date"))
    return [OpenSession(row, last_seen(ends[row.session_key])) for row in rows if row.session_key in ends]


def last_seen(ends: datetime) -> datetime:
    """When a session was used last that ends at ``ends`` unless it is used again."""
    return ends - timedelta(seconds=settings.SESSION_COOKIE_AGE)


def renew_key(request: Any) -> None:
    """Give the session another key; the one before opens nothing any more (ASVS 7.2.4). Its place in the list of sign-ins stays."""
    before = request.session.session_key
    request.session.cycle_key()
    UserSession.objects.filter(session_key=before).update(session_key=request.session.session_key)


@one_transaction
def end_sessions_of(*, user_id: int, actor: str) -> User:
    """Sign one account out everywhere, whatever its kind, and forget its devices; recorded."""
    user = User.objects.select_for_update(no_key=True).get(pk=user_id)
    end_sessions(user=user)
    ledger.record(event="sessions.ended", subject=f"user:{user.pk}", actor=actor, data={})
    return user


@one_transaction
def end_everybodys_sessions(*, actor: str) -> int:
    """Sign everybody out, after a key or a copy of the database went astray; return how many sessions there were. Recorded."""
    UserSession.objects.all().delete()
    ended: int = Session.objects.all().delete()[0]
    ledger.record(event="sessions.ended_all", subject="sign-in", actor=actor, data={"sessions": ended})
    return ended
