"""Numbers of books, journals, papers and patents: ISBN, ISSN, CN 刊号, DOI, 专利申请号 (domain §3.10, S-55, S-56).

A right check digit does not prove that a journal is genuine; it proves that the number was copied without a slip.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .errors import InvalidNumber
from .regions import PROVINCES
from .text import DIGITS, compact, refuse_look_alikes, refuse_strangers, strangers

_DIGITS_AND_X = DIGITS | {"X"}
# 10 is the second number of Beijing's and the central journals, used since 2009.
_CN_REGIONS = frozenset(PROVINCES) | {"10"}
_CN = re.compile(r"(?:CN)?-?(?P<region>\d{2})-(?P<number>\d{4})(?:/(?P<cls>[A-Z]{1,2}[0-9.\-]*))?")
_DOI = re.compile(r"10\.\d{4,9}(?:\.\d+)*/\S+")
_DOI_PREFIX = re.compile(r"^(?:https?://(?:dx\.)?doi\.org/|doi\s*[:：]?\s*)", re.IGNORECASE)

PATENT_KINDS: dict[str, tuple[str, str]] = {
    "1": ("发明专利", "Invention"),
    "2": ("实用新型专利", "Utility model"),
    "3": ("外观设计专利", "Design"),
    "8": ("进入中国国家阶段的 PCT 发明专利", "Invention (PCT)"),
    "9": ("进入中国国家阶段的 PCT 实用新型专利", "Utility model (PCT)"),
}


def isbn10_check(first_nine: str) -> str:
    total = sum(int(d) * w for d, w in zip(first_nine, range(10, 1, -1), strict=True))
    return "0123456789X"[-total % 11]


def isbn13_check(first_twelve: str) -> str:
    return str(-sum(int(d) * (3 if i % 2 else 1) for i, d in enumerate(first_twelve)) % 10)


def issn_check(first_seven: str) -> str:
    total = sum(int(d) * w for d, w in zip(first_seven, range(8, 1, -1), strict=True))
    return "0123456789X"[-total % 11]


def patent_check(digits: str) -> str:
    """Check of an application number: weights 2–9 over and over, mod 11, 10 written X (ZC 0006-2003)."""
    return "0123456789X"[sum(int(d) * (2 + i % 8) for i, d in enumerate(digits)) % 11]


def check_isbn10(text: str) -> str:
    """Ten characters without hyphens. Raises ``isbn.*``."""
    number = _isbn_characters(text)
    if len(number) != 10:
        raise InvalidNumber("isbn.length", length=len(number))
    if "X" in number[:9]:
        raise InvalidNumber("isbn.characters", characters="X")
    if isbn10_check(number[:9]) != number[9]:
        raise InvalidNumber("isbn.checksum")
    return number


def check_isbn13(text: str) -> str:
    """Thirteen digits without hyphens. Raises ``isbn.*``."""
    number = _isbn_characters(text)
    if len(number) != 13:
        raise InvalidNumber("isbn.length", length=len(number))
    if "X" in number:
        raise InvalidNumber("isbn.characters", characters="X")
    if number[:3] not in {"978", "979"}:
        raise InvalidNumber("isbn.prefix")
    if isbn13_check(number[:12]) != number[12]:
        raise InvalidNumber("isbn.checksum")
    return number


def check_isbn(text: str) -> str:
    """ISBN-10 or ISBN-13 by length, without hyphens. Raises ``isbn.*``."""
    return check_isbn10(text) if len(_isbn_characters(text)) == 10 else check_isbn13(text)


def isbn10_to_isbn13(isbn10: str) -> str:
    """The ISBN-13 of the same book, to find one book entered under both numbers."""
    twelve = f"978{check_isbn10(isbn10)[:9]}"
    return twelve + isbn13_check(twelve)


def check_issn(text: str) -> str:
    """``1234-567X``. Raises ``issn.*``."""
    number = compact(text).removeprefix("ISSN").lstrip(":").replace("-", "")
    if not number:
        raise InvalidNumber("issn.empty")
    refuse_strangers(strangers(number[:7], DIGITS) + strangers(number[7:], _DIGITS_AND_X), "issn.characters")
    if len(number) != 8:
        raise InvalidNumber("issn.length", length=len(number))
    if issn_check(number[:7]) != number[7]:
        raise InvalidNumber("issn.checksum")
    return f"{number[:4]}-{number[4:]}"


def check_cn(text: str) -> str:
    """国内统一刊号 as ``CN65-1234/G4``. Newspapers (0001–0999) carry no class, everything above must. Raises ``cn.*``."""
    number = compact(text).replace(":", "")
    if not number:
        raise InvalidNumber("cn.empty")
    match = _CN.fullmatch(number)
    if match is None:
        refuse_look_alikes(number)
        raise InvalidNumber("cn.format")
    region, serial, cls = match["region"], match["number"], match["cls"]
    if region not in _CN_REGIONS:
        raise InvalidNumber("cn.region", region=region)
    if not cls:
        if int(serial) >= 1000:
            raise InvalidNumber("cn.class_missing")
        return f"CN{region}-{serial}"
    return f"CN{region}-{serial}/{cls}"


def check_doi(text: str) -> str:
    """``10.1234/suffix``; a leading ``doi:`` or resolver address is dropped, the letters keep their case. Raises ``doi.*``."""
    number = _DOI_PREFIX.sub("", text.strip())
    if not number:
        raise InvalidNumber("doi.empty")
    if not _DOI.fullmatch(number):
        raise InvalidNumber("doi.format")
    return number


@dataclass(frozen=True, slots=True)
class PatentNumber:
    """``number`` is ``ZL200310102344.5``; ``year`` that of the application; ``kind`` a key of :data:`PATENT_KINDS`."""

    number: str
    year: int
    kind: str


def check_patent(text: str) -> PatentNumber:
    """Read a patent or application number of either length. Raises ``patent.*``. Source: ZC 0006-2003."""
    number = compact(text)
    if not number:
        raise InvalidNumber("patent.empty")
    match = re.fullmatch(r"(?:ZL|CN)?(\d{12}|\d{8})\.?([0-9X])", number)
    if match is None:
        refuse_look_alikes(number)
        raise InvalidNumber("patent.format")
    digits, check = match[1], match[2]
    modern = len(digits) == 12
    year = int(digits[:4]) if modern else 1900 + int(digits[:2]) if digits[:2] >= "85" else 2000 + int(digits[:2])
    kind = digits[4] if modern else digits[2]
    if kind not in PATENT_KINDS:
        raise InvalidNumber("patent.kind", kind=kind)
    if patent_check(digits) != check:
        raise InvalidNumber("patent.checksum")
    return PatentNumber(f"ZL{digits}.{check}", year, kind)


def check_publication_number(text: str) -> str:
    """Any of CN 刊号, DOI, ISSN, ISBN, told apart by form; returned normalised with its kind readable from it.

    Raises the error of the kind it looks like, or ``publication.number``.
    """
    number = compact(text)
    if number.startswith("CN"):
        return check_cn(text)
    if _DOI_PREFIX.match(text.strip()) or number.startswith("10."):
        return check_doi(text)
    if number.startswith("ISSN"):
        return f"ISSN {check_issn(text)}"
    bare = number.removeprefix("ISBN").lstrip(":").replace("-", "")
    if number.startswith("ISBN") or len(bare) in {10, 13}:
        return f"ISBN {check_isbn(text)}"
    if len(bare) == 8:
        return f"ISSN {check_issn(text)}"
    if re.match(r"\d{2}-\d{4}", number):
        return check_cn(text)
    refuse_look_alikes(number)
    raise InvalidNumber("publication.number")


def _isbn_characters(text: str) -> str:
    number = re.sub(r"^ISBN(?:-1[03])?:?", "", compact(text)).replace("-", "")
    if not number:
        raise InvalidNumber("isbn.empty")
    refuse_strangers(strangers(number, _DIGITS_AND_X), "isbn.characters")
    return number
