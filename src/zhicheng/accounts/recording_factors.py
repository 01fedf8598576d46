"""The second factor for the auditor, and in the ledger; loaded where the library's app is installed.

The security log hears what the library announces, after the commit. The ledger is written in the transaction of the row itself,
whichever page, action or command it is: its entries and the library's table are compared (``factor_invariants``).
"""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.mfa import signals as factor_signals
from allauth.mfa.models import Authenticator
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from zhicheng.accounts.actions import end_other_sessions
from zhicheng.accounts.brakes import FREE_TRIES, network_of
from zhicheng.accounts.devices import known_device
from zhicheng.accounts.models import User
from zhicheng.accounts.second_factor import code_try, remover_of
from zhicheng.accounts.warnings import warn_of_wrong_code
from zhicheng.foundation import ledger, securitylog
from zhicheng.foundation.told import moment
from zhicheng.foundation.transactions import one_transaction


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


@receiver(post_save, sender=Authenticator)
def factor_written(sender: Any, instance: Authenticator, created: bool, raw: bool = False, **kwargs: Any) -> None:
    """A new row: an app, or recovery codes. Its owner alone can make one."""
    if created and not raw:
        _tell(instance, event="account.factor_set", actor=f"user:{instance.user_id}", at=moment(instance.created_at))


@receiver(post_delete, sender=Authenticator)
def factor_taken_away(sender: Any, instance: Authenticator, **kwargs: Any) -> None:
    """Replaced or switched off by its owner, or reset because it was lost."""
    _tell(instance, event="account.factor_gone", actor=remover_of(instance.user_id))


@one_transaction
def _tell(row: Authenticator, *, event: str, actor: str, **more: Any) -> None:
    """The entry that names the row, never what is secret in it."""
    data = {"authenticator": row.pk, "type": row.type, **more}
    ledger.record(event=event, subject=f"user:{row.user_id}", actor=actor, data=data)
