"""Which office decided: the one that was asked, or the prefecture in its stead (G-03)."""

from __future__ import annotations

from django.db.models import OuterRef, Q, Subquery

from zhicheng.organizations.models import Membership, MembershipRole


def where_decided() -> Subquery:
    """The name of the office in which whoever decided worked on that day: the county, or the prefecture in its stead (G-03)."""
    there = Membership.objects.filter(
        user_id=OuterRef("decided_by"), role=MembershipRole.STAFF, since__lte=OuterRef("decided_at")
    )
    there = there.filter(Q(until__isnull=True) | Q(until__gte=OuterRef("decided_at")))  # moved at that very moment: after it
    return Subquery(there.order_by("since", "id").values("organization__name")[:1])
