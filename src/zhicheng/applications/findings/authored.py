"""What somebody claims as first author: the works of a form, each by an identity that another form's entry of it has too (S-55, S-56). Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from zhicheng.applications.findings.works import patents_in
from zhicheng.applications.reading import stored_date
from zhicheng.applications.sections import BY_KEY
from zhicheng.applications.where import Where
from zhicheng.standards.errors import InvalidNumber
from zhicheng.standards.publications import check_doi, check_isbn, check_patent, isbn10_to_isbn13

# What may stand in front of a rank, and a rank that is the first or the only one. A corresponding author is another one than the first.
_FIRST = re.compile(
    r"(?:本人|排名|排序|署名|位列|位次|名次|共同|并列|均?为|是|系|[：:\s])*"
    r"(?:(?:no\.?|第)?\s*1(?:st)?(?![0-9.])|第一(?![一二三四五六七八九十批届期类])|首位|独|唯一|主持|主编|(?:项目)?负责人|first|sole)",
    re.IGNORECASE,
)
# The field that tells the person's rank, by section.
_RANKS = {"publications": "author_rank", "awards": "rank", "achievements": "role"}


@dataclass(frozen=True, slots=True)
class Authored:
    """One work claimed as first author: the place of the rank in the form, and what the work is known by (``doi:10.1234/abc``)."""

    where: Where
    work: str


def is_first(rank: str) -> bool:
    """Whether the words of a rank say first or only: ``1``, ``1/3``, ``第一``, ``独著``, ``主持``."""
    return _FIRST.match(unicodedata.normalize("NFKC", rank).strip()) is not None


def plain(text: str) -> str:
    """A title without what differs from hand to hand: width, case, blanks, punctuation."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())


def authored_in(contents: Mapping[str, Any]) -> list[Authored]:
    """Everything the form claims as first author, each work once a row."""
    found: dict[Authored, None] = {}
    for section, field in _RANKS.items():
        rows = contents.get(section)
        for row in rows if isinstance(rows, list) else []:
            if isinstance(row, Mapping) and is_first(str(row.get(field) or "")):
                found |= {Authored(Where.of_row(BY_KEY[section], row, field), work): None for work in _works(section, row)}
    return list(found)


def _works(section: str, row: Mapping[str, Any]) -> Iterator[str]:
    if section == "publications":
        yield from _publication(row)
    if section == "awards" and row.get("name") and (day := stored_date(row.get("awarded_on"))) is not None:
        yield f"award:{plain(str(row['name']))}:{plain(str(row.get('issuer') or ''))}:{day.year}"
    for field in ("name", "title", "description"):
        for number in patents_in(str(row.get(field) or "")):
            try:
                yield f"patent:{check_patent(number).number}"
            except InvalidNumber:
                continue


def _publication(row: Mapping[str, Any]) -> Iterator[str]:
    number, kind = str(row.get("number") or ""), str(row.get("kind") or "")
    if title := plain(str(row.get("title") or "")):
        yield f"title:{kind}:{title}"
    for name, check in (("doi", check_doi), ("isbn", _isbn)):
        try:
            yield f"{name}:{check(number).casefold()}"
        except InvalidNumber:
            continue


def _isbn(text: str) -> str:
    number = check_isbn(text)
    return isbn10_to_isbn13(number) if len(number) == 10 else number
