"""A registration nobody confirmed in time goes whole: the account, the request, the unit. Its file goes with the unused ones."""

from __future__ import annotations

import logging

from django.db import IntegrityError
from django.db.models import ProtectedError, Q

from zhicheng.accounts.models import User
from zhicheng.accounts.removing import MOST_AT_ONCE, note_first_round, note_overdue, put_off, remove_account
from zhicheng.foundation import jobs, ledger
from zhicheng.foundation.transactions import one_transaction
from zhicheng.organizations import unconfirmed
from zhicheng.organizations.models import Membership, Organization, OrganizationKind, UnitVerification

logger = logging.getLogger(__name__)


def remove_unconfirmed() -> int:
    """Remove the registrations that are overdue, were so a day ago, and saw the rounds of all their days, each in a transaction of its own; return how many. What will be
    due in a day is written down first.
    """
    removed, crowded = 0, unconfirmed.is_crowded()
    _note_due(crowded=crowded)
    due = unconfirmed.removable_registrations(crowded=crowded)
    for user_id in list(due.values_list("pk", flat=True)[:MOST_AT_ONCE]):
        try:
            removed += remove_registration(user_id=user_id, crowded=crowded)
        except ProtectedError as kept:
            rows = sorted({f"{type(row)._meta.label} {row.pk}" for row in kept.protected_objects})
            _let_stay(user_id, ", ".join(rows[:5]))
        except IntegrityError:
            _let_stay(user_id, "a row that came meanwhile")
    return removed


@one_transaction
def _note_due(*, crowded: bool) -> None:
    note_first_round(number=jobs.rounds_made(unconfirmed.JOB))
    note_overdue(due=unconfirmed.overdue_registrations(crowded=crowded, ahead=unconfirmed.SEEN_BEFORE))


@one_transaction
def _let_stay(user_id: int, why: str) -> None:
    logger.info("the registration of account %s stays, referred to by %s", user_id, why)
    put_off(user_id=user_id)


@one_transaction
def remove_registration(*, user_id: int, crowded: bool = False) -> bool:
    """Remove this registration if it is overdue still: locked and read again, for its mailbox may be confirmed at this moment.

    The account, what it accepted, where it belonged, its requests, and a unit that nobody else belongs to; their numbers stand in the
    ledger, and the name and particulars that it tells cannot be checked any more. False: it stays.
    """
    User.objects.select_for_update(no_key=True).filter(pk=user_id).first()
    user = unconfirmed.removable_registrations(crowded=crowded).filter(pk=user_id).first()
    if user is None:
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
    about = Q(subject__in=[f"user:{user_id}", *(f"organization:{pk}" for pk in gone)])
    asked_for = Q(
        subject__in=[f"organization:{pk}" for pk in units], data__verification__in=requests
    )  # also where the unit stays
    ledger.forget_private_of(about=about | asked_for, actor="system", reason="removed with a registration nobody confirmed")
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
