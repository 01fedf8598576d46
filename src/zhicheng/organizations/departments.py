"""Departments that answer for a trade: which one a series of titles has, and where (人社部令40号 第四条)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from django.utils.translation import gettext as _

from zhicheng.foundation.errors import Problem
from zhicheng.organizations.models import SeriesCharge
from zhicheng.standards.series import find_series

# A notice calls its series as it likes (campaigns.vocabulary.Key); the table of the standards is not the only one.
_CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")


def department_for(series: str, region_code: str) -> int | None:
    """The id of the department that answers for a series where a unit is: the county's own, else the prefecture's; ``None`` for none."""
    places = [region_code, f"{region_code[:4]}00"]
    charges = SeriesCharge.objects.filter(series=series, region_code__in=places).order_by("-region_code")
    return charges.values_list("organization_id", flat=True).first()


def charge_problems(region_code: str, series: Sequence[str]) -> list[Problem]:
    """What stands against a department's answering for these series in its region."""
    problems = [
        Problem(
            _("“{code}”不是系列代码：只有小写字母、数字和下划线，与通知文件中的写法一致。").format(code=code),
            where="series",
            code="series_malformed",
        )
        for code in series
        if not _CODE.fullmatch(code)
    ]
    for charge in SeriesCharge.objects.filter(region_code=region_code, series__in=series).select_related("organization"):
        found = find_series(charge.series)
        words = _("“{series}”系列在本地区已由“{office}”主管。").format(
            series=found.zh if found else charge.series, office=charge.organization.name
        )
        problems.append(Problem(words, where="series", code="series_taken"))
    return problems
