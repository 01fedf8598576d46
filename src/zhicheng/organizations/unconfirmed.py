"""Registrations whose mailbox nobody confirms: strangers make them without end, so they are kept for a time only."""

from __future__ import annotations

from datetime import timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet

from zhicheng.accounts.models import AccountKind, User
from zhicheng.accounts.removing import never_confirmed
from zhicheng.evidence import visitors
from zhicheng.evidence.queries import usage_of_visitors
from zhicheng.foundation import clock
from zhicheng.organizations.models import (
    Membership,
    MembershipRole,
    UnitVerification,
    VerificationKind,
    VerificationState,
)

DAYS_KEPT = 30
"""How many days a registration waits for its mailbox to be confirmed; by signing in one gets a new link as often as one likes."""
DAYS_KEPT_WHEN_CROWDED = 3
"""The same of units' registrations while more than half of the room for visitors' files is taken: whoever fills it shuts nobody out for
a month."""


def is_crowded() -> bool:
    """Whether visitors' files that nobody answers for fill more than half of their room."""
    return usage_of_visitors().held_bytes > settings.VISITOR_BYTES // 2


def overdue_registrations(*, crowded: bool) -> QuerySet[User]:
    """The accounts that were registered long enough ago and never confirmed, the oldest first; some of them stay (``stands_alone``)."""
    now = clock.now()
    old = Q(created_at__lt=now - timedelta(days=DAYS_KEPT))
    if crowded:
        old |= Q(created_at__lt=now - timedelta(days=DAYS_KEPT_WHEN_CROWDED), kind=AccountKind.UNIT)
    return never_confirmed().filter(old).order_by("created_at", "pk")


def stands_alone(user_id: int) -> bool:
    """Whether no county has handed this registration on or decided about it, and no unit opened the account for a colleague.

    Asked of one account at a time: for many at once PostgreSQL finds no good way through the tables.
    """
    asked = UnitVerification.objects.filter(submitted_by=user_id)
    untouched = asked.filter(
        kind=VerificationKind.REGISTRATION,
        state__in=[VerificationState.PENDING, VerificationState.REPLACED],
        decided_at__isnull=True,
        transfers=[],
    )
    if asked.count() != untouched.count():
        return False
    desks = Membership.objects.filter(user=user_id, role=MembershipRole.STAFF, until__isnull=True)
    return not desks.filter(organization__verified_year__isnull=False).exists()


@visitors.vouches
def _licences_of_confirmed_units() -> QuerySet[UnitVerification]:
    """A licence that a visitor brought has an owner as soon as the mailbox of its registration is confirmed."""
    confirmed = EmailAddress.objects.filter(user=OuterRef("submitted_by"), verified=True)
    return UnitVerification.objects.filter(Exists(confirmed), licence=OuterRef("pk"))
