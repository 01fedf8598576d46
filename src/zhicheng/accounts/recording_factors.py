"""The second factor for the auditor; loaded where the library's app is installed."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.mfa import signals as factor_signals
from django.dispatch import receiver

from zhicheng.accounts.actions import end_other_sessions
from zhicheng.accounts.brakes import FREE_TRIES, network_of
from zhicheng.accounts.devices import known_device
from zhicheng.accounts.models import User
from zhicheng.accounts.second_factor import code_try
from zhicheng.accounts.warnings import warn_of_wrong_code
from zhicheng.foundation import securitylog


@receiver(factor_signals.authenticator_added)
def factor_set(sender: Any, request: Any, user: User, authenticator: Any, **kwargs: Any) -> None:
    """TOTP, recovery codes or a key. Sessions that began with the password alone end."""
    if authenticator.type == "totp":
        end_other_sessions(user_id=user.pk, key=request.session.session_key or "")
    securitylog.note(event="factor.set", actor=f"user:{user.pk}", kind=authenticator.type)


@receiver(factor_signals.authenticator_removed)
def factor_removed(sender: Any, user: User, authenticator: Any, **kwargs: Any) -> None:
    """By its owner."""
    securitylog.note(event="factor.removed", actor=f"user:{user.pk}", kind=authenticator.type)


@receiver(factor_signals.authenticator_reset)
def factor_renewed(sender: Any, user: User, authenticator: Any, **kwargs: Any) -> None:
    """New recovery codes."""
    securitylog.note(event="factor.renewed", actor=f"user:{user.pk}", kind=authenticator.type)


@receiver(factor_signals.authentication_failed)
def factor_failed(sender: Any, request: Any, user: User, **kwargs: Any) -> None:
    """The password was right, the code was not. The owner is told at once, unless it is most likely the owner: signed in already, or on
    a known device, and only a few times."""
    securitylog.note(event="factor.failed", result="failed", subject=f"user:{user.pk}")
    at_home = kwargs.get("reauthentication") or known_device(user_id=user.pk, cookies=request.COOKIES) is not None
    if not at_home or code_try(request, user_id=user.pk).tries() > FREE_TRIES:
        warn_of_wrong_code(user_id=user.pk, network=network_of(get_adapter().get_client_ip(request)))
