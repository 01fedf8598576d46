"""Departments that answer for a trade: which one a series of titles has, and where (人社部令40号 第四条)."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from zhicheng.foundation.errors import Problem
from zhicheng.organizations.models import SeriesCharge
from zhicheng.standards.series import find_series


def department_for(series: str, region_code: str) -> int | None:
    """The id of the department that answers for a series where a unit is: the county's own, else the prefecture's; ``None`` for none."""
    places = [region_code, f"{region_code[:4]}00"]
    charges = SeriesCharge.objects.filter(series=series, region_code__in=places).order_by("-region_code")
    return charges.values_list("organization_id", flat=True).first()


def charge_problems(region_code: str, series: Sequence[str]) -> list[Problem]:
    """What stands against a department's answering for these series in its region."""
    problems = [
        Problem(_("没有代码为{code}的职称系列。").format(code=code), where="series", code="series_unknown")
        for code in series
        if find_series(code) is None
    ]
    for charge in SeriesCharge.objects.filter(region_code=region_code, series__in=series).select_related("organization"):
        found = find_series(charge.series)
        words = _("“{series}”系列在本地区已由“{office}”主管。").format(
            series=found.zh if found else charge.series, office=charge.organization.name
        )
        problems.append(Problem(words, where="series", code="series_taken"))
    return problems
