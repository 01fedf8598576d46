"""What must be true of offices, units and who belongs to them."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhicheng.accounts.models import AccountKind, User
from zhicheng.foundation.invariants import Violation, grouped, in_batches, invariant
from zhicheng.organizations.models import Membership, MembershipRole, Organization, OrganizationKind

_KINDS = {
    AccountKind.APPLICANT: (MembershipRole.EMPLOYEE, {OrganizationKind.UNIT}),
    AccountKind.UNIT: (MembershipRole.STAFF, {OrganizationKind.UNIT}),
    AccountKind.OFFICER: (MembershipRole.STAFF, set(OrganizationKind) - {OrganizationKind.UNIT}),
}


@invariant("organizations.memberships", gettext_lazy("账号与所属单位、部门相符，每人至多一个"))
def memberships() -> Iterator[Violation]:
    """At most one current membership, as what the account is for; a membership ends before the next one begins (S-07, S-08)."""
    for users in in_batches(User.objects.only("kind")):
        rows = Membership.objects.filter(user__in=users).select_related("organization").order_by("since", "id")
        of = grouped(rows, lambda row: row.user_id)
        for user in users:
            mine: list[Membership] = of.get(user.pk, [])
            current = [row for row in mine if row.until is None]
            if len(current) > 1:
                yield Violation(f"user:{user.pk}", _("同时属于 %(count)s 个单位或部门。") % {"count": len(current)})
            for row in current:
                role, kinds = _KINDS.get(AccountKind(user.kind), (None, set()))
                if row.role != role or row.organization.kind not in kinds:
                    yield Violation(f"user:{user.pk}", _("账号类型与所属单位或部门不相符。"))


@invariant("organizations.routes", gettext_lazy("单位有材料接收部门，县（市）有上级部门"))
def routes() -> Iterator[Violation]:
    """Every unit reports to a county office, every county office to a prefecture bureau (S-12)."""
    units = Q(kind=OrganizationKind.UNIT) & ~Q(receiving_office__kind=OrganizationKind.COUNTY)
    counties = Q(kind=OrganizationKind.COUNTY) & ~Q(superior_office__kind=OrganizationKind.PREFECTURE)
    supervised = Q(supervising_body__isnull=False) & ~Q(supervising_body__kind=OrganizationKind.SUPERVISING)
    for organization in Organization.objects.filter(units | counties | supervised).only("pk").order_by("pk").iterator():
        yield Violation(f"organization:{organization.pk}", _("材料接收部门、上级部门或主管单位的类型不对。"))
