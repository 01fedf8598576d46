"""What of 我的资料库 fits a section of an application: the years, the tenure, what is filled in already. Pure but for the application read."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.facts import row_label
from zhicheng.applications.findings import Seen
from zhicheng.applications.findings.works import before_the_tenure, before_the_window
from zhicheng.applications.reading import read_row
from zhicheng.applications.sections import Section
from zhicheng.applications.to_library import KNOWN_BY
from zhicheng.campaigns.notice import Notice
from zhicheng.campaigns.rules import Facts, required_appraisal_years, required_ce_years, tenure_years
from zhicheng.foundation import clock
from zhicheng.library.models import LibraryItem
from zhicheng.library.queries import content_of
from zhicheng.library.rules import KINDS, is_same


@dataclass(frozen=True, slots=True)
class Offer:
    """One item that a section may be filled from. ``why_not``: why it does not fit this application, in words; it may be taken all the same."""

    item: LibraryItem
    content: Mapping[str, Any]
    label: str
    why_not: str = ""


def offers_for(case: CaseFile, section: Section, items: Iterable[LibraryItem]) -> list[Offer]:
    """What the ``items`` of the section's kind would add to it: what fits first, in the order they were kept."""
    if section.key not in KINDS:
        return []
    here = case.contents[section.key]
    rows: list[Mapping[str, Any]] = list(here or []) if section.rows else [here or {}]
    found = []
    for item in items:
        content = content_of(item)
        if _adds_something(section, content, rows):
            found.append(Offer(item, content, label_of(section, content), _why_not(case, section, item, content)))
    return sorted(found, key=lambda offer: bool(offer.why_not))


def filled(section: Section, typed: Any, contents: Sequence[Mapping[str, Any]]) -> tuple[Any, list[str]]:
    """What was typed with ``contents`` added, and of each the id of the row it went to (empty for a form). What was typed stays.

    A row that tells of the same thing (the year that the page offered) is filled where it is blank; else there is a new row.
    """
    if not section.rows:
        form = read_row(section, typed if isinstance(typed, dict) else {})
        for content in contents:
            form = _with(form, content)
        return form, [""] * len(contents)
    rows = [read_row(section, row) for row in typed if isinstance(row, dict)] if isinstance(typed, list) else []
    places = []
    for content in contents:
        number = next((n for n, row in enumerate(rows) if is_same(KNOWN_BY[section.key], content, row)), None)
        if number is None:
            rows.append({"id": secrets.token_hex(4), **content})
            number = len(rows) - 1
        else:
            rows[number] = _with(rows[number], content)
        places.append(str(rows[number]["id"]))
    return rows, places


def _with(row: Mapping[str, Any], content: Mapping[str, Any]) -> dict[str, Any]:
    return {**content, **{name: value for name, value in row.items() if value or name not in content}}


def _adds_something(section: Section, content: Mapping[str, Any], rows: Iterable[Mapping[str, Any]]) -> bool:
    """Whether something of it is not filled in yet. A form that is filled in is not offered another's content."""
    if not section.rows:
        return not any(value for row in rows for name, value in row.items() if name in content)
    same = [row for row in rows if is_same(KNOWN_BY[section.key], content, row)]
    return not same or any(value and not row.get(name) for row in same for name, value in content.items())


def label_of(section: Section, content: Mapping[str, Any]) -> str:
    """What an item is called: the words its row has in the form, and what tells two of one name apart."""
    names = [name for name in KNOWN_BY[section.key] if name.endswith("_on")]
    first = row_label(section, content) if section.rows else str(content.get(KNOWN_BY[section.key][0]) or "")
    second = str(content.get(names[0] if names else "major") or "")
    return " ".join(part for part in (first, second) if part)


def _why_not(case: CaseFile, section: Section, item: LibraryItem, content: Mapping[str, Any]) -> str:
    if item.valid_until is not None and item.valid_until < clock.today():
        return _("有效期至{day}，已经到期。").format(day=item.valid_until)
    return why_row_does_not_fit(section, content, case.notice, case.facts)


def why_row_does_not_fit(section: Section, content: Mapping[str, Any], notice: Notice, facts: Facts) -> str:
    """Why a row is none of those this application asks about (its years, the tenure, the last years of achievements); empty when it fits."""
    if section.key in _YEARS:
        years, year = _YEARS[section.key](notice, facts), content.get("year")
        return _("本次申报不需要{year}年度。").format(year=year) if years and year not in years else ""
    seen = Seen({section.key: [{"id": "", **content}]}, facts, notice, clock.today())
    return next((finding.text for look in (before_the_tenure, before_the_window) for finding in look(seen)), "")


def _appraisal_years(notice: Notice, facts: Facts) -> list[int]:
    return required_appraisal_years(notice, facts) or tenure_years(notice, facts)


def _ce_years(notice: Notice, facts: Facts) -> list[int]:
    """Which years are asked for hangs on the education: until it is filled in, as many as may ever be."""
    if not facts.graduations:
        return list(range(notice.year - notice.limits.continuing_education_years, notice.year))
    return required_ce_years(notice, facts)


_YEARS = {"continuing_education": _ce_years, "appraisals": _appraisal_years}
