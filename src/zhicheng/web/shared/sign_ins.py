"""Sessions end: after a working day however busy, and one by one from the page of sign-ins."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from allauth.account.decorators import reauthentication_required
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.models import Session
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from zhicheng.accounts import devices
from zhicheng.accounts.actions import end_other_sessions, end_session
from zhicheng.accounts.sessions import last_seen
from zhicheng.foundation import clock
from zhicheng.web.shared import kept
from zhicheng.web.shared.http import actor_of, go

SIGNED_IN_AT = "signed_in_at"

GetResponse = Callable[[HttpRequest], HttpResponse]


@receiver(user_logged_in)
def begin(sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
    """A session remembers when it began, by the machine's time: a rehearsal's clock ends no session."""
    request.session[SIGNED_IN_AT] = int(clock.machine_now().timestamp())
    if "_session_expiry" in request.session:  # of the visit before, in which something was kept
        request.session.set_expiry(None)


class SessionEndMiddleware:
    """Signs out whoever signed in too long ago. What they were typing is kept for them like after any other end."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            now = int(clock.machine_now().timestamp())
            began = request.session.setdefault(SIGNED_IN_AT, now)
            if now - began > settings.SESSION_LONGEST_HOURS * 3600:
                waits = request.session.get(kept.SESSION_KEY, "")
                logout(request)
                request.sign_in_was_too_long = True  # type: ignore[attr-defined]
                kept.carry_over(request, waits)
        return self.get_response(request)


@never_cache
@reauthentication_required(allow_get=True)
def show(request: HttpRequest) -> HttpResponse:
    """登录记录: where the account is signed in, and the devices it knows. Sent, it ends every other sign-in."""
    user_id = actor_of(request).account_id
    if request.method == "POST":
        end_other_sessions(user_id=user_id, key=request.session.session_key or "")
        messages.success(request, _("其他登录都已退出。"))
        return go(request, "usersessions_list")
    rows = sorted(UserSession.objects.purge_and_list(request.user), key=lambda row: row.created_at)
    if not any(row.is_current() for row in rows):
        rows.append(_this_one(request))
    ends = dict(
        Session.objects.filter(session_key__in=[row.session_key for row in rows]).values_list("session_key", "expire_date")
    )
    sessions = [{"row": row, "seen": last_seen(ends[row.session_key]) if row.session_key in ends else None} for row in rows]
    known = devices.known_device(user_id=user_id, cookies=request.COOKIES)
    context = {"sessions": sessions, "devices": devices.devices_of(user_id), "here": known.pk if known else 0}
    return render(request, "usersessions/usersession_list.html", context)


@require_POST
@reauthentication_required
def end_one(request: HttpRequest, session_id: int) -> HttpResponse:
    """End one sign-in of one's own."""
    end_session(user_id=actor_of(request).account_id, session_id=session_id)
    messages.success(request, _("这个登录已经退出。"))
    return go(request, "usersessions_list")


@require_POST
@reauthentication_required
def forget_devices(request: HttpRequest) -> HttpResponse:
    """Forget every known device of one's own."""
    user_id = actor_of(request).account_id
    devices.forget_devices(user_id=user_id)
    messages.success(request, _("常用设备都已清除。"))
    response = go(request, "usersessions_list")
    response.delete_cookie(devices.cookie_of(user_id), path="/", samesite="Lax")
    return response


def _this_one(request: HttpRequest) -> UserSession:
    """This sign-in, for the list, where it was not noted when it began; nothing is written."""
    return UserSession(
        user_id=request.user.pk,
        created_at=datetime.fromtimestamp(request.session[SIGNED_IN_AT], tz=UTC),
        ip=request.META.get("REMOTE_ADDR", ""),
        user_agent=request.headers.get("User-Agent", ""),
        session_key=request.session.session_key or "",
    )
