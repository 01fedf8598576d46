"""Sign-in for the auditor: what the libraries announce, as events of the security log. Never what somebody typed."""

from __future__ import annotations

from typing import Any

from allauth.account import signals as account_signals
from django.contrib.auth import signals as auth_signals
from django.dispatch import receiver

from zhicheng.accounts.models import User
from zhicheng.accounts.queries import account_tried
from zhicheng.foundation import securitylog


@receiver(auth_signals.user_logged_in)
def signed_in(sender: Any, request: Any, user: User, **kwargs: Any) -> None:
    """Also after a second factor: the session is the person's from here on."""
    securitylog.note(event="signin.succeeded", actor=f"user:{user.pk}", kind=user.kind)


@receiver(auth_signals.user_login_failed)
def sign_in_failed(sender: Any, credentials: dict[str, Any], **kwargs: Any) -> None:
    """A wrong password, an unknown name, or a closed account."""
    securitylog.note(event="signin.failed", result="failed", subject=account_tried(credentials))


@receiver(auth_signals.user_logged_out)
def signed_out(sender: Any, request: Any, user: User | None, **kwargs: Any) -> None:
    """Somebody who was signed in."""
    if user is not None and user.pk:
        securitylog.note(event="signout", actor=f"user:{user.pk}")


@receiver(account_signals.password_changed)
@receiver(account_signals.password_set)
def password_changed(sender: Any, user: User, **kwargs: Any) -> None:
    """By its owner, signed in."""
    securitylog.note(event="password.changed", actor=f"user:{user.pk}")


@receiver(account_signals.password_reset)
def password_reset(sender: Any, user: User, **kwargs: Any) -> None:
    """Through the link of a mail."""
    securitylog.note(event="password.reset", actor=f"user:{user.pk}")


@receiver(account_signals.email_changed)
def mailbox_changed(sender: Any, user: User, **kwargs: Any) -> None:
    """By its owner; one that was lost is replaced by ``accounts.actions`` and stands in the ledger."""
    securitylog.note(event="mailbox.changed", actor=f"user:{user.pk}")
