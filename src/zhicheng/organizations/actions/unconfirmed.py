"""A registration nobody confirmed in time goes whole: the account, the request, the unit. Its file goes with the unused ones."""

from __future__ import annotations

import logging

from django.db import IntegrityError
from django.db.models import ProtectedError

from zhicheng.accounts.models import User
from zhicheng.accounts.removing import remove_account
from zhicheng.foundation import ledger
from zhicheng.foundation.transactions import one_transaction
from zhicheng.organizations import unconfirmed
from zhicheng.organizations.models import Membership, Organization, OrganizationKind, UnitVerification

logger = logging.getLogger(__name__)

MOST_AT_ONCE = 5000
"""In an hour: more than strangers can make, who have 3,000 registrations (web.shared.limits)."""


def remove_unconfirmed() -> int:
    """Remove the registrations that are overdue, each in a transaction of its own; return how many."""
    removed, crowded = 0, unconfirmed.is_crowded()
    for user_id in list(unconfirmed.overdue_registrations(crowded=crowded).values_list("pk", flat=True)):
        if removed == MOST_AT_ONCE:
            break
        try:
            removed += remove_registration(user_id=user_id, crowded=crowded)
        except (ProtectedError, IntegrityError):
            logger.info("the registration of account %s was taken into use", user_id)
    return removed


@one_transaction
def remove_registration(*, user_id: int, crowded: bool = False) -> bool:
    """Remove this registration if it is overdue still: locked and read again, for its mailbox may be confirmed at this moment.

    The account, what it accepted, where it belonged, its requests, and a unit that nobody else belongs to; their numbers stand in the
    ledger. False: it stays.
    """
    User.objects.select_for_update(no_key=True).filter(pk=user_id).first()
    user = unconfirmed.overdue_registrations(crowded=crowded).filter(pk=user_id).first()
    if user is None or not unconfirmed.stands_alone(user_id):
        return False
    asked, places = UnitVerification.objects.filter(submitted_by=user), Membership.objects.filter(user=user)
    units = {*asked.values_list("organization_id", flat=True), *places.values_list("organization_id", flat=True)}
    requests = sorted(asked.values_list("pk", flat=True))
    asked.delete()
    places.delete()
    remove_account(user=user)
    gone = [pk for pk in sorted(units) if _remove_abandoned(pk)]
    ledger.record(
        event="account.removed",
        subject=f"user:{user_id}",
        actor="system",
        data={"kind": user.kind, "requests": requests, "units": gone},
    )
    return True


def _remove_abandoned(organization_id: int) -> bool:
    """Remove a unit that no county ever approved; False when it is none, or when a row of any room refers to it still."""
    never_approved = Organization.objects.filter(pk=organization_id, kind=OrganizationKind.UNIT, verified_year__isnull=True)
    unit = never_approved.select_for_update(no_key=True).first()
    if unit is None or Membership.objects.filter(organization=unit).exists():
        return False
    try:
        _delete(unit)
    except ProtectedError:
        return False
    return True


@one_transaction
def _delete(unit: Organization) -> None:
    unit.delete()
