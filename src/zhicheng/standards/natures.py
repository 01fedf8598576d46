"""单位性质: the natures of employers. The annual-appraisal exemption (S-60) hangs on ``is_enterprise``."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class UnitNature:
    """One nature: stable ``code``, Chinese and English names, and whether the seed's word 企业单位 covers it (S-60)."""

    code: str
    zh: str
    en: str
    is_enterprise: bool = False


UNIT_NATURES: tuple[UnitNature, ...] = (
    UnitNature("government", "机关", "Government body"),
    UnitNature("institution", "事业单位", "Public institution"),
    UnitNature("enterprise", "企业", "Enterprise", is_enterprise=True),
    UnitNature("social_group", "社会团体", "Social group"),
    UnitNature("private_non_enterprise", "民办非企业单位", "Private non-enterprise unit"),
    UnitNature("individual", "个体工商户", "Individual business", is_enterprise=True),
    UnitNature("freelance_agency", "自由职业者代理机构", "Agency for freelancers"),
)

_BY_CODE = {nature.code: nature for nature in UNIT_NATURES}


def find_nature(code: str) -> UnitNature | None:
    """The nature with this code, or None."""
    return _BY_CODE.get(code)


def is_enterprise(code: str) -> bool:
    """Whether the seed's word 企业单位 covers the nature (S-60); False for an unknown code."""
    nature = _BY_CODE.get(code)
    return nature is not None and nature.is_enterprise
