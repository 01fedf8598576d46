"""From a form to the plain facts the notice's rules look at. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from zhicheng.applications.employment import stays_of
from zhicheng.applications.reading import is_blank, stored_date
from zhicheng.applications.sections import SECTIONS, Section
from zhicheng.campaigns.rules import Facts, Graduation, RowRef
from zhicheng.standards.tables import TITLE_STEPS

# Which field names a row on screen, where it is not the first.
_ROW_NAME = {"work_history": "employer", "publications": "title"}


def _day(value: Any) -> date | None:
    return stored_date(value)


def row_label(section: Section, row: Mapping[str, Any]) -> str:
    """The words to call a row by: its name, year or title; cut to 40 characters."""
    key = _ROW_NAME.get(section.key, section.fields[0].key)
    return str(row.get(key) or "")[:40]


def facts_of(
    contents: Mapping[str, Any],
    *,
    year: int,
    series: str,
    series_name: str,
    specialty: str,
    title: str,
    level: str,
    grade: str,
    nature: str,
) -> Facts:
    """The facts of one application: ``contents`` is the form by section, the rest is what was chosen and where the person works.

    Unreadable or empty values are left out: the form's own rules speak about those.
    """
    current = contents.get("current_title") or {}
    step = TITLE_STEPS.get(str(current.get("step") or "")) if not current.get("first_title") else None
    appraisals = [r for r in contents.get("appraisals") or [] if isinstance(r.get("year"), int)]
    return Facts(
        year=year,
        series=series,
        specialty=specialty,
        title=title,
        level=level,
        grade=grade,
        employer_nature=nature,
        first_title=bool(current.get("first_title")) if current else None,
        current_series=series if step is not None and series_name in str(current.get("series") or "") else "",
        current_level=step.level if step is not None else "",
        current_grade=step.grade if step is not None else "",
        tenure_started_on=_day(current.get("acquired_on")) if not current.get("first_title") else None,
        work_started_on=_day((contents.get("basic") or {}).get("work_started_on")),
        graduations=tuple(_graduation(row) for row in contents.get("education") or []),
        stays=stays_of(contents, nature=nature, until=year),
        stated_natures={r["year"]: _stated(r) for r in appraisals},
        appraisal_results={r["year"]: str(r.get("result") or "") for r in appraisals},
        rows={
            s.key: tuple(
                RowRef(id=str(r.get("id", "")), label=row_label(s, r), has_content=not is_blank(r))
                for r in contents.get(s.key) or []
            )
            for s in SECTIONS
            if s.rows
        },
    )


def _stated(row: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(nature for key in ("employer_nature", "second_nature") if (nature := str(row.get(key) or "")))


def _graduation(row: Mapping[str, Any]) -> Graduation:
    return Graduation(
        row_id=str(row.get("id", "")),
        education=str(row.get("education") or ""),
        degree=str(row.get("degree") or ""),
        graduated_on=_day(row.get("graduated_on")),
        study_form=str(row.get("study_form") or ""),
    )
