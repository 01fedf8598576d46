"""Dates as people type them in China, and why one cannot be read. Which day exists is asked of ``datetime``."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from .errors import InvalidNumber
from .text import is_invisible


@dataclass(frozen=True, slots=True)
class ReadDay:
    """The ``day`` meant, ``None`` where the text says that it still goes on; ``by_month``: only year and month were written, the day is its first."""

    day: date | None
    by_month: bool = False


_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−－﹣~～至到"), "-")
_TENS = re.compile(r"([二三]?)十([一二三四五六七八九]?)")
_DIGITS = {ord(hanzi): str(n) for n, hanzi in enumerate("零一二三四五六七八九")} | {ord(c): "0" for c in "〇○"}
_MIDNIGHT = re.compile(r"(?<=\d)[T ]0{1,2}:00(?::00(?:\.0+)?)?$")  # what a spreadsheet adds to a day
# Between the parts stands one sign, or the word 年, 月; blanks around it are forgiven.
_DAY = re.compile(r"(\d{4})(?:\s*[-./,、。·\\年]\s*|\s+)(\d{1,2})(?:\s*[-./,、。·\\月]\s*|\s+)(\d{1,2})\s*[日号]?")
_MONTH = re.compile(r"(\d{4})(?:\s*[-./,、。·\\年]\s*|\s+)(\d{1,2})\s*(?:月份?)?")
_EIGHT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_SIX = re.compile(r"((?:19|20)\d{2})(0[1-9]|1[0-2])")
# What is no date, and why; the first that fits. Of 7/1/2023 nobody knows which is the month.
_UNREAD = {
    "date.year_alone": re.compile(r"(?:19|20)\d{2}\s*年?度?"),
    "date.order": re.compile(r"\d{1,2}\s*[-./,、。·\\月 ]\s*(?:\d{1,2}\s*[-./,、。·\\日 ]\s*)?\d{4}\s*年?"),
    "date.two": re.compile(r"\d{4}.*\D\d{4}(?!\d).*|\d{4}\D.*-\s*今"),
    "date.short_year": re.compile(
        r"'?\d{2}\s*[-./,、。·\\年 ]\s*\d{1,2}(?:\s*[-./,、。·\\月 ]\s*\d{1,2}\s*[日号]?)?\s*(?:月份?)?|\d{6}"
    ),
}
_NOW = {
    "今",
    "-今",
    "现今",
    "现在",
    "目前",
    "迄今",
    "当前",
    "长期",
    "永久",
    "无固定期限",
    "present",
    "now",
    "todate",
    "current",
    "ongoing",
}


def read_typed_date(text: str) -> ReadDay:
    """The day meant by ``2023-07-01``, ``2023.7.1``, ``2023年7月1日``, ``20230701``, ``二〇二三年七月一日``, in any width; a month alone
    (``2023.7``, ``202307``) as its first day; ``至今`` and its like as no day. Raises :class:`InvalidNumber` (``date.…``) with
    what about the text cannot be read.
    """
    plain = _plain(text)
    if plain.lower().replace(" ", "") in _NOW:
        return ReadDay(None)
    for form, by_month in ((_EIGHT, False), (_DAY, False), (_SIX, True), (_MONTH, True)):
        if found := form.fullmatch(plain):
            try:
                return ReadDay(date(int(found[1]), int(found[2]), 1 if by_month else int(found[3])), by_month)
            except ValueError:
                raise InvalidNumber("date.no_such_day") from None
    raise InvalidNumber(_why(plain))


def read_day(text: str, *, months: bool = True) -> date:
    """The day meant, where a day is asked for and 至今 is none; ``months``: a month alone is its first day. Raises as above."""
    read = read_typed_date(text)
    if read.day is None:
        raise InvalidNumber("date.until_now")
    if read.by_month and not months:
        raise InvalidNumber("date.month_alone")
    return read.day


def _plain(text: str) -> str:
    shown = "".join(c for c in unicodedata.normalize("NFKC", text) if not is_invisible(c) or c.isspace())
    numbers = _TENS.sub(_tens, shown) if re.search("[年月]", shown) else shown
    plain = numbers.translate(_DIGITS).translate(_DASHES)
    return _MIDNIGHT.sub("", re.sub(r"\s+", " ", plain).strip()).strip(" .,。、;；")


def _tens(found: re.Match[str]) -> str:
    """十 as 10, 二十一 as 21, before the digits are read one by one."""
    tens = "零一二三".index(found[1]) if found[1] else 1
    return str(tens * 10 + ("零一二三四五六七八九".index(found[2]) if found[2] else 0))


def _why(plain: str) -> str:
    for code, form in _UNREAD.items():
        if form.fullmatch(plain):
            return code
    return "date.unreadable"
