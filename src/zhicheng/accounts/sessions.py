"""Sessions as a whole: another key after the password was asked for again, and ending those of anybody or everybody from the server."""

from __future__ import annotations

from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session

from zhicheng.accounts.actions import end_sessions
from zhicheng.accounts.models import User
from zhicheng.foundation import ledger
from zhicheng.foundation.transactions import one_transaction


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
