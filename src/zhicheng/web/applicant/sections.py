"""One page for each section of the form: what is typed is always kept, and nothing newer is ever overwritten (S-22)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from zhicheng.applications.actions import SavedSection, save_section
from zhicheng.applications.completeness import everything_missing, facts_for, requirements_of
from zhicheng.applications.facts import row_label
from zhicheng.applications.models import Application
from zhicheng.applications.queries import Draft, draft_of, materials_of
from zhicheng.applications.reading import read_row
from zhicheng.applications.sections import BY_KEY, Kind, Section
from zhicheng.campaigns.queries import notice_of
from zhicheng.campaigns.rules import evidence_slots, required_appraisal_years, required_ce_years, row_evidence
from zhicheng.foundation import clock
from zhicheng.foundation.errors import Problem, Refused
from zhicheng.web.applicant.base import actor_of, application_or_404, head_of, is_open
from zhicheng.web.applicant.places import place_url
from zhicheng.web.applicant.returns import Reason, reasons_of
from zhicheng.web.applicant.section_forms import (
    SectionForm,
    differences,
    forms_of,
    merged,
    new_row_id,
    rows_to_show,
    shown,
    typed_content,
)
from zhicheng.web.applicant.tasks import next_task
from zhicheng.web.shared.http import go
from zhicheng.web.shared.problems import anchor_id

TEMPLATE = "applicant/section.html"


def _section_or_404(key: str) -> Section:
    section = BY_KEY.get(key)
    if section is None:
        raise Http404("no such section")
    return section


def edit_section(request: HttpRequest, application_id: int, key: str) -> HttpResponse:
    """The section as it stands; a POST saves it, adds or removes a row, or settles a conflict."""
    section = _section_or_404(key)
    application = application_or_404(request, application_id)
    if request.method != "POST":
        draft = draft_of(application)
        content = rows_to_show(section, draft.contents[key], years=_wanted_years(application, section, draft))
        return render(request, TEMPLATE, _context(request, application, section, draft, content))
    typed = typed_content(section, request.POST)
    gone = request.POST.get("remove_row", "")
    if gone and not request.POST.get("sure") and (files := _files_of_row(application, section, gone)):
        return _ask_before_removing(request, application, section, gone, files)
    if gone:
        typed = [row for row in typed if row["id"] != gone]
    if "merge" in request.POST:
        typed = merged(section, typed, draft_of(application).contents[key], request.POST)
    try:
        saved = save_section(
            actor=actor_of(request), application_id=application.pk, key=key, typed=typed, base_version=_base_version(request)
        )
    except Refused as refused:
        return _refused(request, application, section, typed, refused)
    return _after_save(request, application, section, typed, saved)


def _base_version(request: HttpRequest) -> int:
    text = request.POST.get("base_version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


def _after_save(
    request: HttpRequest, application: Application, section: Section, typed: Any, saved: SavedSection
) -> HttpResponse:
    here = reverse("application_section", args=[application.pk, section.key])
    query = "&back=check" if request.POST.get("back") == "check" else ""
    if "add_row" in request.POST:
        row = new_row_id()
        draft = draft_of(application)
        content = [*saved.content, {"id": row}]
        context = _context(request, application, section, draft, content, saved=True) | {"new_row": row}
        return render(request, TEMPLATE, context)
    if "remove_row" in request.POST:
        return go(request, f"{here}?saved=1{query}#rows")
    if "next" in request.POST:
        left = len(_problems(application, section))
        if left:
            text = _("“{label}”已保存，还有{n}处需要补充或改正，可以稍后再填。").format(label=section.label, n=left)
            messages.warning(request, text)
        else:
            messages.success(request, _("“{label}”已保存。").format(label=section.label))
        return go(request, next_task(application, here))
    if "return" in request.POST:
        messages.success(request, _("“{label}”已保存。").format(label=section.label))
        if query:
            return go(request, reverse("application_check", args=[application.pk]) + f"#{anchor_id(section.key)}")
        return go(request, "application_tasks", application.pk)
    return go(request, f"{here}?saved=1{query}")


def _refused(request: HttpRequest, application: Application, section: Section, typed: Any, refused: Refused) -> HttpResponse:
    """Not saved: the page again with all that was typed, or the two versions side by side."""
    if refused.has("not_found"):
        raise Http404("not found")
    application.refresh_from_db(fields=["state"])
    draft = draft_of(application)
    if not refused.has("conflict"):
        content = {**draft.contents[section.key], **typed} if not section.rows else typed
        context = _context(request, application, section, draft, content) | {"problems": refused.problems}
        return render(request, TEMPLATE, context | {"typed_after_close": not is_open(application)}, status=422)
    mine = _as_stored(section, typed)
    context = {
        **head_of(application),
        "section": section,
        "mine": forms_of(section, mine if section.rows else {**mine}, []),
        "differences": differences(section, mine, draft.contents[section.key]),
        "version": draft.versions[section.key],
        "saved_at": draft.saved_at.get(section.key),
        "problems": refused.problems,
    }
    return render(request, "applicant/section_conflict.html", context, status=422)


def _as_stored(section: Section, typed: Any) -> Any:
    return [read_row(section, row) for row in typed] if section.rows else read_row(section, typed)


@require_POST
def autosave(request: HttpRequest, application_id: int, key: str) -> HttpResponse:
    """Save while typing: answers the line that says so and the new version, nothing the person is looking at."""
    section = _section_or_404(key)
    application = application_or_404(request, application_id)
    try:
        saved = save_section(
            actor=actor_of(request),
            application_id=application.pk,
            key=key,
            typed=typed_content(section, request.POST),
            base_version=_base_version(request),
        )
    except Refused as refused:
        return render(request, "applicant/autosaved.html", {"problems": refused.problems, "version": ""}, status=422)
    context = {"saved_at": saved.saved_at, "left": len(saved.problems), "version": saved.version, "problems": []}
    return render(request, "applicant/autosaved.html", context)


@require_safe
def blank_row(request: HttpRequest, application_id: int, key: str) -> HttpResponse:
    """One more empty row for the page (htmx); it exists once it is saved."""
    section = _section_or_404(key)
    application_or_404(request, application_id)
    if not section.rows:
        raise Http404("not a section of rows")
    form = SectionForm(section, {"id": new_row_id()})
    context = {"section": section, "row": _row(section, form, 0, ""), "new_row": "", "is_open": True}
    return render(request, "applicant/section_row.html", context)


# --- what the page shows ------------------------------------------------------------------------------------------


def _context(
    request: HttpRequest, application: Application, section: Section, draft: Draft, content: Any, *, saved: bool = False
) -> dict[str, Any]:
    started = draft.versions[section.key] > 0
    problems = _problems(application, section) if started else []
    reasons = reasons_of(application, section.key)
    boxes = _boxes(application, section, draft)
    rows = []
    for number, form in enumerate(forms_of(section, content, problems), start=1):
        label = row_label(section, content[number - 1]) if section.rows else ""
        rows.append(_row(section, form, number, label, boxes.get(form.row, ()), reasons))
    saved_at = draft.saved_at.get(section.key)
    return {
        **head_of(application),
        "section": section,
        "rows": rows,
        "fixed": _fixed(section, draft.contents[section.key]),
        "version": draft.versions[section.key],
        "saved_at": saved_at,
        "just_saved": saved or "saved" in request.GET,
        "left": [(str(p.text), place_url(application, p.where)) for p in problems],
        "reasons": [r for r in reasons if r.where == section.key],
        "slots": [(s, place_url(application, f"material:{s.key}")) for s in _slots(application, section)],
        "back": "check" if "check" in (request.GET.get("back"), request.POST.get("back")) else "",
        "new_row": "",
        "typed_after_close": False,
    }


def _problems(application: Application, section: Section) -> list[Problem]:
    return [p for p in everything_missing(application) if p.where.partition(".")[0] == section.key]


def _row(
    section: Section, form: SectionForm, number: int, label: str, boxes: Any = (), reasons: list[Reason] | None = None
) -> dict[str, Any]:
    """One fieldset: its fields in the order of the section, what a desk said about each, and the papers that prove it."""
    where = f"{section.key}.{form.row}" if form.row else section.key
    said = reasons or []
    return {
        "id": form.row,
        "anchor": anchor_id(where),
        "number": number,
        "label": label,
        "form": form,
        "fields": [
            {"control": form[f.key], "reasons": [r.text for r in said if r.where == f"{where}.{f.key}"]}
            for f in section.fields
            if f.kind is not Kind.FIXED
        ],
        "reasons": [r.text for r in said if form.row and r.where == where],
        "boxes": boxes,
    }


def _fixed(section: Section, content: Any) -> list[dict[str, str]]:
    if section.rows:
        return []
    return [{"label": str(f.label), "value": shown(f, content.get(f.key))} for f in section.fields if f.kind is Kind.FIXED]


def _slots(application: Application, section: Section) -> list[Any]:
    """The materials that prove the section as a whole; those of single rows stand beside the rows."""
    if section.rows:
        return []
    return evidence_slots(notice_of(application.campaign_version), section.key)


def _boxes(application: Application, section: Section, draft: Draft) -> dict[str, list[dict[str, Any]]]:
    """Row id → the boxes that prove it, each with how many files it holds (S-63)."""
    if not section.rows:
        return {}
    notice = notice_of(application.campaign_version)
    requirements = requirements_of(application, draft.contents)
    held: dict[tuple[str, int | None, str], int] = {}
    for material in materials_of(application):
        place = (material.slot, material.year, material.row)
        held[place] = held.get(place, 0) + 1
    found = {}
    for row in draft.contents[section.key]:
        year = row.get("year") if isinstance(row.get("year"), int) else None
        found[row["id"]] = [
            {
                "label": str(box.label),
                "url": place_url(application, f"material:{box.key}"),
                "files": held.get((box.slot, box.year, box.row_id or ""), 0),
                "required": box.required,
                "exempt_reason": box.exempt_reason,
            }
            for box in row_evidence(notice, requirements, section.key, row["id"], year)
        ]
    return found


def _wanted_years(application: Application, section: Section, draft: Draft) -> list[int]:
    """Years the notice asks a row for: the page offers them (S-58…S-60)."""
    notice = notice_of(application.campaign_version)
    if section.key == "continuing_education":
        return required_ce_years(notice, facts_for(application, draft.contents))
    if section.key == "appraisals":
        return required_appraisal_years(notice, facts_for(application, draft.contents))
    return []


def _files_of_row(application: Application, section: Section, row: str) -> list[str]:
    if not section.rows:
        return []
    return [m.file.name for m in materials_of(application) if m.row == row and m.section == section.key]


def _ask_before_removing(
    request: HttpRequest, application: Application, section: Section, row: str, files: list[str]
) -> HttpResponse:
    """A row with papers is removed only after a second look: its papers lose their place with it."""
    sent = [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if name not in {"csrfmiddlewaretoken", "_owner", "_kept", "sure"}
    ]
    label = next((row_label(section, r) for r in typed_content(section, request.POST) if r["id"] == row), "")
    context = {**head_of(application), "section": section, "label": label, "files": files, "sent": sent, "at": clock.now()}
    return render(request, "applicant/section_remove_row.html", context)
