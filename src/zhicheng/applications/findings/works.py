"""Achievements and publications: the windows of S-55 and S-68, and numbers that cannot be right (S-55, S-56)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import date

from django.utils.translation import gettext as _

from zhicheng.applications.findings.finding import Finding, Seen, day_of, in_words, place
from zhicheng.standards.errors import InvalidNumber
from zhicheng.standards.publications import check_patent, check_publication_number

# A patent's number inside a longer text, written in full or half width: behind ZL, CN or 专利号, what follows of digits, with or without
# its check digit.
_PATENT = re.compile(
    r"(?:(?<![0-9A-Za-z])ZL[\s:.]*|(?<![0-9A-Za-z])CN\s?(?=[0-9]{8}(?:[0-9]{4})?[.．]|[0-9]{12})|专利(?:申请)?号[\s:为是]*(?:ZL|CN)?[\s:.]*)"
    r"(?P<number>[0-9][0-9 ]{6,16}(?:[.．]?\s?[0-9Xx])?)",
    re.IGNORECASE,
)


def patents_in(text: str) -> list[str]:
    """The numbers of patents written in ``text``: ``ZL200310102344.5`` or ``200310102344.5``, as they stand there."""
    return [f"ZL{found['number'].strip()}" for found in _PATENT.finditer(unicodedata.normalize("NFKC", text))]


def before_the_tenure(seen: Seen) -> Iterator[Finding]:
    """A paper, book or report from before the current title: only those of the tenure count (S-55)."""
    since = seen.facts.tenure_started_on
    if since is None or seen.facts.first_title:
        return
    for row in seen.rows("publications"):
        if (day := day_of(row, "published_on")) is not None and day < since:
            text = _("发表（出版、结题）日期{day}早于现任资格的取得时间{since}，不在任期内。").format(day=day, since=since)
            yield Finding("publications.tenure", place("publications", row, "published_on"), text, "S-55")


def before_the_window(seen: Seen) -> Iterator[Finding]:
    """An achievement that ended before the last years the notice asks about (S-68)."""
    years = seen.notice.limits.achievements_years
    since = date(seen.notice.year - years, 1, 1)
    for row in seen.rows("achievements"):
        begun, ended = day_of(row, "started_on"), day_of(row, "ended_on")
        if ended is not None and ended < since:
            text = _("起止时间{begun}至{ended}不在近{years}年（{since}以后）之内。").format(
                begun=begun or "", ended=ended, years=years, since=since
            )
            yield Finding("achievements.window", place("achievements", row, "ended_on"), text, "S-68")


def numbers(seen: Seen) -> Iterator[Finding]:
    """ISSN, CN, ISBN or DOI of a paper or book that does not add up; the number of a project follows no rule."""
    for row in seen.rows("publications"):
        number = str(row.get("number") or "")
        if not number or row.get("kind") not in ("paper", "book"):
            continue
        try:
            check_publication_number(number)
        except InvalidNumber as error:
            where = place("publications", row, "number")
            yield Finding("publications.number", where, in_words(error.code, error.values), "S-55")


def patents(seen: Seen) -> Iterator[Finding]:
    """A patent's number, wherever among the works it stands, that does not add up."""
    for section, fields in (("achievements", ("name", "description")), ("awards", ("name",)), ("publications", ("title",))):
        for row in seen.rows(section):
            for field in fields:
                for number in patents_in(str(row.get(field) or "")):
                    try:
                        check_patent(number)
                    except InvalidNumber as error:
                        text = _("“{number}”：{text}").format(number=number, text=in_words(error.code, error.values))
                        yield Finding("patent.number", place(section, row, field), text, "S-56；ZC 0006-2003")


LOOKS = (before_the_tenure, before_the_window, numbers, patents)
