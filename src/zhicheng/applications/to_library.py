"""From a form to what is kept in 我的资料库: which row is the same thing as before, which files prove it, until when its paper holds. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.models import Material
from zhicheng.applications.reading import is_blank, stored_date
from zhicheng.applications.sections import BY_KEY, Section
from zhicheng.campaigns.notice import Notice
from zhicheng.campaigns.rules import evidence_slots
from zhicheng.library.rules import KINDS, Fact, FactFile

# Section → the fields by which a row (or the form) is known again, whatever else of it was corrected since.
KNOWN_BY: dict[str, tuple[str, ...]] = {
    "education": ("school", "major", "education"),
    "current_title": ("title_name", "acquired_on"),
    "appointment": ("post", "appointed_on"),
    "work_history": ("employer", "started_on"),
    "continuing_education": ("year",),
    "appraisals": ("year",),
    "achievements": ("name", "started_on"),
    "publications": ("kind", "title"),
    "awards": ("name", "awarded_on"),
    "training": ("name", "started_on"),
    "social_posts": ("organization", "post"),
}
# Section → the field that says until when its paper holds.
_ENDS = {"appointment": "appointed_until"}


def valid_until_of(key: str, content: Mapping[str, Any]) -> date | None:
    """The last day the paper behind a fact holds, where the form asks for it."""
    return stored_date(content.get(_ENDS[key])) if key in _ENDS else None


def facts_of_case(case: CaseFile, *, key: str = "", row: str = "") -> list[Fact]:
    """What of an application may be kept: all of it, one section (``key``) or one row of it, each with the files that prove it."""
    found: list[Fact] = []
    for kind in KINDS if not key else (key,):
        section, saved_at = BY_KEY[kind], case.draft.saved_at.get(kind)
        if saved_at is None:
            continue
        for content in _rows(section, case.contents[kind]):
            if tells_something(section, content) and row in ("", str(content.get("id", ""))):
                found.append(_fact(case.notice, section, content, case.materials, saved_at))
    return found


def tells_something(section: Section, content: Mapping[str, Any]) -> bool:
    """Whether more is filled in than the year that the page offered; of somebody without a title there is nothing to keep."""
    if content.get("first_title"):
        return False
    return not is_blank({name: value for name, value in content.items() if name != "year"})


def _rows(section: Section, content: Any) -> list[dict[str, Any]]:
    return list(content or []) if section.rows else [content or {}]


def _fact(
    notice: Notice, section: Section, content: Mapping[str, Any], materials: Iterable[Material], saved_at: datetime
) -> Fact:
    return Fact(
        kind=section.key,
        content={name: value for name, value in content.items() if name != "id"},
        known_by=KNOWN_BY[section.key],
        saved_at=saved_at,
        files=tuple(FactFile(m.file_id, m.slot, m.paper) for m in materials if _proves(notice, section, content, m)),
        valid_until=valid_until_of(section.key, content),
    )


def _proves(notice: Notice, section: Section, content: Mapping[str, Any], material: Material) -> bool:
    """Whether a file lies with this row: in a box of its own, in that of its year, or in one of the section as a whole."""
    if material.slot not in {slot.key for slot in evidence_slots(notice, section.key)}:
        return False
    if material.row:
        return material.section == section.key and material.row == content.get("id")
    if material.year is not None:
        return material.year == content.get("year")
    return not section.rows
