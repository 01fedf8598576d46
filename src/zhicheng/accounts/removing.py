"""An account nobody ever confirmed goes, with what it accepted. A part of the actions, in their transaction."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.db.models import Exists, OuterRef, QuerySet

from zhicheng.accounts.models import AccountKind, NoticeAcceptance, User
from zhicheng.accounts.queries import mailbox_confirmed


def never_confirmed() -> QuerySet[User]:
    """Accounts that somebody registered and nobody uses: no mailbox of theirs is confirmed, nobody signed in to them, no card was seen."""
    confirmed = EmailAddress.objects.filter(user=OuterRef("pk"), verified=True)
    return User.objects.filter(
        ~Exists(confirmed),
        kind__in=[AccountKind.APPLICANT, AccountKind.UNIT],
        last_login__isnull=True,
        identity_confirmed_at__isnull=True,
        number_held_at__isnull=True,
    )


def remove_account(*, user: User) -> None:
    """Remove a locked account that was never confirmed, with what it accepted; ``ProtectedError`` when a row of any room refers to it.

    The caller tells the ledger.
    """
    if mailbox_confirmed(user):
        raise ValueError("an account that was confirmed stays")
    NoticeAcceptance.objects.filter(user=user).delete()
    user.delete()
