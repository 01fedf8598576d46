"""Devices an account knows: one random cookie per account, kept only as a hash. It spares limits and is never a factor."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils.crypto import salted_hmac

from zhicheng.accounts.models import KnownDevice
from zhicheng.foundation import clock
from zhicheng.foundation.transactions import one_transaction

LIVES = timedelta(days=90)
MOST = 20  # of one account


def cookie_of(user_id: int) -> str:
    """The name of an account's cookie: another for each account, and nothing to be read from it."""
    told = salted_hmac("zhicheng.accounts.devices", str(user_id), algorithm="sha256").hexdigest()[:12]
    return f"{'__Host-' if settings.HTTPS else ''}device-{told}"


def known_device(*, user_id: int, cookies: Any) -> KnownDevice | None:
    """The device a request comes from, if the account knows it."""
    token = cookies.get(cookie_of(user_id), "")
    if not token:
        return None
    return KnownDevice.objects.filter(user_id=user_id, token_hash=_hash(token), expires_at__gt=clock.machine_now()).first()


def set_cookie(response: Any, *, user_id: int, token: str) -> None:
    """Give the token to the browser."""
    response.set_cookie(
        cookie_of(user_id),
        token,
        max_age=int(LIVES.total_seconds()),
        path="/",
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )


@one_transaction
def remember_device(*, user_id: int, cookies: Any, browser: str) -> str:
    """Know this device for another ninety days; return the token for its cookie (the one it has, or a new one)."""
    now = clock.machine_now()
    device = known_device(user_id=user_id, cookies=cookies)
    if device is not None:
        KnownDevice.objects.filter(pk=device.pk).update(expires_at=now + LIVES, last_used_at=now)
        return str(cookies[cookie_of(user_id)])
    token = secrets.token_urlsafe(32)
    KnownDevice.objects.create(
        user_id=user_id,
        token_hash=_hash(token),
        browser=browser[:200],
        created_at=now,
        last_used_at=now,
        expires_at=now + LIVES,
    )
    kept = KnownDevice.objects.filter(user_id=user_id).order_by("-last_used_at", "-pk").values_list("pk", flat=True)[:MOST]
    KnownDevice.objects.filter(user_id=user_id).exclude(pk__in=list(kept)).delete()
    return token


@one_transaction
def forget_devices(*, user_id: int) -> int:
    """Know none of the account's devices any more; return how many were forgotten."""
    return KnownDevice.objects.filter(user_id=user_id).delete()[0]


def forget_device(*, user_id: int, cookies: Any) -> None:
    """Do not know the device a request comes from: somebody says that others use it, too."""
    if token := cookies.get(cookie_of(user_id), ""):
        KnownDevice.objects.filter(user_id=user_id, token_hash=_hash(token)).delete()


def devices_of(user_id: int) -> list[KnownDevice]:
    """The devices an account knows, the last used first."""
    return list(KnownDevice.objects.filter(user_id=user_id, expires_at__gt=clock.machine_now()).order_by("-last_used_at"))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
