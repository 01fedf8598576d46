"""The codes an authenticator app would show, and an account that asks for them."""

from __future__ import annotations

import time

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.db import transaction

from zhicheng.accounts import second_factor
from zhicheng.accounts.models import User


def code_of(secret: str, step: int = 0) -> str:
    """The code of the present half minute, or of one ``step`` before or after it."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30 + step)))


def give_factor(user: User) -> str:
    """Set an app and recovery codes up for this account, as its owner does on the site; the app's secret."""
    secret = str(generate_totp_secret())
    with transaction.atomic(), second_factor.secrets_of(user.pk):
        TOTP.activate(user, secret)
        RecoveryCodes.activate(user)
    return secret


def need_factor(user_id: int | None) -> None:
    """The account has a second factor from here on, if it had none."""
    user = User.objects.get(pk=user_id)
    if not second_factor.is_set_up(user.pk):
        give_factor(user)
