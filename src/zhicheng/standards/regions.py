"""行政区划: provinces, Xinjiang down to its counties with retired codes, Bortala down to its townships (GB/T 2260, domain §3.8).

Outside Xinjiang the table knows provinces only; a county there counts as known when its province is.
"""

from __future__ import annotations

from dataclasses import dataclass

from .resources import read_json

BORTALA = "652700"
XINJIANG = "65"
# The four whose title offices receive a Bortala employer's papers (S-12).
BORTALA_COUNTIES = ("652701", "652702", "652722", "652723")


@dataclass(frozen=True, slots=True)
class Region:
    """One division. ``code`` has 2 (province), 6 (prefecture, county) or 9 (township) digits. ``since`` and ``until`` are the
    years in which the code came and went, None where unknown or still in force; ``successor`` is the code that replaced it."""

    code: str
    zh: str
    en: str
    since: int | None = None
    until: int | None = None
    successor: str = ""

    @property
    def is_retired(self) -> bool:
        return self.until is not None

    @property
    def level(self) -> str:
        """ "province", "prefecture", "county" or "township"."""
        if len(self.code) == 6:
            return "prefecture" if self.code.endswith("00") else "county"
        return "province" if len(self.code) == 2 else "township"


_REGIONS: dict[str, Region] = {row["code"]: Region(**row) for row in read_json("regions.json")["regions"]}
PROVINCES: dict[str, str] = {code: region.zh for code, region in _REGIONS.items() if len(code) == 2}


def prefecture_digits(code: str) -> str:
    """The first four digits: what every division of one prefecture, and the prefecture itself, has in common (GB/T 2260)."""
    return code[:4]


def find_region(code: str) -> Region | None:
    """The division with exactly this code; trailing zeros of the 6- and 12-digit forms are understood. None where not held."""
    return _REGIONS.get(_short(code))


def is_known_region(code: str) -> bool:
    """Whether the code is in the table as finely as the table goes; retired codes are known.

    In Xinjiang a county or prefecture must be listed, elsewhere the province is enough. ``83`` is the prefix of residence
    permits of Taiwan residents.
    """
    short = _short(code)
    if not short.isascii() or not short.isdigit() or len(short) not in {2, 6, 9}:
        return False
    if short in _REGIONS:
        return True
    return short[:2] in PROVINCES and short[:2] != XINJIANG and len(short) == 6


def region_name(code: str) -> str:
    """Full Chinese name, e.g. 新疆维吾尔自治区博尔塔拉蒙古自治州精河县; as far as known, "" where nothing is."""
    short = _short(code)
    parts = [_REGIONS[part].zh for part in _lineage(short) if part in _REGIONS and not _is_placeholder(part)]
    return "".join(parts) if is_known_region(short) else ""


def short_name(code: str, language: str = "zh") -> str:
    """The division's own name without what it lies in, "" where not held."""
    region = find_region(code)
    if region is None:
        return ""
    return region.zh if language.startswith("zh") else region.en


def counties_of(prefecture: str) -> tuple[Region, ...]:
    """The counties and cities in force of a prefecture, by code."""
    return tuple(
        region
        for code, region in sorted(_REGIONS.items())
        if region.level == "county" and code[:4] == prefecture[:4] and not region.is_retired
    )


def _short(code: str) -> str:
    if len(code) == 12 and code.endswith("000"):
        code = code[:9]
    if len(code) == 9 and code.endswith("000"):
        code = code[:6]
    return code[:2] if len(code) == 6 and code.endswith("0000") else code


def _lineage(code: str) -> tuple[str, ...]:
    """Province, prefecture, county, township of a code, without repetition."""
    return tuple(dict.fromkeys((code[:2], f"{code[:4]}00", code[:6], code)))


def _is_placeholder(code: str) -> bool:
    return code == "659000"
