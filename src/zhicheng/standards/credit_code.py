"""统一社会信用代码, GB 32100-2015 (domain §3.2).

Own check: codes that start with a letter (N for village collectives, A, Y) are real and valid.
"""

from __future__ import annotations

from dataclasses import dataclass

from . import organization_code as gb11714
from .errors import InvalidNumber
from .regions import find_region, is_known_region, region_name
from .text import DIGITS, compact, refuse_strangers, strangers

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
# Names registered at the national level carry this instead of a division.
NATIONAL_REGION = "100000"

DEPARTMENTS: dict[str, tuple[str, str]] = {
    "1": ("机构编制", "Staffing commission"),
    "2": ("外交", "Foreign affairs"),
    "3": ("司法行政", "Justice"),
    "4": ("文化", "Culture"),
    "5": ("民政", "Civil affairs"),
    "6": ("旅游", "Tourism"),
    "7": ("宗教", "Religious affairs"),
    "8": ("工会", "Trade unions"),
    "9": ("市场监管", "Market regulation"),
    "A": ("中央军委改革和编制办公室", "Reform and staffing office of the Central Military Commission"),
    "N": ("农业", "Agriculture"),
    "Y": ("其他", "Other"),
}

# First two characters: Chinese name, English name, suggested nature of the unit ("" where nothing sensible can be suggested).
KINDS: dict[str, tuple[str, str, str]] = {
    "11": ("机关", "Government body", "government"),
    "12": ("事业单位", "Public institution", "institution"),
    "13": ("编办直接管理机构编制的群众团体", "Mass organisation", "social_group"),
    "19": ("其他（机构编制）", "Other (staffing commission)", ""),
    "21": ("外国常驻新闻机构", "Foreign news bureau", ""),
    "29": ("其他（外交）", "Other (foreign affairs)", ""),
    "31": ("律师执业机构", "Law firm", ""),
    "32": ("公证处", "Notary office", ""),
    "33": ("基层法律服务所", "Grass-roots legal service", ""),
    "34": ("司法鉴定机构", "Forensic institution", ""),
    "35": ("仲裁委员会", "Arbitration commission", ""),
    "39": ("其他（司法行政）", "Other (justice)", ""),
    "41": ("外国在华文化中心", "Foreign cultural centre", ""),
    "49": ("其他（文化）", "Other (culture)", ""),
    "51": ("社会团体", "Social group", "social_group"),
    "52": ("民办非企业单位", "Private non-enterprise unit", "private_non_enterprise"),
    "53": ("基金会", "Foundation", "social_group"),
    "59": ("其他（民政）", "Other (civil affairs)", ""),
    "61": ("外国旅游部门常驻代表机构", "Foreign tourism office", ""),
    "62": ("港澳台地区旅游部门常驻内地代表机构", "Hong Kong, Macao or Taiwan tourism office", ""),
    "69": ("其他（旅游）", "Other (tourism)", ""),
    "71": ("宗教活动场所", "Place of worship", ""),
    "72": ("宗教院校", "Religious school", ""),
    "79": ("其他（宗教）", "Other (religious affairs)", ""),
    "81": ("基层工会", "Trade union branch", "social_group"),
    "89": ("其他（工会）", "Other (trade unions)", ""),
    "91": ("企业", "Enterprise", "enterprise"),
    "92": ("个体工商户", "Individual business", "individual"),
    "93": ("农民专业合作社", "Farmers' cooperative", "enterprise"),
    "A1": ("军队事业单位", "Military institution", "institution"),
    "A9": ("其他（军队）", "Other (military)", ""),
    "N1": ("组级集体经济组织", "Collective economic organisation of a villagers' group", ""),
    "N2": ("村级集体经济组织", "Collective economic organisation of a village", ""),
    "N3": ("乡镇级集体经济组织", "Collective economic organisation of a township", ""),
    "N9": ("其他（农业）", "Other (agriculture)", ""),
    "Y1": ("其他", "Other", ""),
}


@dataclass(frozen=True, slots=True)
class CreditCode:
    """A valid code and what its characters say. ``kind`` is the first two characters (a key of :data:`KINDS`);
    ``suggested_nature`` is a code of ``natures.UNIT_NATURES`` or "": a suggestion, the confirmed nature decides (S-60)."""

    code: str
    department: str
    kind: str
    region_code: str
    region_name: str
    organization_code: str
    suggested_nature: str
    warnings: tuple[str, ...] = ()


def check_character(first_seventeen: str) -> str:
    """The 18th character: weights ``3^i mod 31`` over indices in :data:`ALPHABET`, then the complement to 31."""
    total = sum(ALPHABET.index(c) * w for c, w in zip(first_seventeen, WEIGHTS, strict=True))
    return ALPHABET[(31 - total % 31) % 31]


def check_credit_code(text: str) -> CreditCode:
    """Read an 18-character code as typed. Raises :class:`InvalidNumber` with one of the codes ``credit.*``.

    Unknown department, kind or region and a deviating organisation code only warn (GB 32100-2015, domain §3.2).
    """
    code = compact(text)
    if not code:
        raise InvalidNumber("credit.empty")
    refuse_strangers(strangers(code, frozenset(ALPHABET)), "credit.characters")
    if len(code) != 18:
        raise InvalidNumber("credit.length", length=len(code))
    region = code[2:8]
    if strangers(region, DIGITS):
        raise InvalidNumber("credit.region", region=region)
    if check_character(code[:17]) != code[17]:
        raise InvalidNumber("credit.checksum")
    return CreditCode(
        code=code,
        department=code[0],
        kind=code[:2],
        region_code=region,
        region_name="" if region == NATIONAL_REGION else region_name(region),
        organization_code=code[8:17],
        suggested_nature=KINDS[code[:2]][2] if code[:2] in KINDS else "",
        warnings=_warnings(code),
    )


def warning_values(credit: CreditCode) -> dict[str, object]:
    """The values that fill the placeholders of the warnings' sentences."""
    return {
        "department": credit.department,
        "kind": credit.kind,
        "region": credit.region_code,
        "organization_code": f"{credit.organization_code[:8]}-{credit.organization_code[8]}",
    }


def _warnings(code: str) -> tuple[str, ...]:
    found = []
    if code[0] not in DEPARTMENTS:
        found.append("credit.department_unknown")
    elif code[:2] not in KINDS:
        found.append("credit.kind_unknown")
    region = code[2:8]
    if region != NATIONAL_REGION:
        if not is_known_region(region):
            found.append("credit.region_unknown")
        elif (entry := find_region(region)) is not None and entry.is_retired:
            found.append("credit.region_retired")
    if gb11714.check_character(code[8:16]) != code[16]:
        found.append("credit.organization_code")
    return tuple(found)
