"""单位性质: the natures of employers, on which the exemption of enterprise staff hangs (S-60)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class UnitNature:
    """One nature: stable ``code``, Chinese and English names."""

    code: str
    zh: str
    en: str


UNIT_NATURES: tuple[UnitNature, ...] = (
    UnitNature("government", "机关", "Government body"),
    UnitNature("institution", "事业单位", "Public institution"),
    UnitNature("enterprise", "企业", "Enterprise"),
    UnitNature("social_group", "社会团体", "Social group"),
    UnitNature("private_non_enterprise", "民办非企业单位", "Private non-enterprise unit"),
    UnitNature("individual", "个体工商户", "Individual business"),
    UnitNature("freelance_agency", "自由职业者代理机构", "Agency for freelancers"),
)

_BY_CODE = {nature.code: nature for nature in UNIT_NATURES}


def find_nature(code: str) -> UnitNature | None:
    """The nature with this code, or None."""
    return _BY_CODE.get(code)
