"""What an account nobody confirmed in time holds no longer: its mailbox and its log-in name. Parts of the actions, in their transaction."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.db import IntegrityError

from zhicheng.accounts import queries
from zhicheng.accounts.models import User
from zhicheng.foundation import clock


def release_mailbox(email: str, *, keeper: User) -> None:
    """Take a mailbox from an account that did not confirm it in time; that account can be registered anew.

    Locked and read again: a link that was sent anew at a sign-in may be opened at this moment. Raises ``IntegrityError`` then: the
    mailbox is another's, as if it had been confirmed a minute ago.
    """
    holder = _locked(queries.account_with_mailbox(email), keeper=keeper)
    if holder is None or holder.email.lower() != email.lower():
        return
    if not queries.username_is_released(holder, now=clock.now()):
        raise IntegrityError("the mailbox was confirmed a moment ago")
    EmailAddress.objects.filter(user=holder).delete()
    holder.set_email("")
    holder.save(update_fields=["email"])


def release_username(username: str, *, keeper: User) -> None:
    """Take a log-in name from an account that did not confirm its mailbox in time: it is nobody's way in."""
    holder = _locked(User.objects.filter(username__iexact=username).exclude(pk=keeper.pk).first(), keeper=keeper)
    if holder is None or holder.username.lower() != username.lower():
        return
    if queries.username_is_released(holder, now=clock.now()):
        holder.username = f"~{holder.pk}"
        holder.save(update_fields=["username"])


def _locked(holder: User | None, *, keeper: User) -> User | None:
    """The row as it is now, locked, so that its mailbox is confirmed before or afterwards; ``None`` for the keeper's own."""
    if holder is None or holder.pk == keeper.pk:
        return None
    return User.objects.select_for_update(no_key=True).filter(pk=holder.pk).first()
