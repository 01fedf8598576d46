"""An account nobody ever confirmed goes, with what it accepted. A part of the actions, in their transaction."""

from __future__ import annotations

from datetime import datetime

from allauth.account.models import EmailAddress
from django.db.models import Exists, OuterRef, Q, QuerySet

from zhicheng.accounts.models import AccountKind, IdentityCorrection, NoticeAcceptance, User
from zhicheng.accounts.queries import mailbox_confirmed
from zhicheng.foundation import clock

MOST_AT_ONCE = 500
"""In an hour, those that cannot be removed among them: 12,000 in a day are more than strangers can make, who have 3,000 registrations
(web.shared.limits), and each removal is some eighty statements and waits for the ledger's head."""


def never_confirmed() -> QuerySet[User]:
    """Accounts that somebody registered and nobody uses: no mailbox of theirs is confirmed, nobody signed in to them, no card was seen.

    Whose name or number was corrected, or whose number was taken for its owner, stays as the record of who claimed it.
    """
    confirmed = EmailAddress.objects.filter(user=OuterRef("pk"), verified=True)
    return User.objects.filter(
        ~Exists(confirmed),
        ~Exists(IdentityCorrection.objects.filter(user=OuterRef("pk"))),
        kind__in=[AccountKind.APPLICANT, AccountKind.UNIT],
        last_login__isnull=True,
        identity_confirmed_at__isnull=True,
        number_held_at__isnull=True,
    )


def note_overdue(*, due: QuerySet[User]) -> None:
    """Write down of ``due``, accounts that shall go, since when the machine's clock finds so, and forget it of all others.

    What was written down in the future was written by a clock that was ahead: it begins anew. An account somebody has in hand waits for
    the next round.
    """
    at = clock.machine_now()
    _note(User.objects.filter(overdue_seen_at__isnull=False).exclude(pk__in=due.order_by().values("pk")), overdue_seen_at=None)
    _note(due.filter(Q(overdue_seen_at__isnull=True) | Q(overdue_seen_at__gt=at)), overdue_seen_at=at)


def note_first_round(*, number: int) -> None:
    """Write down of every account nobody confirmed, and that no round has come upon, that the one with this ``number`` did.

    A number that is still to come is of a count that was begun anew since.
    """
    _note(never_confirmed().filter(Q(first_round__isnull=True) | Q(first_round__gt=number)), first_round=number)


def put_off(*, user_id: int) -> None:
    """Let an account that could not be removed wait for another day before it is tried again."""
    _note(User.objects.filter(pk=user_id), overdue_seen_at=clock.machine_now())


def _note(users: QuerySet[User], **values: datetime | int | None) -> None:
    locked = users.select_for_update(no_key=True, skip_locked=True).order_by("pk")
    User.objects.filter(pk__in=list(locked.values_list("pk", flat=True)[:MOST_AT_ONCE])).update(**values)


def remove_account(*, user: User) -> None:
    """Remove a locked account that was never confirmed, with what it accepted; ``ProtectedError`` when a row of any room refers to it.

    The caller tells the ledger.
    """
    if mailbox_confirmed(user):
        raise ValueError("an account that was confirmed stays")
    NoticeAcceptance.objects.filter(user=user).delete()
    user.delete()
