"""What every registration shares: what has to be accepted, and who belongs where from when on."""

from __future__ import annotations

from django.db.models import DateTimeField, F, Max, QuerySet, Value
from django.db.models.functions import Greatest
from django.utils.translation import gettext as _

from zhicheng.accounts.models import User
from zhicheng.accounts.rules import AcceptedText
from zhicheng.foundation import clock
from zhicheng.foundation.errors import Problem
from zhicheng.organizations.models import Membership, MembershipRole, Organization


def check_acceptance(acceptance: AcceptedText | None) -> list[Problem]:
    """Nobody registers without having accepted 注册须知 in a known version (S-10, S-18)."""
    if acceptance is None or not acceptance.key or not acceptance.version or len(acceptance.sha256) != 64:
        return [Problem(_("请先阅读并同意注册须知，再填写注册信息。"), where="acceptance", code="notice_not_accepted")]
    return []


def join_organization(*, user: User, organization: Organization, role: MembershipRole) -> Membership:
    """Make ``organization`` the person's current one; an earlier membership ends now."""
    earlier = Membership.objects.filter(user=user)
    end_memberships(earlier)
    ended = earlier.aggregate(last=Max("until"))["last"]
    at = clock.now()
    return Membership.objects.create(
        user=user, organization=organization, role=role, since=at if ended is None else max(at, ended)
    )


def end_memberships(rows: QuerySet[Membership]) -> None:
    """Let those of ``rows`` that are current end now, but never before they began: the clock may have been put back since."""
    rows.filter(until__isnull=True).update(until=Greatest(Value(clock.now(), output_field=DateTimeField()), F("since")))
