"""What the page of a section shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from zhicheng.applications.authorships import findings_to_answer
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.completeness import key_of
from zhicheng.applications.facts import row_label
from zhicheng.applications.findings import Told
from zhicheng.applications.pasting import columns_of
from zhicheng.applications.sections import Kind, Section
from zhicheng.applications.where import ReturnPoint, Where
from zhicheng.campaigns.rules import Unproved, required_appraisal_years, required_ce_years
from zhicheng.foundation.errors import Problem
from zhicheng.web.applicant.base import head_of, is_open
from zhicheng.web.applicant.boxes import Refusals
from zhicheng.web.applicant.conditions import conditions_beside
from zhicheng.web.applicant.copies import keys_of, place_of
from zhicheng.web.applicant.findings import findings_url
from zhicheng.web.applicant.library.offered import offered
from zhicheng.web.applicant.links import link_to
from zhicheng.web.applicant.lists import suggestions_of
from zhicheng.web.applicant.proofs import Proofs, proves_rows
from zhicheng.web.applicant.section_forms import SectionForm, cells_of, forms_of, shown
from zhicheng.web.shared.findings import at, in_row
from zhicheng.web.shared.problems import anchor_id
from zhicheng.web.shared.unproved import form_unproved


def _unproved(case: CaseFile, section: Section) -> Unproved | None:
    """What the page says of what was saved, where it has no box that says it: that no paper is asked for."""
    present = [key_of(material) for material in case.materials]
    return form_unproved(case.notice, case.requirements, present, section, case.contents[section.key])


def context_of(
    request: HttpRequest,
    case: CaseFile,
    section: Section,
    content: Any,
    *,
    saved: bool = False,
    refusals: Refusals | None = None,
    fresh: Mapping[str, Sequence[Problem]] | None = None,
) -> dict[str, Any]:
    """The page with ``content``. ``fresh``: rows that are not saved yet, by their id, with what is wrong with each."""
    draft = case.draft
    problems = problems_of(case.missing, section) if draft.versions[section.key] > 0 else []
    points = [p for p in case.return_points if p.where.section == section.key]
    noticed = findings_in(case, section)
    proofs = Proofs.of(case, section, refusals=refusals, offering=is_open(case.application))
    rows = _rows(case, section, content, _beside(problems, fresh or {}), points, noticed, proofs)
    papers = [box for row in rows for box in row["boxes"]]
    of_section = proofs.of_section()
    return {
        **head_of(case),
        "section": replace(section, intro=section.intro_of(case.notice)),
        "rows": rows,
        "conditions": conditions_beside(case, section),
        "suggestions": suggestions_of(section),
        "fixed": _fixed(section, draft.contents[section.key]),
        "version": draft.versions[section.key],
        "saved_at": draft.saved_at.get(section.key),
        "just_saved": saved or "saved" in request.GET,
        "nothing_yet": section.rows and not draft.contents[section.key],
        "left": [(str(p.text), link_to(case, Where.parse(p.where))) for p in problems],
        "reasons": [p for p in points if p.where == Where(section.key)],
        "noticed": at([*noticed, *_notes_in(case, section)], Where(section.key)) if section.rows else [],
        "answer_url": findings_url(case) if is_open(case.application) else "",
        "boxes": of_section,
        "unproved": None if of_section else _unproved(case, section),
        "papers_left": sum(entry["status"] == "missing" for entry in [*papers, *of_section]),
        "provable_rows": proves_rows(proofs.notice, section),
        "back": "check" if "check" in (request.GET.get("back"), request.POST.get("back")) else "",
        "new_row": "",
        **_to_paste(request, section),
        "added": 0,
        "typed_after_close": False,
        "library": offered(request, case, section),
        "copies": {"place": place_of(case.application), "keys": keys_of(case.application)},
    }


def _beside(problems: Sequence[Problem], fresh: Mapping[str, Sequence[Problem]]) -> list[Problem]:
    """What is wrong where: with rows that are not saved yet, what is wrong with them now."""
    return [p for p in problems if Where.parse(p.where).row not in fresh] + [p for found in fresh.values() for p in found]


def _rows(
    case: CaseFile,
    section: Section,
    content: Any,
    problems: Sequence[Problem],
    points: Sequence[ReturnPoint],
    noticed: list[Told],
    proofs: Proofs,
) -> list[dict[str, Any]]:
    """The form, or one entry a row."""
    stored = {row["id"] for row in case.draft.contents[section.key] if row.get("year")} if section.rows else set()
    rows = []
    for number, form in enumerate(forms_of(section, content, problems), start=1):
        row = content[number - 1] if section.rows else {}
        label = row_label(section, row) if section.rows else ""
        boxes = proofs.of_row(row) if section.rows else []
        shows = row_shown(section, form, number, label, boxes, points) | {"asks_nothing": not boxes and form.row in stored}
        rows.append(shows | _noticed(section, form, shows["fields"], noticed))
    return rows


def _to_paste(request: HttpRequest, section: Section) -> dict[str, str]:
    """What the box for pasted rows says, and what was in it when the page could not take it."""
    columns = _("、").join(str(f.label) for f in columns_of(section)) if section.rows else ""
    return {"columns": columns, "paste": request.POST.get("paste", "")}


def problems_of(missing: list[Problem], section: Section) -> list[Problem]:
    return [p for p in missing if Where.parse(p.where).section == section.key]


def row_shown(
    section: Section, form: SectionForm, number: int, label: str, boxes: Any = (), points: Sequence[ReturnPoint] = ()
) -> dict[str, Any]:
    """One fieldset: its fields in the order of the section, what a desk said about each, and the papers that prove it."""
    where = Where(section.key, form.row)
    return {
        "id": form.row,
        "anchor": anchor_id(str(where)),
        "number": number,
        "label": label,
        "form": form,
        "fields": [
            {
                "control": form[f.key],
                "reasons": [p.text for p in points if p.where == replace(where, field=f.key)],
                "place": place,
            }
            for f, place in cells_of(section)
        ],
        "reasons": [p.text for p in points if form.row and p.where == where],
        "boxes": boxes,
        "asks_nothing": False,
    }


def findings_in(case: CaseFile, section: Section) -> list[Told]:
    """What the rules noticed in a section, once it was saved."""
    if not case.draft.versions[section.key]:
        return []
    return findings_to_answer(case, section.key)


def _notes_in(case: CaseFile, section: Section) -> list[Told]:
    """What is told of a section and asks for nothing."""
    return [told for told in case.findings if told.finding.is_note and told.finding.where.section == section.key]


def _noticed(section: Section, form: SectionForm, fields: list[dict[str, Any]], noticed: list[Told]) -> dict[str, Any]:
    """Each finding of a row beside its field; those of fields nobody types, and of the row as a whole, above them."""
    row = Where(section.key, form.row)
    beside = [field | {"noticed": at(noticed, replace(row, field=field["control"].name))} for field in fields]
    shown = {told.finding.key for field in beside for told in field["noticed"]}
    whole = [told for told in in_row(noticed, row) if told.finding.key not in shown]
    return {"fields": beside, "noticed": whole if form.row or not section.rows else []}


def _fixed(section: Section, content: Any) -> list[dict[str, Any]]:
    if section.rows:
        return []
    fixed = [f for f in section.fields if f.kind is Kind.FIXED]
    return [{"label": str(f.label), "value": shown(f, content.get(f.key)), "url": "", "wide": False} for f in fixed]


def wanted_years(case: CaseFile, section: Section) -> list[int]:
    """Years the notice asks a row for: the page offers them (S-58…S-60)."""
    if section.key == "continuing_education":
        return required_ce_years(case.notice, case.facts)
    if section.key == "appraisals":
        return required_appraisal_years(case.notice, case.facts)
    return []
