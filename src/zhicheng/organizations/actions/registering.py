"""What every registration shares: what has to be accepted, and who belongs where from when on."""

from __future__ import annotations

from django.db.models import Max, QuerySet
from django.utils.translation import gettext as _

from zhicheng.accounts.models import User
from zhicheng.accounts.rules import AcceptedText
from zhicheng.foundation import clock, ledger
from zhicheng.foundation.errors import Problem
from zhicheng.organizations.models import Membership, MembershipRole, Organization


def check_acceptance(acceptance: AcceptedText | None) -> list[Problem]:
    """Nobody registers without having accepted 注册须知 in a known version (S-10, S-18)."""
    if acceptance is None or not acceptance.key or not acceptance.version or len(acceptance.sha256) != 64:
        return [Problem(_("请先阅读并同意注册须知，再填写注册信息。"), where="acceptance", code="notice_not_accepted")]
    return []


def join_organization(*, user: User, organization: Organization, role: MembershipRole, actor: str) -> Membership:
    """Make ``organization`` the person's current one; an earlier membership ends now. ``actor``: who did it, as the ledger names them.

    The ledger tells of both: who acts for a unit, and whose employee a person is, is not changed in the tables alone.
    """
    earlier = Membership.objects.filter(user=user)
    end_memberships(earlier, actor=actor)
    ended = earlier.aggregate(last=Max("until"))["last"]
    at = clock.now()
    row = Membership.objects.create(
        user=user, organization=organization, role=role, since=at if ended is None else max(at, ended)
    )
    data = {"membership": row.pk, "organization": organization.pk, "role": role.value, "since": ledger.time_text(row.since)}
    ledger.record(event="account.place_began", subject=f"user:{user.pk}", actor=actor, data=data)
    return row


def end_memberships(rows: QuerySet[Membership], *, actor: str) -> None:
    """Let those of ``rows`` that are current end now, but never before they began: the clock may have been put back since.

    The caller holds the accounts they belong to, or has just made them (docs/structure.md). The rows are locked and read again all the
    same: what somebody else has ended meanwhile has ended, and is told once.
    """
    current = list(rows.filter(until__isnull=True).select_for_update(no_key=True).order_by("pk"))
    ends = [(row, max(clock.now(), row.since)) for row in current]
    for row, at in ends:
        row.until = at
    Membership.objects.bulk_update(current, ["until"])
    for row, at in ends:
        data = {"membership": row.pk, "until": ledger.time_text(at)}
        ledger.record(event="account.place_ended", subject=f"user:{row.user_id}", actor=actor, data=data)
