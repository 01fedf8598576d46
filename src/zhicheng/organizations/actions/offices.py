"""Offices and supervising bodies: opened by an operator, never by registration."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from zhicheng.foundation import clock, ledger
from zhicheng.foundation.errors import Problem, Refused
from zhicheng.foundation.transactions import one_transaction
from zhicheng.organizations.departments import charge_problems
from zhicheng.organizations.models import Organization, OrganizationKind, SeriesCharge
from zhicheng.organizations.rules import tidy_title
from zhicheng.standards.regions import Region, find_region, is_known_region


@one_transaction
def open_office(
    *,
    kind: OrganizationKind,
    name: str,
    region_code: str,
    superior_office_id: int | None = None,
    address: str = "",
    contact_person: str = "",
    contact_phone: str = "",
    series: Sequence[str] = (),
    actor: str = "system",
) -> Organization:
    """Open a county title office, the prefecture bureau or a supervising body (主管单位).

    A county office names the prefecture bureau it reports to (S-45). ``series`` are the codes of the series of titles that a department
    answers for in its region (人社部令40号 第四条). Raises ``Refused`` with everything wrong.
    """
    problems = []
    if kind == OrganizationKind.UNIT:
        problems.append(Problem(_("申报单位须自行注册，不能在这里建立。"), where="kind", code="unit_registers_itself"))
    if len(tidy_title(name)) < 2:
        problems.append(Problem(_("请填写名称。"), where="name", code="name_missing"))
    bureaus = Organization.objects.filter(kind=OrganizationKind.PREFECTURE)
    superior = bureaus.filter(pk=superior_office_id).first() if superior_office_id is not None else None
    if kind == OrganizationKind.COUNTY and superior is None:
        problems.append(
            Problem(_("县（市）职称办须指定其上级州人力资源和社会保障局。"), where="superior_office", code="superior_missing")
        )
    problems += _wrong_region(region_code, kind, superior) + charge_problems(region_code, series)
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
    for code in series:
        SeriesCharge.objects.create(organization=office, region_code=region_code, series=code)
    told = {"kind": kind.value, "region": region_code} | ({"series": sorted(series)} if series else {})
    ledger.record(event="office.opened", subject=f"organization:{office.pk}", actor=actor, data=told)
    return office


def _wrong_region(code: str, kind: OrganizationKind, superior: Organization | None) -> list[Problem]:
    """What is wrong with the 行政区划代码 of an office: its employers are found by it (S-12)."""
    region = find_region(code)
    if not (len(code) == 6 and code.isascii() and code.isdigit()):
        said = _("请填写 6 位行政区划代码。"), "region_malformed"
    elif not is_known_region(code):
        said = _("行政区划代码{code}不存在，请核对。").format(code=code), "region_unknown"
    elif region is not None and region.is_retired:
        said = _retired(region), "region_retired"
    elif kind == OrganizationKind.PREFECTURE and (not code.endswith("00") or code.endswith("0000")):
        said = _("{code}不是地（州、市）的行政区划代码，例如博尔塔拉蒙古自治州是652700。").format(code=code), "region_level"
    elif kind == OrganizationKind.COUNTY and code.endswith("00"):
        said = _("{code}不是县（市）的行政区划代码，例如博乐市是652701。").format(code=code), "region_level"
    elif kind == OrganizationKind.COUNTY and superior is not None and not code.startswith(superior.region_code[:4]):
        said = (
            _("{code}不属于上级“{superior}”所在的地（州、市），请核对代码或者上级。").format(code=code, superior=superior.name),
            "region_elsewhere",
        )
    else:
        return []
    return [Problem(said[0], where="region_code", code=said[1])]


def _retired(region: Region) -> str:
    if not region.successor:
        return _("行政区划代码{code}（{name}）已经停用，请核对。").format(code=region.code, name=region.zh)
    return _("行政区划代码{code}（{name}）已经停用，现在是{successor}。").format(
        code=region.code, name=region.zh, successor=region.successor
    )
