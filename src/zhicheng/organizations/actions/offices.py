"""Offices and supervising bodies: opened by an operator, never by registration."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from zhicheng.foundation import clock, ledger
from zhicheng.foundation.errors import Problem, Refused
from zhicheng.organizations.models import Organization, OrganizationKind
from zhicheng.organizations.rules import tidy_title


@transaction.atomic
def open_office(
    *,
    kind: OrganizationKind,
    name: str,
    region_code: str,
    superior_office_id: int | None = None,
    address: str = "",
    contact_person: str = "",
    contact_phone: str = "",
    actor: str = "system",
) -> Organization:
    """Open a county title office, the prefecture bureau or a supervising body (主管单位).

    A county office names the prefecture bureau it reports to (S-45). Raises ``Refused`` with everything wrong.
    """
    problems = []
    if kind == OrganizationKind.UNIT:
        problems.append(Problem(_("申报单位须自行注册，不能在这里建立。"), where="kind", code="unit_registers_itself"))
    if len(tidy_title(name)) < 2:
        problems.append(Problem(_("请填写名称。"), where="name", code="name_missing"))
    if not (len(region_code) == 6 and region_code.isascii() and region_code.isdigit()):
        problems.append(Problem(_("请填写 6 位行政区划代码。"), where="region_code", code="region_malformed"))
    bureaus = Organization.objects.filter(kind=OrganizationKind.PREFECTURE)
    superior = bureaus.filter(pk=superior_office_id).first() if superior_office_id is not None else None
    if kind == OrganizationKind.COUNTY and superior is None:
        problems.append(
            Problem(_("县（市）职称办须指定其上级州人力资源和社会保障局。"), where="superior_office", code="superior_missing")
        )
    if problems:
        raise Refused(problems)
    office = Organization.objects.create(
        kind=kind,
        name=tidy_title(name),
        region_code=region_code,
        superior_office=superior if kind == OrganizationKind.COUNTY else None,
        address=address,
        contact_person=contact_person,
        contact_phone=contact_phone,
        created_at=clock.now(),
    )
    ledger.record(
        event="office.opened", subject=f"organization:{office.pk}", actor=actor, data={"kind": kind.value, "region": region_code}
    )
    return office
