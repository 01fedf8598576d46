"""Registrations whose mailbox nobody confirms: strangers make them without end, so they are kept for a time only."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet

from zhicheng.accounts.models import AccountKind, User
from zhicheng.accounts.removing import never_confirmed
from zhicheng.evidence import visitors
from zhicheng.evidence.queries import bytes_of_visitors
from zhicheng.foundation import clock, jobs
from zhicheng.organizations.models import (
    AccountRequest,
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
SEEN_BEFORE = timedelta(days=1)
"""How long before it goes an earlier round must have found it due."""
JOB = "registrations.forget"  # every hour
LEAST_ROUNDS_A_DAY = 20
"""Of the 24 of a day those that must have been made for each day a registration is kept: a clock that is wrong for weeks makes none.
The others a machine may have stood still for."""


def is_crowded() -> bool:
    """Whether visitors' files that nobody answers for fill more than half of their room."""
    return bytes_of_visitors() > settings.VISITOR_BYTES // 2


def overdue_registrations(*, crowded: bool, ahead: timedelta = timedelta(0)) -> QuerySet[User]:
    """The accounts that were registered long enough ago (or will have been, ``ahead`` of now), never confirmed, and that nobody has to do
    with, the oldest first.
    """
    now = clock.now() + ahead
    old = Q(created_at__lt=now - timedelta(days=DAYS_KEPT))
    if crowded:
        old |= Q(created_at__lt=now - timedelta(days=DAYS_KEPT_WHEN_CROWDED), kind=AccountKind.UNIT)
    return never_confirmed().filter(old, *_nobody_has_to_do_with_it()).order_by("created_at", "pk")


def removable_registrations(*, crowded: bool) -> QuerySet[User]:
    """Those that are overdue, that a round a day ago or longer found so already, and that have been there for as many rounds as their days
    have: one moment of a clock that is ahead removes nothing, and one that stays ahead, or is set forth and back, nothing that is young.

    That day is counted by the machine, whatever a rehearsal's clock says; the rounds are counted without any clock that is set.
    """
    rounds = jobs.rounds_made(JOB)
    long_enough = Q(first_round__lte=rounds - DAYS_KEPT * LEAST_ROUNDS_A_DAY)
    if crowded:
        long_enough |= Q(first_round__lte=rounds - DAYS_KEPT_WHEN_CROWDED * LEAST_ROUNDS_A_DAY, kind=AccountKind.UNIT)
    seen = overdue_registrations(crowded=crowded).filter(overdue_seen_at__lte=clock.machine_now() - SEEN_BEFORE)
    return seen.filter(long_enough)


def _nobody_has_to_do_with_it() -> list[Any]:
    """No county has handed this registration on or decided about it, nobody asked for anything else with the account or vouched for its
    owner, and no unit opened it for a colleague. What somebody has to do with is a record and stays.
    """
    asked = UnitVerification.objects.filter(submitted_by=OuterRef("pk"))
    untouched = Q(
        kind=VerificationKind.REGISTRATION,
        state__in=[VerificationState.PENDING, VerificationState.REPLACED],
        decided_at__isnull=True,
        transfers=[],
    )
    desks = Membership.objects.filter(user=OuterRef("pk"), role=MembershipRole.STAFF, until__isnull=True)
    return [
        ~Exists(asked.exclude(untouched)),
        ~Exists(AccountRequest.objects.filter(user=OuterRef("pk"))),
        ~Exists(desks.filter(organization__verified_year__isnull=False)),
    ]


@visitors.vouches
def _licences_of_confirmed_units() -> QuerySet[UnitVerification]:
    """A licence that a visitor brought has an owner as soon as the mailbox of its registration is confirmed."""
    confirmed = EmailAddress.objects.filter(user=OuterRef("submitted_by"), verified=True)
    return UnitVerification.objects.filter(Exists(confirmed), licence=OuterRef("pk"))
