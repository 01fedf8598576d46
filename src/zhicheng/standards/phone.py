"""Telephone numbers in China: mobile ``1[3-9]`` + 9 digits, landline with area code, for Bortala 0909-XXXXXXX (domain §3.10)."""

from __future__ import annotations

import re

from .errors import InvalidNumber
from .text import DIGITS, compact, refuse_strangers, strangers

_SEPARATORS = str.maketrans("", "", "-()（）.")
_ALLOWED = DIGITS | set("+-()（）.")
# Brackets stand around the country or the area: (+86) 139…, +(86)139…, (0909)…
_COUNTRY = re.compile(r"^\(*(?:\+\(?86|0086|86(?=[-.()]*1[3-9](?:[-.()]*\d){9}$))\)?[-.]*")
_THREE_DIGIT_AREAS = ("010", "020", "021", "022", "023", "024", "025", "027", "028", "029")
# All area codes of Xinjiang (0901–0909, 0990–0999) have seven-digit numbers.
_XINJIANG_AREA = re.compile(r"^09(?:0[1-9]|9\d)$")


def check_mobile(text: str) -> str:
    """A mobile number as 11 digits; a leading +86 and separators are dropped. Raises ``phone.*``."""
    number = _digits(text)
    if len(number) != 11:
        raise InvalidNumber("phone.mobile_length", length=len(number))
    if not re.fullmatch(r"1[3-9]\d{9}", number):
        raise InvalidNumber("phone.mobile_prefix")
    return number


def check_landline(text: str) -> str:
    """A landline number as ``area-number`` or ``area-number-extension``, e.g. ``0909-2318888``. Raises ``phone.*``."""
    raw = _cleaned(text)
    extension = ""
    if match := re.fullmatch(r"(.*\d{7})(?:-|转)(\d{1,6})", raw):
        raw, extension = match.group(1), match.group(2)
    number = raw.translate(_SEPARATORS)
    if not number.startswith("0"):
        raise InvalidNumber("phone.area_code_missing")
    area = number[:3] if number.startswith(_THREE_DIGIT_AREAS) else number[:4]
    if len(area) < 3 or (len(area) == 4 and area[1] in "012"):
        raise InvalidNumber("phone.area_code_unknown", area=area)
    local = number[len(area) :]
    sizes = (7,) if _XINJIANG_AREA.match(area) else (7, 8)
    if len(local) not in sizes:
        raise InvalidNumber("phone.landline_length", area=area, expected="–".join(map(str, sizes)), length=len(local))
    if local[0] not in "2345678":
        raise InvalidNumber("phone.landline_prefix")
    return "-".join(part for part in (area, local, extension) if part)


def check_phone(text: str) -> str:
    """A mobile or landline number, whichever it looks like. Raises ``phone.*``."""
    number = _cleaned(text).translate(_SEPARATORS)
    if number.startswith("1"):
        return check_mobile(text)
    if number.startswith("0"):
        return check_landline(text)
    raise InvalidNumber("phone.neither")


def _cleaned(text: str) -> str:
    number = compact(text)
    if not number:
        raise InvalidNumber("phone.empty")
    refuse_strangers(strangers(number, _ALLOWED | {"转"}), "phone.characters")
    if (match := _COUNTRY.match(number)) is None:
        return number
    rest = number[match.end() :]
    # Abroad the 0 of the area code is dropped: +86 909 2318888.
    return rest if rest.lstrip("(").startswith(("0", "1")) else f"0{rest}"


def _digits(text: str) -> str:
    number = _cleaned(text).translate(_SEPARATORS)
    refuse_strangers(strangers(number, DIGITS), "phone.characters")
    return number
